/** Acts as people in the pretend Slack, tells each deed and what it showed, and collects what is not as it should be. */
import { toActionId } from '../../src/blocks/action-id.ts';
import { toPlainText } from '../../src/blocks/plain.ts';
import { findElements } from '../slack/block-ids.ts';
import type { SlackFront, StoredMessage } from '../slack/front.ts';
import { slackSide } from '../world/people.ts';

export interface Teller {
  readonly tell: (line: string) => void;
  /** Types `/acuops …`. Gives the private answer. */
  readonly command: (who: Person, channelId: string, line: string) => Promise<string>;
  /** Writes `@acuops …`, as people of another workspace must. Gives the private answer. */
  readonly mention: (who: Person, channelId: string, line: string) => Promise<string>;
  /** Presses Check again on the card, and waits for the new result. */
  readonly checkAgain: (who: Person, card: StoredMessage) => Promise<StoredMessage>;
  /** Chooses a client at "Details of …". Gives what the window says. */
  readonly details: (who: Person, card: StoredMessage, client: string) => Promise<string>;
  /** The newest card of the channel, once its check is finished. */
  readonly finishedCard: (channelId: string) => Promise<StoredMessage>;
  /** Remembers what is wrong. */
  readonly expect: (isRight: boolean, wrong: string) => void;
  readonly faults: () => readonly string[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

const againId = toActionId('health', 'again');
const detailsId = toActionId('health', 'details');
const waitMs = 20_000;
const lookEveryMs = 20;

/** @throws Error naming what did not come in time */
const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
  const endsAt = Date.now() + waitMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > endsAt) throw new Error(`${what} did not come within ${waitMs / 1000} s`);
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
};

const indent = (text: string): string => text.replaceAll(/^/gmu, '    ');

const findAgain = (card: StoredMessage): unknown =>
  findElements(card.blocks).find(({ actionId }) => actionId === againId)?.element['value'];

const names: Readonly<Record<string, string>> = Object.fromEntries(
  slackSide.channels.map(({ id, name }) => [id, `#${name}`]),
);

export const createTeller = (slack: SlackFront, tell: (line: string) => void): Teller => {
  const faults: string[] = [];
  const show = (deed: string, said: string): void => tell(`\n${deed}\n${indent(said)}`);

  /** What is said to this person alone from now on. */
  const hearNext = async (who: Person, deed: string, act: () => Promise<unknown>): Promise<string> => {
    const before = slack.ephemerals(who.id).length;
    await act();
    const answer = await until(`the answer to ${who.name}`, () => slack.ephemerals(who.id)[before]);
    const said = toPlainText(answer);
    show(deed, said);
    return said;
  };

  const finishedCard = async (channelId: string, notBefore?: unknown): Promise<StoredMessage> => {
    const card = await until('the finished card', () => {
      const newest = slack.messages(channelId).findLast((message) => message.isBot);
      const again = newest && findAgain(newest);
      return again === undefined || again === notBefore ? undefined : newest;
    });
    show(`The card in ${names[channelId]}:`, toPlainText(card));
    return card;
  };

  return {
    tell,
    command: (who, channelId, line) =>
      hearNext(who, `${who.name} types in ${names[channelId]}: /acuops ${line}`, () =>
        slack.command(who.id, channelId, line),
      ),
    mention: (who, channelId, line) =>
      hearNext(who, `${who.name} writes in ${names[channelId]}: @acuops ${line}`, () =>
        slack.mention(who.id, channelId, line),
      ),
    checkAgain: async (who, card) => {
      const before = findAgain(card);
      tell(`\n${who.name} presses Check again`);
      await slack.click(who.id, card.channelId, card.ts, { actionId: againId });
      return finishedCard(card.channelId, before);
    },
    details: async (who, card, client) => {
      const option = findElements(card.blocks)
        .filter(({ actionId }) => actionId === detailsId)
        .flatMap(({ element }) => element['options'] as readonly { text: { text: string }; value: string }[])
        .find(({ text }) => text.text === client);
      if (!option) throw new Error(`The card offers no details of ${client}`);
      await slack.click(who.id, card.channelId, card.ts, {
        actionId: detailsId,
        selectedOption: option.value,
      });
      const view = await until('the window', () =>
        slack.openViews(who.id).find(({ blocks }) => JSON.stringify(blocks).includes('seen ')),
      );
      const said = toPlainText({ title: { type: 'plain_text', text: view.title }, blocks: view.blocks });
      show(`${who.name} chooses Details of … ${client}`, said);
      await slack.closeView(who.id, view);
      return said;
    },
    finishedCard: (channelId) => finishedCard(channelId),
    expect: (isRight, wrong) => void (isRight || faults.push(wrong)),
    faults: () => faults,
  };
};
