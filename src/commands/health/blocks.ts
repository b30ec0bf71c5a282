/** Pictures of a health check: the card in the channel, its modals, and the JSON of `--json`. Pure: what to show is in the report, when and where in the view. */

import type { KnownBlock } from '@slack/types';
import { escapeShort } from '../../blocks/escape.ts';
import { limits, measureBlocks } from '../../blocks/limits.ts';
import { context, type RenderedMessage, renderMessage, section } from '../../blocks/message.ts';
import { type Counts, countClients, sayVerdict } from '../../policy/health/fleet.ts';
import { type HealthCheck, type HealthReport, toHealthCheck } from '../../policy/health/report.ts';
import { renderButtons } from './card-buttons.ts';
import { renderFile } from './card-file.ts';
import { type CardList, isOpen, type ListView, renderNames, renderOpen, renderOthers } from './card-lists.ts';
import {
  hasHiddenChanges,
  renderAges,
  renderCause,
  renderChanged,
  renderCounts,
  renderFirst,
  renderTrouble,
  renderVerdict,
} from './card-summary.ts';
import { type Claim } from './card-words.ts';

export { renderDetails, renderNoteModal } from './card-modals.ts';
export type { Claim } from './card-words.ts';

export interface HealthView {
  readonly now: Date;
  /** Zone of the place, for lock screen and fallbacks. */
  readonly zone: string;
  readonly spokenId: string;
  readonly cardId: string;
  readonly version: number;
  readonly claims: readonly Claim[];
  /** Spoken id of the newer card, where there is one; then nothing can be pressed here. */
  readonly supersededBy?: string | null;
  readonly failedOnly: boolean;
  /** Why this picture may be old, in one sentence. */
  readonly stale?: string;
}

interface Lists {
  readonly blocks: readonly KnownBlock[];
  readonly left: number;
}

const joinLists = (lists: readonly CardList[]): Lists => ({
  blocks: lists.flatMap((list) => list.blocks),
  left: lists.reduce((sum, list) => sum + list.left, 0),
});

const renderLists = (check: HealthCheck, view: HealthView, listView: ListView): Lists => {
  const open = check.clients.filter(isOpen);
  // One client asked for by name is always shown, healthy or not; with `--failed` only where something of it fails.
  if (!listView.isFleet) {
    const judged = check.clients.filter(({ state }) => state !== 'not-judged');
    return joinLists([renderOpen(view.failedOnly ? judged.filter(isOpen) : judged, listView)]);
  }
  const failing = renderOpen(open, listView);
  if (view.failedOnly) return joinLists([failing]);
  const others = check.clients.filter(
    (client) => !isOpen(client) && (client.state === 'unknown' || client.state === 'warn'),
  );
  return joinLists([
    failing,
    renderOthers(others, listView),
    renderNames(
      'pass',
      check.clients.filter((client) => client.state === 'pass' && !isOpen(client)),
    ),
    renderNames(
      'not-judged',
      check.clients.filter(({ state }) => state === 'not-judged'),
    ),
  ]);
};

const sayOnlyFailing = (check: HealthCheck, isFleet: boolean): string => {
  if (!isFleet && check.clients.some(isOpen)) return 'Only what fails is listed.';
  if (!isFleet)
    return check.clients.some(({ state }) => state === 'unknown')
      ? 'Nothing of it that could be seen fails.'
      : 'Nothing of it fails.';
  const unlisted = check.clients.filter((client) => !isOpen(client)).length;
  if (unlisted === 0) return '';
  return `Only failing clients are listed; ${unlisted === 1 ? '1 other is' : `${unlisted} others are`} in the counts.`;
};

/** What the card does not name, and where it is: nothing is left out in silence. */
const sayLeft = (check: HealthCheck, view: HealthView, left: number, isFleet: boolean): string => {
  const parts: string[] = [];
  if (view.failedOnly && check.clients.some(({ state }) => state !== 'not-judged'))
    parts.push(sayOnlyFailing(check, isFleet));
  const where =
    check.finishedAt === null
      ? 'listed when the check is done'
      : `see the file health-${view.spokenId}.txt, or use --json`;
  if (left > 0) parts.push(`${left} of ${check.clients.length} clients are not named here: ${where}.`);
  return parts.filter((part) => part !== '').join(' ');
};

/** Null for an empty text, so that parts without anything to say leave no block. */
const sectionOf = (text: string): KnownBlock | null => (text === '' ? null : section(text));
const contextOf = (text: string): KnownBlock | null => (text === '' ? null : context(text));

const renderStale = (stale: string | undefined): string =>
  stale === undefined ? '' : `⚠️ ${escapeShort(stale, 250)}`;

const sayFirst = (check: HealthCheck, view: HealthView): string => {
  const verdict = renderVerdict(check, view.now, view.zone);
  const newer = view.supersededBy ?? null;
  return newer === null ? verdict : `Superseded by ${escapeShort(newer, 20)}, older picture: ${verdict}`;
};

/** While the check runs every edit would bring another file, so it is made once, at the end. */
const needsFile = (check: HealthCheck, left: number): boolean =>
  check.finishedAt !== null && (left > 0 || hasHiddenChanges(check));

/**
 * The picture of a check. The same report and view give the same message, and the file depends on report and zone alone, so a
 * sender may tell by its content whether it was sent before.
 */
export const renderHealthCard = (report: HealthReport, view: HealthView): RenderedMessage => {
  const check = toHealthCheck(report);
  const { now, zone, spokenId } = view;
  const isLive = (view.supersededBy ?? null) === null;
  const isFleet = check.progress.total > 1 || check.clients.length > 1;
  const text = sayFirst(check, view);
  const { githubTrouble } = check;
  const lists = renderLists(check, view, { ...view, isLive, isFleet, githubTrouble });
  const told = [
    section(renderFirst(check, text, isLive)),
    sectionOf(renderStale(view.stale)),
    sectionOf(renderCause(check)),
    sectionOf(renderTrouble(check, zone)),
    contextOf(renderChanged(check, zone)),
    ...lists.blocks,
    isFleet && check.progress.done > 0 ? context(renderCounts(check)) : null,
    contextOf(sayLeft(check, view, lists.left, isFleet)),
    context(renderAges(check, now, zone, spokenId)),
  ].filter((block) => block !== null);
  const blocks = isLive
    ? [...told, renderButtons(check, view, isFleet, limits.messageTotal - measureBlocks(told))]
    : told;
  return renderMessage(
    text,
    blocks,
    needsFile(check, lists.left) ? renderFile(check, zone, spokenId) : undefined,
  );
};

export interface HealthJson extends HealthReport {
  readonly verdict: string;
  readonly counts: Counts;
}

/** What `--json` prints: the report, with the verdict in words (moments in UTC) and the counts. */
export const toHealthJson = (report: HealthReport): HealthJson => {
  const check = toHealthCheck(report);
  return {
    ...report,
    verdict: sayVerdict(check, (at) => at.toISOString()),
    counts: countClients(check.clients),
  };
};
