/** Orders and counts the judged clients and says the verdict in one line, as a lock screen shows it. Rendering is left to the command. */
import { comparePriority } from './client-health.ts';
import { sayCommonCause } from './common-cause.ts';
import { criteria, type Priority, type Verdict } from './facts.ts';
import { sayTrouble } from './github-trouble.ts';
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

/** An instance that lets nobody in is worse than a deploy that is old, whichever was seen some milliseconds earlier. */
const rankCriterion = (client: CheckedClient): number =>
  client.state === 'fail' ? criteria.indexOf(findWorst(client)?.criterion ?? 'ci') : 0;

/** Worst state, then priority, then what fails, then deadline, then the longest failing, then name; total, so the order of reading does not show. */
export const compareClients = (a: CheckedClient, b: CheckedClient): number =>
  stateRanks[a.state] - stateRanks[b.state] ||
  comparePriority(a.priority, b.priority) ||
  rankCriterion(a) - rankCriterion(b) ||
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

const sayMoment = (worst: CheckedObservation, sayTime: SayTime): string => {
  if (worst.moment !== undefined) return ` ${worst.moment.word} ${sayTime(worst.moment.at)}`;
  // "34 days ago" says since when by itself; when a check first saw it is on the card.
  if (worst.criterion === 'last-deploy') return '';
  return worst.verdict === 'fail' && worst.since !== null ? ` since ${sayTime(worst.since)}` : '';
};

/** Production goes without saying. */
const sayPlace = ({ criterion, subject }: CheckedObservation): string =>
  criterion === 'api' && subject !== undefined && subject !== 'production' ? `${subject} ` : '';

const sayWorst = (client: CheckedClient, sayTime: SayTime): string => {
  const worst = findWorst(client);
  return worst === undefined
    ? 'nothing known'
    : `${sayPlace(worst)}${shorten(worst.say, 90)}${sayMoment(worst, sayTime)}`;
};

/** A moment in the reader's zone, such as "01:40 CST". */
type SayTime = (at: Date) => string;

interface Told {
  /** Judged clients only, worst first. */
  readonly clients: readonly CheckedClient[];
  readonly notJudged: readonly CheckedClient[];
  readonly counts: Counts;
  readonly sayTime: SayTime;
  readonly commonCause: HealthCheck['commonCause'];
  readonly githubTrouble: HealthCheck['githubTrouble'];
  readonly isFinished: boolean;
}

const sayCause = ({ counts, commonCause }: Told): string => {
  if (commonCause === null) return '';
  const share = commonCause.failing >= counts.fail ? '' : `${commonCause.failing} of them `;
  return `, ${share}probably by one cause: ${sayCommonCause(commonCause)};`;
};

/** It failed when it was last seen, so its clock runs on although it does not fail by what can be seen now. */
export const isClockRunning = ({ observations }: CheckedClient): boolean =>
  observations.some(({ since, verdict }) => since !== null && verdict !== 'pass');

const sayFailedBefore = (clients: readonly CheckedClient[], of: number): string => {
  const count = clients.filter((client) => client.state !== 'fail' && isClockRunning(client)).length;
  if (count === 0) return '';
  return of === 1 ? ', failing before' : `, ${count} of them failing before`;
};

/** Whoever reads how many fail must know that more may: not all of them could be seen. */
const sayHiddenToo = ({ clients, githubTrouble, sayTime }: Told): string => {
  if (githubTrouble === null) return '';
  const { clients: count } = githubTrouble;
  return `; ${count} not fully checked${sayFailedBefore(clients, count)}: ${sayTrouble(githubTrouble, sayTime)}`;
};

const sayFailing = (told: Told): string => {
  const { clients, counts, sayTime, isFinished } = told;
  const worst = clients[0];
  if (worst === undefined) return '';
  const cause = `${sayPriority(worst.priority)}, ${sayWorst(worst, sayTime)}`;
  if (counts.judged === 1 && isFinished) return `${sayName(worst)} needs you: ${cause}`;
  const need = counts.fail === 1 ? 'needs you' : 'need you';
  const count = isFinished ? `${counts.fail} of ${counts.judged} ${need}` : `${counts.fail} ${need} so far`;
  const first = counts.fail === 1 ? ':' : `${sayCause(told) || ','} worst:`;
  return `${count}${first} ${sayName(worst)} ${cause}${sayHiddenToo(told)}`;
};

/** Some of it was seen: "not checked" would be said of a sign-in that works. */
const isPartlySeen = ({ observations }: CheckedClient): boolean =>
  observations.some(({ verdict }) => verdict !== 'unknown');

const sayUnknown = ({ clients, counts, sayTime, githubTrouble }: Told): string => {
  const unseen = clients.filter((client) => client.state === 'unknown' && !isUnchecked(client));
  const first = unseen[0];
  if (first === undefined) return '';
  const checked = unseen.some(isPartlySeen) ? 'fully checked' : 'checked';
  const cause = sayWorst(first, sayTime);
  if (counts.judged === 1)
    return `${sayName(first)} ${isClockRunning(first) ? 'was failing and ' : ''}could not be ${checked} (${cause})`;
  const count = `${counts.unknown} of ${counts.judged} could not be ${checked}${sayFailedBefore(unseen, counts.unknown)}`;
  if (githubTrouble !== null)
    return `${count}: ${sayTrouble(githubTrouble, sayTime)}; nothing that could be seen fails`;
  const others = counts.unknown === counts.judged ? '' : ', none of the others fails';
  return `${count}${others}; first: ${sayName(first)}, ${cause}`;
};

const sayWarned = ({ clients, counts, sayTime }: Told): string => {
  const first = clients.find((client) => client.state === 'warn');
  if (first === undefined) return '';
  if (counts.judged === 1) return `${sayName(first)} works, with a warning: ${sayWorst(first, sayTime)}`;
  const warnings = counts.warn === 1 ? '1 has a warning' : `${counts.warn} have warnings`;
  return `None of ${counts.judged} fails, ${warnings}; first: ${sayName(first)}, ${sayWorst(first, sayTime)}`;
};

const sayUnchecked = ({ clients, counts }: Told): string => {
  const only = clients[0];
  if (counts.judged === 1 && only !== undefined)
    return `${sayName(only)} is reachable, its sign-in was not checked`;
  const warned = counts.warn === 0 ? '' : `, ${counts.warn} with a warning`;
  return `None of ${counts.judged} fails${warned}; ${counts.unchecked} reachable, sign-in not checked`;
};

/** Whoever asked for one client by name is told why nothing is said of it: silence would be taken for health. */
const sayNotJudged = ([first, ...others]: readonly CheckedClient[]): string => {
  if (first === undefined) return 'No clients to check';
  if (others.length > 0) return `Nothing to check: ${others.length + 1} offboarding or archived`;
  const standing = first.client.status === 'archived' ? 'archived' : 'being offboarded';
  return `${sayName(first)} is ${standing}: not judged`;
};

const sayHealthy = ({ clients, counts, notJudged }: Told): string => {
  const only = clients[0];
  if (only === undefined) return sayNotJudged(notJudged);
  return counts.judged === 1 ? `${sayName(only)} is healthy` : `All ${counts.judged} healthy`;
};

const sayState = (told: Told): string => {
  const { fail, unknown, unchecked, warn } = told.counts;
  if (fail > 0) return sayFailing(told);
  if (unknown > 0) return sayUnknown(told);
  if (unchecked > 0) return sayUnchecked(told);
  return warn > 0 ? sayWarned(told) : sayHealthy(told);
};

/** The state in one line, the worst named. While the check runs only failures are news: "all healthy" would be said too early. */
export const sayVerdict = (
  check: Pick<HealthCheck, 'scope' | 'clients' | 'finishedAt' | 'progress' | 'commonCause' | 'githubTrouble'>,
  sayTime: SayTime,
): string => {
  const counts = countClients(check.clients);
  const clients = check.clients.filter((client) => client.state !== 'not-judged').toSorted(compareClients);
  const isFinished = check.finishedAt !== null;
  const notJudged = check.clients.filter((client) => client.state === 'not-judged');
  const { commonCause } = check;
  // What is known from before counts by what was seen: only what is hidden explains an unknown.
  const githubTrouble = check.githubTrouble?.clients === 0 ? null : check.githubTrouble;
  const told = { clients, notJudged, counts, sayTime, commonCause, githubTrouble, isFinished };
  if (isFinished) return sayState(told);
  const { done, total } = check.progress;
  // How many there are is known as soon as a worker has begun.
  const soFar = `Checking ${shorten(check.scope, 40)}${total === 0 ? '' : `, ${done} of ${total} done`}`;
  return counts.fail === 0 ? soFar : `${soFar}: ${sayFailing(told)}`;
};
