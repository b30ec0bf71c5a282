/**
 * Remembers whether a request may have left us, and bounds the wait for its answer: what never left is given up at once, what may
 * have been carried out is listened for a while longer. In doubt it has left.
 */

export interface Sending {
  /** Ends the request: the deadline, or the caller and `lateMs` after. */
  readonly signal: AbortSignal;
  /** To be called before the first byte may be written. */
  readonly note: () => void;
  /** False means surely not, now and later. */
  readonly mayHaveLeft: () => boolean;
  /** Lets go of the caller's signal and of timers. */
  readonly end: () => void;
}

export const createSending = (
  caller: AbortSignal | undefined,
  { timeoutMs, lateMs }: { readonly timeoutMs: number; readonly lateMs: number },
): Sending => {
  const patience = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), patience.signal]);
  let hasLeft = false;
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    if (hasLeft && lateMs > 0) timer = setTimeout(() => patience.abort(caller?.reason), lateMs);
    else patience.abort(caller?.reason);
  };
  if (caller?.aborted) stop();
  else caller?.addEventListener('abort', stop, { once: true });
  return {
    signal,
    // A request that was given up before it was connected is not written afterwards.
    note: () => {
      if (!signal.aborted) hasLeft = true;
    },
    mayHaveLeft: () => hasLeft,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stop);
    },
  };
};
