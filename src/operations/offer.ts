/** Keeps what is known until the store takes it: the outcome of work that was done outside is worth waiting for. */
import { setTimeout as wait } from 'node:timers/promises';
import { isAway } from '../errors.ts';

/** How often it is offered. */
const offerMs = 250;

/** Tries again while the store is away, until the signal ends it; every other trouble passes at once. */
export const offer = async <T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isAway(error) || signal.aborted) throw error;
      await wait(offerMs, undefined, { signal }).catch(() => undefined);
    }
  }
};
