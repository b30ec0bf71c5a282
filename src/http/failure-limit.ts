/** How often one address may fail to sign in: at most N times in a minute. A burst waits for its own verdicts, so that it cannot slip through before the first failure is known. */

export interface FailureLimit {
  /** Runs the check, or answers `limited` without running it. The check answers null for a failure; a throw counts as none. */
  readonly check: <T>(address: string, check: () => Promise<T | null>) => Promise<T | null | 'limited'>;
}

interface Entry {
  failedAt: number[];
  pending: number;
  /** Checks that run or wait: an entry in use is never forgotten. */
  users: number;
  waiting: (() => void)[];
}

const windowMs = 60_000;
/** Beyond this many addresses the longest unused is forgotten: memory is bounded, not the attacker's patience. */
const mostAddresses = 10_000;

export const createFailureLimit = (mostPerMinute: number, nowMs: () => number): FailureLimit => {
  const entries = new Map<string, Entry>();

  const touch = (address: string): Entry => {
    const entry = entries.get(address) ?? { failedAt: [], pending: 0, users: 0, waiting: [] };
    entries.delete(address);
    entries.set(address, entry);
    entry.users += 1;
    for (const [oldest, { users }] of entries) {
      if (entries.size <= mostAddresses) break;
      if (users === 0) entries.delete(oldest);
    }
    return entry;
  };

  const enter = async (entry: Entry): Promise<boolean> => {
    for (;;) {
      entry.failedAt = entry.failedAt.filter((at) => nowMs() - at < windowMs);
      if (entry.failedAt.length >= mostPerMinute) return false;
      if (entry.failedAt.length + entry.pending < mostPerMinute) return true;
      await new Promise<void>((resolve) => entry.waiting.push(resolve));
    }
  };

  const run = async <T>(entry: Entry, check: () => Promise<T | null>): Promise<T | null | 'limited'> => {
    if (!(await enter(entry))) return 'limited';
    entry.pending += 1;
    try {
      const found = await check();
      if (found === null) entry.failedAt.push(nowMs());
      return found;
    } finally {
      entry.pending -= 1;
      for (const wake of entry.waiting.splice(0)) wake();
    }
  };

  return {
    check: async (address, check) => {
      const entry = touch(address);
      try {
        return await run(entry, check);
      } finally {
        entry.users -= 1;
        if (entry.users === 0 && entry.failedAt.length === 0) entries.delete(address);
      }
    },
  };
};
