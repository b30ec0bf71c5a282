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

/** "GitHub's limit is reached until 11:41", in the zone of whoever reads. */
export const sayTrouble = (
  { say, until }: Pick<GithubTrouble, 'say' | 'until'>,
  sayTime: (at: Date) => string,
): string => (until === undefined ? say : `${say} until ${sayTime(until)}`);

const toMinute = (at: Date): number => Math.floor(at.getTime() / 60_000);

/** "CI of 2 of 8 clients unknown; Workflow of 6 of 8 clients is as of 11:39 or later". */
export const sayReach = (
  { hides, old }: Pick<GithubTrouble, 'hides' | 'old'>,
  sayTime: (at: Date) => string,
): string => {
  if (old === undefined) return hides;
  const later = toMinute(old.from) === toMinute(old.to) ? '' : ' or later';
  const asOf = `${old.say} as of ${sayTime(old.from)}${later}`;
  return hides === '' ? asOf : `${hides}; ${asOf}`;
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

const limit: Cause = { kind: 'limited', say: "GitHub's limit is reached" };

const isOld = ({ limitedUntil }: Observation): boolean => limitedUntil !== undefined;

/** Of several limits, one for each account, the one that ends last: "check again after that" has to be true of all. */
const findUntil = (observations: readonly CheckedObservation[]): Date | undefined => {
  const ends = observations.flatMap(({ moment, limitedUntil }) => {
    const end = limitedUntil ?? (moment?.word === 'until' ? moment.at : undefined);
    return end?.getTime() ?? [];
  });
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
};

const nameCriteria = (observations: readonly CheckedObservation[]): readonly string[] =>
  criteria
    .filter((criterion) => observations.some((one) => one.criterion === criterion))
    .map((criterion) => sayCriterion({ criterion }));

const sayOf = (count: number, judged: number): string =>
  judged === 1 ? '' : ` of ${count} of ${judged} clients`;

const decideOld = (judged: readonly CheckedClient[]): GithubTrouble['old'] => {
  const observations = judged.flatMap((client) => client.observations.filter(isOld));
  if (observations.length === 0) return undefined;
  const names = nameCriteria(observations);
  const count = judged.filter((client) => client.observations.some(isOld)).length;
  const times = observations.map(({ observedAt }) => observedAt.getTime());
  return {
    say: `${listWords(names)}${sayOf(count, judged.length)} ${names.length === 1 ? 'is' : 'are'}`,
    from: new Date(Math.min(...times)),
    to: new Date(Math.max(...times)),
  };
};

interface Group {
  readonly cause: Cause;
  readonly hidden: readonly Hidden[];
  readonly old: GithubTrouble['old'];
}

/**
 * Three clients, or half of those judged, but never one alone: as with connections. What stands for a newer fact has no line of its
 * own that could say why, so its cause is always told.
 */
const isTold = ({ hidden: { length: count }, old }: Group, judged: number): boolean =>
  old !== undefined || (count >= 2 && (count >= 3 || count * 2 >= judged));

const rankOld = ({ old }: Group): number => (old === undefined ? 1 : 0);

export const decideGithubTrouble = (clients: readonly CheckedClient[]): GithubTrouble | null => {
  const judged = clients.filter(({ state }) => state !== 'not-judged');
  const observations = judged.flatMap((client) => client.observations);
  const causes = observations.flatMap((one) => readCause(one) ?? (isOld(one) ? limit : []));
  const groups = [...new Map(causes.map((cause) => [toKey(cause), cause])).values()].map((cause) => ({
    cause,
    hidden: findHidden(judged, cause),
    old: cause.kind === 'limited' ? decideOld(judged) : undefined,
  }));
  const told = groups
    .filter((group) => isTold(group, judged.length))
    .toSorted((a, b) => rankOld(a) - rankOld(b) || b.hidden.length - a.hidden.length)[0];
  if (told === undefined) return null;
  const { cause, hidden, old } = told;
  const own = hidden.flatMap((one) => one.observations);
  const common = own.length === 0 ? cause.say : findMostFrequent(own.map(({ say }) => say));
  const until = findUntil(old === undefined ? own : [...own, ...observations.filter(isOld)]);
  return {
    kind: cause.kind,
    // By itself "timed out" does not say who.
    say: common === 'timed out' ? 'GitHub did not answer in time' : common,
    ...(until === undefined ? {} : { until }),
    hides:
      hidden.length === 0
        ? ''
        : `${listWords(nameCriteria(own))}${sayOf(hidden.length, judged.length)} unknown${sayApi(hidden)}`,
    clients: hidden.length,
    ...(old === undefined ? {} : { old }),
    next: nexts[cause.kind],
  };
};
