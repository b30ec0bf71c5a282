/** The short lines around a card's lists: verdict, common cause, what changed, counts, age of the facts. */
import { escapeShort } from '../../blocks/escape.ts';
import { renderStatus } from '../../blocks/status-line.ts';
import { renderDate, sayDuration, sayWallTime } from '../../blocks/time.ts';
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import { criteria } from '../../policy/health/facts.ts';
import { countClients, sayVerdict } from '../../policy/health/fleet.ts';
import { sayReach, sayTrouble } from '../../policy/health/github-trouble.ts';
import type { Change, CheckedObservation, HealthCheck } from '../../policy/health/report.ts';

/** The lock screen's line: no tokens and no marks, the zone named. */
export const renderVerdict = (check: HealthCheck, now: Date, zone: string): string =>
  escapeShort(
    sayVerdict(check, (at) => sayWallTime(at, zone, now)),
    300,
  );

const findEmoji = (check: HealthCheck, isLive: boolean): string => {
  if (!isLive) return '⏭️';
  if (check.finishedAt === null) return '⏳';
  const { fail, unknown, unchecked, warn, judged } = countClients(check.clients);
  if (fail > 0) return '❌';
  if (unknown + unchecked > 0) return '❔';
  if (judged === 0) return '➖';
  return warn > 0 ? '⚠️' : '✅';
};

const progressCells = 10;

/** Ten cells, full only when everything is done; none before it is known how much there is. */
const renderProgress = ({ done, total }: HealthCheck['progress']): string => {
  if (total === 0) return '';
  const filled = Math.floor((Math.min(done, total) / total) * progressCells);
  return `${'▓'.repeat(filled)}${'░'.repeat(progressCells - filled)} ${done} of ${total}`;
};

/** A `*` in a name would end the bold early. */
export const renderFirst = (check: HealthCheck, verdict: string, isLive: boolean): string => {
  const line = `${findEmoji(check, isLive)} *${verdict.replaceAll('*', '∗')}*`;
  return check.finishedAt === null ? `${line}\n${renderProgress(check.progress)}`.trimEnd() : line;
};

export const renderCause = ({ commonCause }: HealthCheck): string =>
  commonCause === null
    ? ''
    : `🔗 *${escapeShort(commonCause.say, 250)}*\n→ ${escapeShort(commonCause.next, 200)}`;

export const renderTrouble = ({ githubTrouble }: HealthCheck, zone: string): string => {
  if (githubTrouble === null) return '';
  const sayTime = (at: Date): string => renderDate(at, zone);
  const cause = sayTrouble({ ...githubTrouble, say: escapeShort(githubTrouble.say, 200) }, sayTime);
  const reach = sayReach({ ...githubTrouble, hides: escapeShort(githubTrouble.hides, 250) }, sayTime);
  return `🔗 *${cause}*: ${reach}\n→ ${escapeShort(githubTrouble.next, 200)}`;
};

const changesShown = 5;

/** Clients, not criteria: each is named once, with the first of its changes. */
const renderChanges = (
  word: string,
  changes: readonly Change[],
  sayOne: (change: Change) => string,
): string => {
  const clients = [
    ...new Map(changes.toReversed().map((change) => [change.key, change])).values(),
  ].toReversed();
  if (clients.length === 0) return '';
  const shown = clients
    .slice(0, changesShown)
    .map((change) => `${escapeShort(change.name, 32)} (${escapeShort(sayOne(change), 48)})`);
  const left = clients.length - shown.length;
  return `*${word}:* ${shown.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
};

export const hasHiddenChanges = ({ changes }: HealthCheck): boolean =>
  [changes.appeared, changes.recovered].some(
    (list) => new Set(list.map((change) => change.key)).size > changesShown,
  );

/** "Workflow, Last deploy, CI of 6 clients, API of Juniper Retail": clients of which the same became otherwise are told together. */
const renderSight = (word: string, changes: readonly Change[]): string => {
  const byClient = [...Map.groupBy(changes, ({ key }) => key).values()];
  const groups = Map.groupBy(byClient, (own) => [...new Set(own.map(sayCriterion))].join(', '));
  const parts = [...groups].map(([names, clients]) => {
    const [only] = clients.length === 1 ? (clients[0] ?? []) : [];
    const whose = only === undefined ? `${clients.length} clients` : escapeShort(only.name, 32);
    return `${escapeShort(names, 60)} of ${whose}`;
  });
  const left = parts.length - changesShown;
  const shown = parts.slice(0, changesShown).join('; ');
  return parts.length === 0 ? '' : `*${word}:* ${shown}${left > 0 ? ` and ${left} more` : ''}`;
};

const saySince = ({ previous }: HealthCheck, zone: string): string => {
  if (previous === null) return '';
  const at = renderDate(previous.finishedAt, zone);
  return previous.reference === null
    ? `since the last check of each client, the oldest ${at}`
    : `since check ${escapeShort(previous.reference, 20)}, ${at}`;
};

export const renderChanged = (check: HealthCheck, zone: string): string => {
  const { previous, changes, finishedAt, progress } = check;
  // Nothing can change of what is not judged, and while the check runs the rest may still bring news.
  const isSaid = finishedAt !== null && check.clients.some(({ state }) => state !== 'not-judged');
  if (previous === null) {
    const which = progress.total > 1 ? 'First check of these clients together' : 'First check';
    return isSaid ? `${which}, nothing to compare with.` : '';
  }
  const parts = [
    renderChanges('New', changes.appeared, (change) => change.say),
    renderChanges('Recovered', changes.recovered, (change) => `was: ${change.say}`),
    renderSight('No longer known', changes.hidden),
    renderSight('Known again', changes.visible),
  ].filter((part) => part !== '');
  const since = saySince(check, zone);
  if (parts.length > 0) return `${parts.join('\n')}\n_${since}_`;
  return isSaid ? `No new failure and none recovered ${since}.` : '';
};

/** Zero is said only of failures, so that "none failing" is never left to guess. */
export const renderCounts = (check: HealthCheck): string => {
  const counts = countClients(check.clients);
  const parts = [
    renderStatus('fail', `${counts.fail} failing`),
    counts.unknown === 0 ? '' : renderStatus('unknown', `${counts.unknown} unknown`),
    counts.unchecked === 0
      ? ''
      : renderStatus('unknown', `${counts.unchecked} reachable, sign-in not checked`),
    counts.warn === 0 ? '' : renderStatus('warn', `${counts.warn} with a warning`),
    counts.pass === 0 ? '' : renderStatus('pass', `${counts.pass} healthy`),
    counts.notJudged === 0 ? '' : renderStatus('not-judged', `${counts.notJudged} not judged`),
  ];
  return parts.filter((part) => part !== '').join(' · ');
};

/** Younger than this is fresh: the check itself takes so long. */
const freshMs = 60_000;

/**
 * "Workflow, Last deploy, CI of 7 clients", so that nobody takes the age of what was seen for the age of everything. Sign-ins that were
 * not asked for stand in the counts.
 */
const sayUnknown = ({ clients }: HealthCheck): string => {
  const hidden = criteria
    .map((criterion) => ({
      name: sayCriterion({ criterion }),
      whose: clients.filter(({ observations }) =>
        observations.some((one) => one.criterion === criterion && isUnseen(one)),
      ),
    }))
    .filter(({ whose }) => whose.length > 0);
  const groups = Map.groupBy(hidden, ({ whose }) => whose.map(({ client }) => client.targetId).join(' '));
  return [...groups.values()]
    .map((group) => {
      const names = group.map(({ name }) => name).join(', ');
      const count = group[0]?.whose.length ?? 0;
      return clients.length === 1 ? names : `${names} of ${count === 1 ? '1 client' : `${count} clients`}`;
    })
    .join('; ');
};

const isUnseen = ({ verdict, cause }: CheckedObservation): boolean =>
  verdict === 'unknown' && cause !== 'sign-in-not-checked';

/** Ages are as of the end of the check: the card is read later and does not count on. */
export const renderAges = (check: HealthCheck, now: Date, zone: string, spokenId: string): string => {
  const at = check.finishedAt ?? now;
  const ages = check.clients
    .flatMap((client) => client.observations)
    .filter((observation) => observation.verdict !== 'unknown')
    .map((observation) => Math.max(0, at.getTime() - observation.observedAt.getTime()));
  const when = `${check.finishedAt === null ? 'Started' : 'Checked'} ${renderDate(check.finishedAt ?? check.startedAt, zone)}`;
  const oldest = ages.reduce((a, b) => Math.max(a, b), 0);
  const unknown = sayUnknown(check);
  const fresh = unknown === '' ? 'all facts fresh' : 'the other facts fresh';
  const isOld = check.githubTrouble?.old !== undefined;
  const age = oldest < freshMs && !isOld ? fresh : `oldest fact was ${sayDuration(oldest)} old`;
  const parts = [when, unknown === '' ? '' : `unknown: ${unknown}`, ages.length === 0 ? '' : age];
  return [...parts, escapeShort(check.scope, 80), escapeShort(spokenId, 20)]
    .filter((part) => part !== '')
    .join(' · ');
};
