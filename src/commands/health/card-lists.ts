/** The lists of a health card: failures in full, then in short, then the rest, each saying how many it left out. */
import type { KnownBlock } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { button, context, fitLines, section } from '../../blocks/message.ts';
import { renderStatus } from '../../blocks/status-line.ts';
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import { isUnchecked } from '../../policy/health/fleet.ts';
import type { CheckedClient } from '../../policy/health/report.ts';
import {
  type Claim,
  escapeShort,
  findTold,
  renderClaim,
  renderHeadline,
  renderName,
  renderNext,
  renderObservation,
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
const otherChars = 1000;

/** Failing clients, and those whose clock still runs although nothing can be seen now. */
export const isOpen = ({ state, respondBy }: CheckedClient): boolean =>
  state === 'fail' || respondBy !== null;

const findShown = (client: CheckedClient, isFleet: boolean): CheckedClient['observations'] =>
  isFleet ? client.observations.filter((observation) => observation.verdict !== 'pass') : client.observations;

/** One client in full: headline, each criterion with its next step, who is on it. */
export const renderClient = (
  client: CheckedClient,
  view: Pick<ListView, 'now' | 'zone' | 'claims' | 'isFleet'>,
): string => {
  const criteria = findShown(client, view.isFleet).flatMap((observation) => [
    renderObservation(observation, view.zone),
    ...(observation.verdict === 'pass' ? [] : [renderNext(observation)]),
  ]);
  const claim = renderClaim(view.claims, client.client.key, view.zone);
  const lines = [renderHeadline(client, view.now, view.zone), ...criteria].filter((line) => line !== '');
  const { text } = fitLines(lines, clientChars - claim.length - 1, () => '… more under Details');
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
  const [first, ...more] = findTold(client);
  const cause = first === undefined ? '' : ` ${renderObservation(first, view.zone)}`;
  const others = more.length === 0 ? '' : ` (+${more.length})`;
  const claim = renderClaim(view.claims, client.client.key, view.zone);
  return `${renderShortHeadline(client, view.now, view.zone)}${cause}${others}${claim === '' ? '' : ` ${claim}`}`;
};

/** Clients needing somebody: the first ones in full, the next in one line each, the others counted. */
export const renderOpen = (clients: readonly CheckedClient[], view: ListView, sayWhere: string): CardList => {
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
  const sayRest = (left: number): string => `… and ${left} more like these: ${sayWhere}`;
  const { text, shown } = fitLines(lines, shortChars, sayRest, rest.length);
  return { blocks: [...blocks, section(text)], left: rest.length - shown };
};

/** Up to this many clients have a line for each fact; more have one line each. */
const roomyOthers = 4;
const factsOfOther = 2;

/** Criteria that could not be seen for one reason share a line: "❔ Workflow, Last deploy, CI: unknown, GitHub answered 503". */
const renderFacts = (client: CheckedClient, zone: string): readonly string[] => {
  const told = findTold(client);
  const first = told[0];
  const isOneReason =
    told.length > 1 &&
    first?.verdict === 'unknown' &&
    told.every(
      ({ verdict, say, moment }) => verdict === 'unknown' && say === first.say && moment === undefined,
    );
  if (!first || !isOneReason) return told.map((observation) => renderObservation(observation, zone));
  const names = [...new Set(told.map((observation) => escapeShort(sayCriterion(observation), 40)))];
  const label = escapeShort(sayCriterion(first), 40);
  return [renderObservation(first, zone).replace(`${label}:`, `${names.join(', ')}:`)];
};

const renderOther = (client: CheckedClient, zone: string, isRoomy: boolean): string => {
  const facts = renderFacts(client, zone);
  const next = findTold(client)[0]?.next ?? null;
  const step = next === null || isUnchecked(client) ? [] : [`→ ${escapeShort(next, 120)}`];
  const left = facts.length - factsOfOther;
  const more = left > 0 ? [isRoomy ? `… ${left} more under Details` : `(+${left})`] : [];
  return [`*${renderName(client)}*`, ...facts.slice(0, factsOfOther), ...more, ...step].join(
    isRoomy ? '\n' : ' ',
  );
};

/** Unknown before warnings. Unknown says itself that it is neither healthy nor the client's fault. */
export const renderOthers = (clients: readonly CheckedClient[], zone: string, sayWhere: string): CardList => {
  if (clients.length === 0) return { blocks: [], left: 0 };
  const lines = clients
    .slice(0, otherLines)
    .map((client) => renderOther(client, zone, clients.length <= roomyOthers));
  const sayRest = (left: number): string => `… and ${left} more unknown or with a warning: ${sayWhere}`;
  const { text, shown } = fitLines(lines, otherChars, sayRest, clients.length);
  const hint = clients.some(({ state }) => state === 'unknown')
    ? '\n_Unknown: we could not look. It says nothing about the client._'
    : '';
  return { blocks: [section(`${text}${hint}`)], left: clients.length - shown };
};

/** Names on one line where they are few; otherwise the counts have to do, and the file has the names. */
export const renderNames = (
  status: 'pass' | 'not-judged',
  clients: readonly CheckedClient[],
  max = 10,
): CardList => {
  if (clients.length === 0) return { blocks: [], left: 0 };
  if (clients.length > max) return { blocks: [], left: clients.length };
  const names = clients.map((client) =>
    status === 'pass' ? renderName(client, 32) : `${renderName(client, 32)} (${client.client.status})`,
  );
  return { blocks: [context(`${renderStatus(status)}: ${names.join(', ')}`)], left: 0 };
};
