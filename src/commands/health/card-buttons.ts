/** The row of things that can be pressed on a health card. Which person may press what is decided at the click, not here. */
import type { ActionsBlockElement, KnownBlock } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { cutText } from '../../blocks/escape.ts';
import { actions, button, type Choice, fitChoices, select } from '../../blocks/message.ts';
import type { HealthCheck } from '../../policy/health/report.ts';
import { isOpen } from './card-lists.ts';
import type { Claim } from './card-words.ts';

export interface ButtonsView {
  readonly cardId: string;
  readonly version: number;
  readonly claims: readonly Claim[];
}

const labelChars = 30;
/** What the buttons' own words take of the message's sum. */
const buttonsShare = 150;

const takeWithin = (choices: readonly Choice[], room: number): readonly Choice[] => {
  let used = buttonsShare;
  return choices.filter(({ label }) => {
    used += Math.max(1, label.length);
    return used <= room;
  });
};

/** Details of any client on the card; where there are too many the worst ones, and the select says how many. */
const renderDetailsElement = (
  check: HealthCheck,
  view: ButtonsView,
  room: number,
): ActionsBlockElement | null => {
  const [first, ...more] = check.clients;
  if (first === undefined) return null;
  const { cardId, version } = view;
  const actionId = toActionId('health', 'details');
  const toValue = (targetKey: string): string => toActionValue({ cardId, version, targetKey });
  if (more.length === 0) return button({ label: 'Details', actionId, value: toValue(first.client.key) });
  const all = check.clients.map(({ client }) => ({
    label: cutText(client.name, labelChars),
    value: toValue(client.key),
  }));
  const choices = takeWithin(fitChoices(all), room);
  const left = all.length - choices.length;
  return select(
    actionId,
    left === 0 ? 'Details of …' : `Details of … (first ${choices.length} of ${all.length})`,
    choices,
  );
};

/** Null where nothing can be pressed: before the first client was judged. `room` is what the message's sum still allows. */
export const renderButtons = (
  check: HealthCheck,
  view: ButtonsView,
  isFleet: boolean,
  room: number,
): KnownBlock | null => {
  const only = check.clients[0];
  const value = toActionValue({ cardId: view.cardId, version: view.version });
  const elements: (ActionsBlockElement | null)[] = [];
  if (!isFleet && only !== undefined && isOpen(only) && view.claims.length === 0) {
    const mine = toActionValue({ cardId: view.cardId, version: view.version, targetKey: only.client.key });
    elements.push(
      button({ label: "I'm on it", actionId: toActionId('health', 'claim'), value: mine, style: 'primary' }),
    );
  }
  // While the check runs, asking again would only join it.
  if (check.finishedAt !== null)
    elements.push(button({ label: 'Check again', actionId: toActionId('health', 'again'), value }));
  elements.push(renderDetailsElement(check, view, room));
  if (only !== undefined)
    elements.push(button({ label: 'Note', actionId: toActionId('health', 'note'), value }));
  return actions(
    `acuops:health:${view.cardId}:${view.version}`,
    elements.filter((element) => element !== null),
  );
};
