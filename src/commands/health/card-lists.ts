/** The lists of a health card: failures in full, then in short, then the rest, each saying how many it left out. */

import type { KnownBlock } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { escapeShort } from '../../blocks/escape.ts';
import { button, context, fitLines, section } from '../../blocks/message.ts';
import { renderStatus } from '../../blocks/status-line.ts';
import { isClockRunning, isUnchecked } from '../../policy/health/fleet.ts';
import { isOfTrouble } from '../../policy/health/github-trouble.ts';
import type { CheckedClient, HealthCheck } from '../../policy/health/report.ts';
import { findTold, renderTold, toWorstFirst } from './card-told.ts';
import {
  type Claim,
  joinNext,
  renderClaim,
  renderHeadline,
  renderName,
  renderShortHeadline,
} from './card-words.ts';

export interface ListView {
  readonly now: Date;
  readonly zone: string;
  readonly cardId: string;
  readonly version: number;
  readonly claims: readonly Claim[];
  /** False on superseded cards: nothing can be pressed there. */
  readonly isLive: boolean;
  /** More than one client: then each failing one has its own "I'm on it". */
  readonly isFleet: boolean;
  readonly failedOnly: boolean;
  /** Told once above the lists. */
  readonly githubTrouble: HealthCheck['githubTrouble'];
}

export interface CardList {
  readonly blocks: readonly KnownBlock[];
  /** How many clients are not named in `blocks`. */
  readonly left: number;
}

/** Characters for each part, so that all of them stay below Slack's sum and a phone's patience. */
const fullClients = 10;
const fullChars = 3200;
const clientChars = 1200;
const shortLines = 15;
const shortChars = 1600;
const otherLines = 12;
const otherChars = 900;

/** Failing clients, and those whose clock still runs although nothing can be seen now, with a deadline or without. */
export const isOpen = (client: CheckedClient): boolean => client.state === 'fail' || isClockRunning(client);

/** With `--failed` only what fails, or failed when it was last seen; one client asked for by name whole; of a fleet what does not pass. */
const findShown = (
  client: CheckedClient,
  view: Pick<ListView, 'isFleet' | 'failedOnly'>,
): CheckedClient['observations'] => {
  if (view.isFleet) return toWorstFirst(client.observations.filter(({ verdict }) => verdict !== 'pass'));
  return view.failedOnly
    ? client.observations.filter(({ verdict, since }) => verdict === 'fail' || since !== null)
    : client.observations;
};

/** The command that shows it whole, in Slack and in a terminal. */
const sayAlone = ({ client }: CheckedClient): string => `\`/acuops status ${escapeShort(client.key, 40)}\``;

/** One client in full: headline, each criterion with its next step, who is on it. */
const renderClient = (client: CheckedClient, view: ListView): string => {
  const told = renderTold(findShown(client, view), view.githubTrouble, view.zone);
  // A step that several lines ask for stands after the last of them.
  const criteria = told.flatMap(({ line, step, link }, index) => [
    line,
    joinNext(told[index + 1]?.step === step ? '' : step, link),
  ]);
  const claim = renderClaim(view.claims, client.client.key, view.zone);
  const lines = [renderHeadline(client, view.now, view.zone), ...criteria].filter((line) => line !== '');
  const { text } = fitLines(lines, clientChars - claim.length - 1, () => `… more: ${sayAlone(client)}`);
  return claim === '' ? text : `${text}\n${claim}`;
};

const renderFull = (client: CheckedClient, view: ListView): KnownBlock => {
  const { key } = client.client;
  const isFree =
    view.isLive && view.isFleet && isOpen(client) && !view.claims.some((claim) => claim.targetKey === key);
  const take = button({
    label: "I'm on it",
    actionId: toActionId('health', 'claim'),
    value: toActionValue({ cardId: view.cardId, version: view.version, targetKey: key }),
    hint: `I'm on it: ${client.client.name}`,
  });
  return section(renderClient(client, view), isFree ? take : undefined);
};

/** "*P2 · Kestrel* (standard) · answer by … ❌ CI: …": one line, for the many. */
const renderShort = (client: CheckedClient, view: ListView): string => {
  const [first, ...more] = renderTold(findTold(client), view.githubTrouble, view.zone);
  const cause = first === undefined ? '' : ` ${first.line}`;
  const others = more.length === 0 ? '' : ` (+${more.length})`;
  const claim = renderClaim(view.claims, client.client.key, view.zone);
  return `${renderShortHeadline(client, view.now, view.zone)}${cause}${others}${claim === '' ? '' : ` ${claim}`}`;
};

/** Clients needing somebody: the first ones in full, the next in one line each, the others counted. */
export const renderOpen = (clients: readonly CheckedClient[], view: ListView): CardList => {
  const blocks: KnownBlock[] = [];
  let used = 0;
  for (const client of clients.slice(0, fullClients)) {
    const text = renderClient(client, view);
    if (used + text.length > fullChars) break;
    used += text.length;
    blocks.push(renderFull(client, view));
  }
  const rest = clients.slice(blocks.length);
  if (rest.length === 0) return { blocks, left: 0 };
  const lines = rest.slice(0, shortLines).map((client) => renderShort(client, view));
  const sayRest = (left: number): string => `… and ${left} more like these`;
  const { text, shown } = fitLines(lines, shortChars, sayRest, rest.length);
  return { blocks: [...blocks, section(text)], left: rest.length - shown };
};

/** Up to this many clients have a line for each fact; more have one line each. */
const roomyOthers = 4;
const linesOfOther = 2;

/** The step stands after the problem that it is for. */
const renderOther = (client: CheckedClient, view: ListView, isRoomy: boolean): string => {
  const told = renderTold(findTold(client), view.githubTrouble, view.zone);
  const lines = told.slice(0, linesOfOther).flatMap(({ line, step, link }, index) => {
    const next = joinNext(step, isRoomy ? link : '');
    return index === 0 && next !== '' && !isUnchecked(client) ? [line, next] : [line];
  });
  const left = told.length - linesOfOther;
  const more = left > 0 ? [isRoomy ? `… ${left} more: ${sayAlone(client)}` : `(+${left})`] : [];
  return [`*${renderName(client)}*`, ...lines, ...more].join(isRoomy ? '\n' : ' ');
};

/** Nothing is unknown of these but what the card says once above, and no clock runs: their names are enough. */
const isToldAbove = (client: CheckedClient, { githubTrouble }: ListView): boolean =>
  client.state === 'unknown' &&
  findTold(client).every((entry) => entry.since === null && isOfTrouble(entry, githubTrouble));

const unknownHint = '_Unknown: we could not look. It says nothing about the client._';

/** Unknown before warnings. Unknown says itself that it is neither healthy nor the client's fault. */
export const renderOthers = (clients: readonly CheckedClient[], view: ListView): CardList => {
  const own = clients.filter((client) => !isToldAbove(client, view));
  const names = renderNames(
    'unknown',
    clients.filter((client) => isToldAbove(client, view)),
  );
  const hint = clients.some(({ state }) => state === 'unknown') ? [context(unknownHint)] : [];
  if (own.length === 0) return { blocks: [...names.blocks, ...hint], left: names.left };
  const lines = own
    .slice(0, otherLines)
    .map((client) => renderOther(client, view, own.length <= roomyOthers));
  const sayRest = (left: number): string => `… and ${left} more unknown or with a warning`;
  const { text, shown } = fitLines(lines, otherChars, sayRest, own.length);
  return { blocks: [section(text), ...names.blocks, ...hint], left: own.length - shown + names.left };
};

/** Names on one line where they are few; otherwise the counts have to do, and the file has the names. */
export const renderNames = (
  status: 'pass' | 'unknown' | 'not-judged',
  clients: readonly CheckedClient[],
  max = 10,
): CardList => {
  if (clients.length === 0) return { blocks: [], left: 0 };
  if (clients.length > max) return { blocks: [], left: clients.length };
  const names = clients.map((client) =>
    status === 'not-judged' ? `${renderName(client, 32)} (${client.client.status})` : renderName(client, 32),
  );
  return { blocks: [context(`${renderStatus(status)}: ${names.join(', ')}`)], left: 0 };
};
