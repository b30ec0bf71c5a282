/** How long a lost desk is waited for. Tries come quickly at first; the same wish is repeated, never a new one. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Waits before the next try; false where it is time to give up. Rejects when the signal fires. */
  readonly wait: (signal: AbortSignal) => Promise<boolean>;
  /** Something came back: patience is whole again. */
  readonly renew: () => void;
}

const firstPauseMs = 200;
const longestPauseMs = 2_000;

export const createPatience = (totalMs: number, nowMs: () => number = () => performance.now()): Patience => {
  let since: number | null = null;
  let pauseMs = firstPauseMs;
  return {
    wait: async (signal) => {
      since ??= nowMs();
      if (nowMs() - since >= totalMs) return false;
      await sleep(pauseMs, undefined, { signal });
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      return true;
    },
    renew: () => {
      since = null;
      pauseMs = firstPauseMs;
    },
  };
};
