/** Says what began to fail and what came back since the check before, by the clocks alone, so that an unknown in between hides nothing. */
import { toClockKey } from './merge-clocks.ts';
import type { Change, CheckedClient, CheckedObservation } from './report.ts';

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
): { readonly appeared: readonly Change[]; readonly recovered: readonly Change[] } => {
  const before = mapClocks(previous);
  const appeared: Change[] = [];
  const recovered: Change[] = [];
  for (const client of current) {
    for (const observation of client.observations) {
      const earlier = before.get(`${client.client.targetId} ${toClockKey(observation)}`);
      const ranBefore = earlier !== undefined && earlier.since !== null;
      if (observation.verdict === 'fail' && !ranBefore) appeared.push(toChange(client, observation));
      // What is over is told in the words of the failure, not of the pass.
      if (observation.verdict === 'pass' && ranBefore) recovered.push(toChange(client, earlier));
    }
  }
  return { appeared, recovered };
};
