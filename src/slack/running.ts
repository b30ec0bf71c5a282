/** Counts work that is under way, so that an orderly stop can wait for it, for a bounded time. */
export interface Running {
  /** Hands the promise back. */
  readonly follow: <T>(work: Promise<T>) => Promise<T>;
  readonly count: () => number;
  /** Resolves when nothing runs, or after `mostMs`: false then. */
  readonly settled: (mostMs: number) => Promise<boolean>;
}

export const createRunning = (): Running => {
  const running = new Set<Promise<unknown>>();
  return {
    follow: (work) => {
      running.add(work);
      const drop = (): void => void running.delete(work);
      work.then(drop, drop);
      return work;
    },
    count: () => running.size,
    settled: async (mostMs) => {
      const end = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => end.resolve(false), mostMs);
      const drain = async (): Promise<boolean> => {
        while (running.size > 0) await Promise.allSettled(running);
        return true;
      };
      const result = await Promise.race([drain(), end.promise]);
      clearTimeout(timer);
      return result;
    },
  };
};
