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
 * What another check saw later stands: of two that overlap, the one that ends last may have looked first.
 * Giving the same observations twice changes nothing.
 */
export const mergeClocks = (
  previous: readonly ClockedObservation[],
  next: readonly Observation[],
): readonly ClockedObservation[] => {
  const known = new Map(previous.map((observation) => [toClockKey(observation), observation]));
  return next.map((observation) => {
    const before = known.get(toClockKey(observation));
    if (before !== undefined && isOutdated(observation, before)) return before;
    return { ...observation, since: decideSince(observation, before?.since ?? null) };
  });
};

const toSeenAt = ({ askedAt, observedAt }: Observation): number => (askedAt ?? observedAt).getTime();

/** An unknown is no sight of anything, so it outdates nothing but what is older than the clock that it carries on. */
const isOutdated = (observation: Observation, before: ClockedObservation): boolean => {
  if (before.verdict !== 'unknown') return toSeenAt(observation) < toSeenAt(before);
  return before.since !== null && toSeenAt(observation) < before.since.getTime();
};

const decideSince = (observation: Observation, since: Date | null): Date | null => {
  if (observation.verdict === 'pass') return null;
  if (since !== null) return since;
  return observation.verdict === 'fail' ? observation.observedAt : null;
};
