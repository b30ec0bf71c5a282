/** Lets a measured process say what it uses, and ends it when the bench that started it is gone. */

export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  /** The most it ever had. */
  readonly peakMb: number;
  readonly heapMb: number;
}

const toMb = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

const readUsage = (): Usage => {
  const { user, system } = process.cpuUsage();
  // The CPU is read first: what collecting costs is ours, not the desk's.
  const cpuMs = (user + system) / 1_000;
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    cpuMs,
    rssMb: toMb(rss),
    peakMb: toMb(process.resourceUsage().maxRSS * 1_024),
    heapMb: toMb(heapUsed),
  };
};

export const answerUsage = (): void => {
  process.on('message', (message) => {
    if (message === 'usage') process.send?.(readUsage());
  });
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
};
