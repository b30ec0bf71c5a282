/** What cards that could not be delivered mean, each with its mend. Pure: those whose cause is mended were tried again before. */
import { cutText, escapeLine } from '../../blocks/escape.ts';
import { type Finding, type FindingState, find, pass, sayNames, sayNumber } from './findings.ts';
import type { CardFact, CardFacts } from './powers.ts';

const name = 'Cards';

const sayPlace = (channel: string): string =>
  channel.startsWith('direct:') ? 'a direct message' : `<#${escapeLine(channel)}>`;

const sayCard = ({ spokenId, channel, trouble }: CardFact): string =>
  `${spokenId} in ${sayPlace(channel)}: ${cutText(escapeLine(trouble), 180)}`;

const mostShown = 5;

const sayCards = (cards: readonly CardFact[]): string => {
  const shown = cards.slice(0, mostShown).map(sayCard);
  return cards.length > shown.length
    ? `${shown.join('; ')}; and ${cards.length - shown.length} more`
    : shown.join('; ');
};

/** Why a card is stuck, by Slack's own word in its trouble; the first that fits. */
const mends: readonly (readonly [RegExp, (places: string) => string])[] = [
  [
    /is_archived/u,
    (places) => `Bring ${places} back in Slack, then ask \`/acuops doctor\` again: it sends them.`,
  ],
  [
    /missing_scope/u,
    () =>
      'Update the app from manifest.yaml and install it again, then ask `/acuops doctor` again: it sends them.',
  ],
  [
    /not_in_channel|channel_not_found|no_permission|restricted_action/u,
    (places) => `In ${places}, type \`/invite @acuops\`, then ask \`/acuops doctor\` again: it sends them.`,
  ],
  [
    /cannot be changed: (?:message_not_found|cant_update_message|edit_window_closed)/u,
    () =>
      'Somebody deleted the message, and a deleted card is not posted again: ask the command again for a new one.',
  ],
];
const keptBackMend = (places: string): string =>
  `Others read ${places} by now, so nothing that was not asked for them goes there: ask the command again in a channel of your own.`;
const otherMend = (): string =>
  'Look at the desk’s log for the word above; `/acuops doctor` tries to send them again each time.';

const isDeleted = ({ trouble }: CardFact): boolean => mends.at(-1)?.[0].test(trouble) ?? false;

/** One sentence for each kind of cause, naming the places it is about. */
const mendOf = (cards: readonly CardFact[]): string => {
  const byMend = new Map<(places: string) => string, Set<string>>();
  for (const { trouble, channel, keptBack } of cards) {
    const mend = keptBack ? keptBackMend : (mends.find(([word]) => word.test(trouble))?.[1] ?? otherMend);
    byMend.set(mend, (byMend.get(mend) ?? new Set()).add(sayPlace(channel)));
  }
  return [...byMend].map(([mend, places]) => mend(sayNames([...places]))).join(' ');
};

export const judgeCards = ({ cards }: CardFacts): readonly Finding[] => {
  const of = (standing: CardFact['standing']) => cards.filter((card) => card.standing === standing);
  const [delivered, stuck, sending] = [of('delivered'), of('stuck'), of('on-its-way')];
  const told = (state: FindingState, say: string, mend: string, about: readonly CardFact[]): Finding =>
    find(
      name,
      state,
      say,
      mend,
      about.map(({ spokenId }) => spokenId),
    );
  const findings = [
    stuck.length === 0
      ? null
      : told(
          stuck.every(isDeleted) ? 'warn' : 'fail',
          `${sayNumber(stuck.length, 'card')} could not be brought up to date: ${sayCards(stuck)}.`,
          mendOf(stuck),
          stuck,
        ),
    sending.length === 0
      ? null
      : told(
          'warn',
          `${sayNumber(sending.length, 'card')} on the way: ${sayCards(sending)}.`,
          'Nothing to do now; ask again in a minute.',
          sending,
        ),
    delivered.length === 0
      ? null
      : pass(name, `Stuck before and sent now: ${sayNames(delivered.map(({ spokenId }) => spokenId))}.`),
  ].filter((finding) => finding !== null);
  return findings.length > 0 ? findings : [pass(name, 'All cards of the last week are delivered.')];
};
