/** What judges of runs share: the latest attempt of each run, the order of time, and which events never count. */
import type { RunFact } from './facts.ts';

/** A run that was started again keeps its id; only its highest attempt speaks, even while that one is still going. */
export const toLatestAttempts = (runs: readonly RunFact[]): readonly RunFact[] => {
  const latest = new Map<number, RunFact>();
  for (const run of runs) {
    const known = latest.get(run.id);
    if (known === undefined || run.attempt > known.attempt) latest.set(run.id, run);
  }
  return [...latest.values()];
};

/** Newest first; runs of the same second are told apart by their rising ids, so the order of reading does not matter. */
export const byNewest = (a: RunFact, b: RunFact): number =>
  b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id;

export const isPullRequest = (run: RunFact): boolean => run.event.startsWith('pull_request');

/** A dry run publishes nothing, and its title is all that a list of runs shows of that. */
export const isTitledDryRun = ({ title }: Pick<RunFact, 'title'>): boolean => /\bdry[ _-]?run\b/i.test(title);
