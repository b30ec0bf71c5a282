/**
 * Says whether GitHub, or our own way to it, keeps the pipelines of several clients out of sight for one reason, so that it is told
 * once instead of once a client. What a single repository suffers is that client's own line.
 */
import { sayCriterion } from './criterion-words.ts';
import { criteria, type Observation } from './facts.ts';
import type { CheckedClient, CheckedObservation, GithubTrouble } from './report.ts';

/** By the cause of an unknown observation (`UnknownReason`); other causes are the client's own. */
const kinds: Readonly<Record<string, GithubTrouble['kind']>> = {
  unavailable: 'away',
  'timed-out': 'away',
  malformed: 'away',
  'rate-limited': 'limited',
  'no-access': 'refused',
  'not-configured': 'not-set-up',
};

const nexts: Readonly<Record<GithubTrouble['kind'], string>> = {
  away: 'check again in some minutes; if it stays, look at githubstatus.com',
  limited: 'check again after that; doctor tells what is left of the limit',
  refused:
    'an admin: ask doctor, then renew the token or the App key, or give it access to these repositories',
  'not-set-up': 'an admin: ask doctor, it tells what is missing and how to give it',
};

interface Cause {
  readonly kind: GithubTrouble['kind'];
  readonly say: string;
}

const readCause = ({ criterion, verdict, cause, say }: Observation): Cause | null => {
  const kind = criterion === 'api' || verdict !== 'unknown' ? undefined : kinds[cause];
  return kind === undefined ? null : { kind, say };
};

/** An outage answers with 502 here and not at all there; a refusal is the same one only in the same words. */
const toKey = ({ kind, say }: Cause): string =>
  kind === 'away' || kind === 'limited' ? kind : `${kind} ${say}`;

/** The observation is unknown for this trouble and no other reason. */
export const isOfTrouble = (observation: Observation, trouble: GithubTrouble | null): boolean => {
  const cause = readCause(observation);
  return trouble !== null && cause !== null && toKey(cause) === toKey(trouble);
};

interface Hidden {
  readonly client: CheckedClient;
  readonly observations: readonly CheckedObservation[];
}

const findHidden = (clients: readonly CheckedClient[], cause: Cause): readonly Hidden[] =>
  clients
    .map((client) => ({
      client,
      observations: client.observations.filter((one) => {
        const own = readCause(one);
        return own !== null && toKey(own) === toKey(cause);
      }),
    }))
    .filter(({ observations }) => observations.length > 0);

const listWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const sayApi = (hidden: readonly Hidden[]): string => {
  const isKnown = ({ client }: Hidden): boolean =>
    client.observations.every(({ criterion, verdict }) => criterion !== 'api' || verdict !== 'unknown');
  const known = hidden.filter(isKnown).length;
  if (known === 0) return '';
  return known === hidden.length ? '; their API was checked' : `; the API of ${known} of them was checked`;
};

const findMostFrequent = (says: readonly string[]): string => {
  const counted = [...Map.groupBy(says, (say) => say)].toSorted(([, a], [, b]) => b.length - a.length);
  return counted[0]?.[0] ?? '';
};

/** Three clients, or half of those judged, but never one alone: as with connections. */
export const decideGithubTrouble = (clients: readonly CheckedClient[]): GithubTrouble | null => {
  const judged = clients.filter(({ state }) => state !== 'not-judged');
  const causes = judged.flatMap(({ observations }) =>
    observations.map(readCause).filter((cause) => cause !== null),
  );
  const groups = [...new Map(causes.map((cause) => [toKey(cause), cause])).values()].map((cause) => ({
    cause,
    hidden: findHidden(judged, cause),
  }));
  const largest = groups.toSorted((a, b) => b.hidden.length - a.hidden.length)[0];
  const count = largest?.hidden.length ?? 0;
  if (largest === undefined || count < 2 || (count < 3 && count * 2 < judged.length)) return null;
  const { cause, hidden } = largest;
  const own = hidden.flatMap(({ observations }) => observations);
  const common = findMostFrequent(own.map(({ say }) => say));
  const names = criteria.filter((criterion) => own.some((one) => one.criterion === criterion));
  return {
    kind: cause.kind,
    // By itself "timed out" does not say who.
    say: common === 'timed out' ? 'GitHub did not answer in time' : common,
    hides: `${listWords(names.map((criterion) => sayCriterion({ criterion })))} of ${count} of ${judged.length} clients unknown${sayApi(hidden)}`,
    clients: count,
    next: nexts[cause.kind],
  };
};
