/**
 * Says what is otherwise than in the check before. What began to fail and what came back go by the clocks alone, so that an unknown
 * in between hides nothing; what can no longer be seen, and what can be seen again, is told beside it.
 */
import { sayCriterion } from './criterion-words.ts';
import { toClockKey } from './merge-clocks.ts';
import type { Change, CheckedClient, CheckedObservation, HealthCheck } from './report.ts';

const toChange = ({ client }: CheckedClient, { criterion, subject, say }: CheckedObservation): Change => ({
  key: client.key,
  name: client.name,
  criterion,
  subject,
  say,
});

/** Target ids, not keys: a client may be renamed between two checks. */
const mapClocks = (clients: readonly CheckedClient[]): ReadonlyMap<string, CheckedObservation> => {
  const entries = clients.flatMap(({ client, observations }) =>
    observations.map((entry) => [`${client.targetId} ${toClockKey(entry)}`, entry] as const),
  );
  return new Map(entries);
};

/** Clients that left the scope have not recovered, they are gone; clients that joined and fail are new. */
export const compareChecks = (
  previous: readonly CheckedClient[],
  current: readonly CheckedClient[],
): HealthCheck['changes'] => {
  const before = mapClocks(previous);
  const changes = {
    appeared: [] as Change[],
    recovered: [] as Change[],
    hidden: [] as Change[],
    visible: [] as Change[],
  };
  for (const client of current) {
    for (const observation of client.observations) {
      const earlier = before.get(`${client.client.targetId} ${toClockKey(observation)}`);
      const kind = decideChange(earlier, observation);
      const told = kind === 'recovered' && earlier !== undefined ? toFailure(earlier) : observation;
      if (kind !== null) changes[kind].push(toChange(client, told));
    }
  }
  return changes;
};

/** What is over is told in the words of the failure, not of the pass, nor of what hid it at last. */
const toFailure = (earlier: CheckedObservation): CheckedObservation =>
  earlier.verdict === 'fail' ? earlier : { ...earlier, say: `${sayCriterion(earlier)} failing` };

const decideChange = (
  earlier: CheckedObservation | undefined,
  { verdict }: CheckedObservation,
): keyof HealthCheck['changes'] | null => {
  const ranBefore = earlier !== undefined && earlier.since !== null;
  if (verdict === 'fail' && !ranBefore) return 'appeared';
  if (verdict === 'pass' && ranBefore) return 'recovered';
  if (earlier === undefined || (earlier.verdict === 'unknown') === (verdict === 'unknown')) return null;
  return verdict === 'unknown' ? 'hidden' : 'visible';
};
