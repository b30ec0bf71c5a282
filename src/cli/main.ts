/** The terminal's way to the running desk: joins `run` to this process. It never opens the database. */
import { readCliConfig } from '../config/cli-config.ts';
import { run } from './run.ts';

/** One Ctrl-C can arrive twice, from the terminal and from npm. */
const sameWishMs = 500;

const interrupted = new AbortController();
let firstAt: number | undefined;
const interrupt = (): void => {
  if (firstAt !== undefined && performance.now() - firstAt > sameWishMs) process.exit(130);
  firstAt ??= performance.now();
  interrupted.abort(new Error('interrupted'));
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// `acuops … | head` ends the reading early; that is no fault.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// Set, not called: what is still in the pipe of stdout must get out.
process.exitCode = await run({
  args: process.argv.slice(2),
  readConfig: readCliConfig,
  terminal: {
    stdout: process.stdout,
    stderr: process.stderr,
    isTty: process.stdout.isTTY && process.stderr.isTTY,
  },
  interrupted: interrupted.signal,
});
