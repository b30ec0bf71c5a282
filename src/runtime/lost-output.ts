/** A reader that went away, as where the output goes through a pipe and Ctrl-C ends both, must not end us in the middle of an orderly stop. */

/** Nobody reads what is written then, and that is all. Any other trouble with the output is still an error. */
export const bearLostOutput = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
};
