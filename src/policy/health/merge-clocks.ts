/** Keeps the failure clocks across checks: earlier observations and new ones in, new ones with `since` out. */
import type { ClockedObservation, Observation } from './facts.ts';

/**
 * A clock belongs to a criterion and, where it has several, to its subject: staging failing since Monday must not make
 * production look broken since Monday.
 */
export const toClockKey = (observation: Pick<Observation, 'criterion' | 'subject'>): string =>
  `${observation.criterion}/${observation.subject ?? ''}`;

/**
 * Wall time from the first failing observation to the first pass. Unknown and warn neither start nor end a clock: one bad
 * minute of GitHub's must not give the team its hours back. The cause may change on the way (refused, then timeout): still one
 * clock. A subject that was taken out of the configuration is not among the new observations, and its clock goes with it.
 * Giving the same observations twice changes nothing.
 */
export const mergeClocks = (
  previous: readonly ClockedObservation[],
  next: readonly Observation[],
): readonly ClockedObservation[] => {
  const running = new Map(previous.map((observation) => [toClockKey(observation), observation.since]));
  return next.map((observation) => ({
    ...observation,
    since: decideSince(observation, running.get(toClockKey(observation)) ?? null),
  }));
};

const decideSince = (observation: Observation, since: Date | null): Date | null => {
  if (observation.verdict === 'pass') return null;
  if (since !== null) return since;
  return observation.verdict === 'fail' ? observation.observedAt : null;
};
