/** Orders and counts the judged clients and says the verdict in one line, as a lock screen shows it. Rendering is left to the command. */
import { comparePriority } from './client-health.ts';
import type { Priority, Verdict } from './facts.ts';
import type { CheckedClient, CheckedObservation, HealthCheck } from './report.ts';

const stateRanks: Readonly<Record<CheckedClient['state'], number>> = {
  fail: 0,
  unknown: 1,
  warn: 2,
  pass: 3,
  'not-judged': 4,
};
const verdictOrder: Readonly<Record<Verdict, number>> = { fail: 0, unknown: 1, warn: 2, pass: 3 };

const toTime = (at: Date | null): number => at?.getTime() ?? Number.POSITIVE_INFINITY;

const compareTimes = (a: Date | null, b: Date | null): number => {
  const left = toTime(a);
  const right = toTime(b);
  return left === right ? 0 : left - right;
};

const compareText = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

const findFirstSince = ({ observations }: CheckedClient): Date | null =>
  observations.map((observation) => observation.since).toSorted(compareTimes)[0] ?? null;

/** Worst state, then priority, then deadline, then the longest failing, then name; total, so the order of reading does not show. */
export const compareClients = (a: CheckedClient, b: CheckedClient): number =>
  stateRanks[a.state] - stateRanks[b.state] ||
  comparePriority(a.priority, b.priority) ||
  compareTimes(a.respondBy, b.respondBy) ||
  compareTimes(findFirstSince(a), findFirstSince(b)) ||
  compareText(a.client.name, b.client.name) ||
  compareText(a.client.targetId, b.client.targetId);

/** The observation that a person should hear first: worst verdict, in the criteria's own order. */
export const findWorst = ({ observations }: CheckedClient): CheckedObservation | undefined =>
  observations.toSorted((a, b) => verdictOrder[a.verdict] - verdictOrder[b.verdict])[0];

/** Unknown for no other reason than that no credentials were given: reachable, and counted apart. */
export const isUnchecked = ({ state, observations }: CheckedClient): boolean =>
  state === 'unknown' &&
  observations.some(({ verdict }) => verdict === 'unknown') &&
  observations.every(({ verdict, cause }) => verdict !== 'unknown' || cause === 'sign-in-not-checked');

export interface Counts {
  readonly judged: number;
  readonly fail: number;
  readonly warn: number;
  readonly pass: number;
  /** Unknown for any reason but missing credentials. */
  readonly unknown: number;
  readonly unchecked: number;
  readonly notJudged: number;
}

export const countClients = (clients: readonly CheckedClient[]): Counts => {
  const count = (state: CheckedClient['state']): number =>
    clients.filter((client) => client.state === state).length;
  const unchecked = clients.filter(isUnchecked).length;
  const notJudged = count('not-judged');
  return {
    judged: clients.length - notJudged,
    fail: count('fail'),
    warn: count('warn'),
    pass: count('pass'),
    unknown: count('unknown') - unchecked,
    unchecked,
    notJudged,
  };
};

/** 0 healthy (warnings included), 1 any failure, 4 nothing failing but something unknown, or not everything looked at yet. */
export const decideExitCode = (clients: readonly CheckedClient[], isFinished: boolean): 0 | 1 | 4 => {
  const { fail, unknown, unchecked } = countClients(clients);
  if (fail > 0) return 1;
  return unknown + unchecked > 0 || !isFinished ? 4 : 0;
};

const priorityWords: Readonly<Record<Priority, string>> = {
  P1: 'P1',
  P2: 'P2',
  critical: 'critical, best effort',
  none: 'best effort',
};
export const sayPriority = (priority: Priority): string => priorityWords[priority];

/** Long names must not push the cause off the lock screen. */
const shorten = (text: string, max: number): string => {
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
};
const sayName = ({ client }: CheckedClient): string => shorten(client.name.trim() || client.key, 40);

const sayMoment = (worst: CheckedObservation, sayTime: (at: Date) => string): string => {
  if (worst.moment !== undefined) return ` ${worst.moment.word} ${sayTime(worst.moment.at)}`;
  return worst.verdict === 'fail' && worst.since !== null ? ` since ${sayTime(worst.since)}` : '';
};

const sayWorst = (client: CheckedClient, sayTime: (at: Date) => string): string => {
  const worst = findWorst(client);
  return worst === undefined ? 'nothing known' : `${shorten(worst.say, 90)}${sayMoment(worst, sayTime)}`;
};

const sayFailing = (
  clients: readonly CheckedClient[],
  counts: Counts,
  sayTime: (at: Date) => string,
): string => {
  const worst = clients[0];
  if (worst === undefined) return '';
  const cause = `${sayPriority(worst.priority)}, ${sayWorst(worst, sayTime)}`;
  if (clients.length === 1 && counts.judged === 1) return `${sayName(worst)} needs you: ${cause}`;
  const need = counts.fail === 1 ? 'needs' : 'need';
  return `${counts.fail} of ${counts.judged} ${need} you, ${counts.fail === 1 ? '' : 'worst: '}${sayName(worst)} ${cause}`;
};

const sayUnknown = (
  clients: readonly CheckedClient[],
  counts: Counts,
  sayTime: (at: Date) => string,
): string => {
  const first = clients.find((client) => client.state === 'unknown' && !isUnchecked(client));
  if (first === undefined) return '';
  const cause = sayWorst(first, sayTime);
  if (counts.judged === 1) return `${sayName(first)} could not be checked: ${cause}`;
  const others = counts.unknown === counts.judged ? '' : ', the others do not fail';
  return `${counts.unknown} of ${counts.judged} could not be checked${others}; first: ${sayName(first)}, ${cause}`;
};

const sayWarned = (
  clients: readonly CheckedClient[],
  counts: Counts,
  sayTime: (at: Date) => string,
): string => {
  const first = clients.find((client) => client.state === 'warn');
  if (first === undefined) return '';
  if (counts.judged === 1) return `${sayName(first)} works, with a warning: ${sayWorst(first, sayTime)}`;
  const warnings = counts.warn === 1 ? '1 has a warning' : `${counts.warn} have warnings`;
  return `None of ${counts.judged} fails, ${warnings}; first: ${sayName(first)}, ${sayWorst(first, sayTime)}`;
};

const sayHealthy = (clients: readonly CheckedClient[], counts: Counts): string => {
  const only = clients[0];
  if (only === undefined || counts.judged === 0) {
    return counts.notJudged === 0
      ? 'No clients to check'
      : `Nothing to check: ${counts.notJudged} offboarding or archived`;
  }
  if (counts.unchecked > 0) {
    if (counts.judged === 1) return `${sayName(only)} is reachable, its sign-in was not checked`;
    return `None of ${counts.judged} fails; ${counts.unchecked} reachable, sign-in not checked`;
  }
  return counts.judged === 1 ? `${sayName(only)} is healthy` : `All ${counts.judged} healthy`;
};

/** Says the state of what was judged so far. `sayTime` gives a moment in the reader's zone, such as "01:40 CST". */
const sayState = (clients: readonly CheckedClient[], sayTime: (at: Date) => string): string => {
  const ordered = clients.toSorted(compareClients);
  const counts = countClients(ordered);
  const judged = ordered.filter((client) => client.state !== 'not-judged');
  if (counts.fail > 0) return sayFailing(judged, counts, sayTime);
  if (counts.unknown > 0) return sayUnknown(judged, counts, sayTime);
  if (counts.unchecked === 0 && counts.warn > 0) return sayWarned(judged, counts, sayTime);
  return sayHealthy(judged, counts);
};

export const sayVerdict = (
  check: Pick<HealthCheck, 'clients' | 'finishedAt' | 'progress'>,
  sayTime: (at: Date) => string,
): string => {
  if (check.finishedAt !== null) return sayState(check.clients, sayTime);
  const { done, total } = check.progress;
  const soFar = `Checking, ${done} of ${total} done`;
  const { fail } = countClients(check.clients);
  // While it runs only failures are news; "all healthy" would be said too early.
  return fail === 0 ? soFar : `${soFar}: ${sayState(check.clients, sayTime)}`;
};
