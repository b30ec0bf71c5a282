/** The short lines around a card's lists: verdict, common cause, what changed, counts, age of the facts. */
import { renderStatus } from '../../blocks/status-line.ts';
import { renderDate, sayDuration, sayWallTime } from '../../blocks/time.ts';
import { countClients, sayVerdict } from '../../policy/health/fleet.ts';
import type { Change, HealthCheck } from '../../policy/health/report.ts';
import { escapeShort } from './card-words.ts';

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

/** Ten cells, full only when everything is done. */
const renderProgress = ({ done, total }: HealthCheck['progress']): string => {
  const filled = total === 0 ? progressCells : Math.floor((Math.min(done, total) / total) * progressCells);
  return `${'▓'.repeat(filled)}${'░'.repeat(progressCells - filled)} ${done} of ${total}`;
};

/** A `*` in a name would end the bold early. */
export const renderFirst = (check: HealthCheck, verdict: string, isLive: boolean): string => {
  const line = `${findEmoji(check, isLive)} *${verdict.replaceAll('*', '∗')}*`;
  return check.finishedAt === null ? `${line}\n${renderProgress(check.progress)}` : line;
};

export const renderCause = ({ commonCause }: HealthCheck): string =>
  commonCause === null
    ? ''
    : `🔗 *${escapeShort(commonCause.say, 250)}*\n→ ${escapeShort(commonCause.next, 200)}`;

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

export const renderChanged = (check: HealthCheck, zone: string): string => {
  const { previous, changes, finishedAt } = check;
  if (previous === null) return finishedAt === null ? '' : 'First check, nothing to compare with.';
  const parts = [
    renderChanges('New', changes.appeared, (change) => change.say),
    renderChanges('Recovered', changes.recovered, (change) => `was: ${change.say}`),
  ].filter((part) => part !== '');
  const since = `since check ${escapeShort(previous.reference, 20)}, ${renderDate(previous.finishedAt, zone)}`;
  if (parts.length > 0) return `${parts.join('\n')}\n_${since}_`;
  // While it runs the rest may still bring news.
  return finishedAt === null ? '' : `No change ${since}.`;
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

/** Ages are as of the end of the check: the card is read later and does not count on. */
export const renderAges = (check: HealthCheck, now: Date, zone: string, spokenId: string): string => {
  const at = check.finishedAt ?? now;
  const ages = check.clients
    .flatMap((client) => client.observations)
    .filter((observation) => observation.verdict !== 'unknown')
    .map((observation) => Math.max(0, at.getTime() - observation.observedAt.getTime()));
  const when = `${check.finishedAt === null ? 'Started' : 'Checked'} ${renderDate(check.finishedAt ?? check.startedAt, zone)}`;
  const oldest = ages.reduce((a, b) => Math.max(a, b), 0);
  const fresh = oldest < freshMs ? ' · all facts fresh' : ` · oldest fact was ${sayDuration(oldest)} old`;
  const facts = ages.length === 0 ? '' : fresh;
  return `${when}${facts} · ${escapeShort(check.scope, 80)} · ${escapeShort(spokenId, 20)}`;
};
