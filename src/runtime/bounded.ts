/** Bounds on somebody else's promise, in time or by a signal. The work itself is not stopped. */

/** The answer, or a named failure after the time. */
export const within = async <T>(work: Promise<T>, boundMs: number, onLate: () => T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(onLate()), boundMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const toReason = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error('aborted');

/** The answer, unless the signal comes first. @throws its reason, or what `toError` makes of it */
export const untilAborted = <T>(
  work: Promise<T>,
  signal: AbortSignal,
  toError: (signal: AbortSignal) => Error = toReason,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(toError(signal));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
