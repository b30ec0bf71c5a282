/** Lets at most so many pieces of work run at once, in the order they came; whoever gives up while waiting leaves the line. */

export interface Gate {
  /** @throws AbortError when the signal is aborted before the work began; else whatever the work throws. */
  readonly run: <T>(signal: AbortSignal | null | undefined, work: () => Promise<T>) => Promise<T>;
}

const toAbortError = (): DOMException => new DOMException('the caller stopped waiting', 'AbortError');

export const createGate = (width: number): Gate => {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = (signal: AbortSignal | null | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(toAbortError());
      if (running < width) {
        running += 1;
        return resolve();
      }
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(toAbortError());
      };
      // The place is handed over, so `running` stays as it is.
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.push(go);
      signal?.addEventListener('abort', leave, { once: true });
    });

  const run: Gate['run'] = async (signal, work) => {
    await enter(signal);
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return { run };
};
