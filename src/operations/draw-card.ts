/** Which picture a card shows now: the command's own, a stored answer, or plain words where there is neither. Sending it is `deliver-card.ts`' business. */
import type { Audience } from '../policy/access.ts';
import { readAnswer } from './answer-now.ts';
import type { CardWork, Move } from './card.ts';
import type { Json } from './json.ts';
import type { Message } from './message.ts';
import type { Operation } from './operation.ts';
import { type CommandList, toCode } from './words.ts';

export interface DrawParts {
  readonly commands: CommandList;
  readonly now: () => Date;
  readonly zone: string;
}

/** What Slack takes in one text block, and in the text that a lock screen shows (platform-facts A4). */
const mostBlockText = 3000;
const mostText = 4000;
const mostBlocks = 50;

/** @throws whatever the command's own render throws. */
export const drawCard = async (work: CardWork, audience: Audience, parts: DrawParts): Promise<Message> => {
  const { operation } = work;
  if (operation.state === 'refused' || operation.state === 'failed') return drawWords(operation);
  const command = parts.commands.find(operation.verb);
  if (command?.kind !== 'long') return readStored(operation) ?? drawWords(operation);
  return command.render({
    now: parts.now(),
    zone: parts.zone,
    cardId: work.cardId,
    version: work.decisionVersion,
    operation,
    supersededBy: work.supersededBy,
    internal: audience.kind !== 'shared',
  });
};

/** What is left to say when Slack takes none of our blocks. */
export const toPlainMessage = (message: Message): Message => ({
  text: message.text.slice(0, mostText),
  blocks: [],
});

/** What takes the place of a card that stands where by now others read. */
export const drawTakenAway = ({ verb }: Operation): Message => {
  const text = `Taken away: this channel has other readers since this was asked, and it was not for them. Ask ${toCode(verb)} again in a channel of your own.`;
  return { text, blocks: [toTextBlock(text)] };
};

/** A card that does not stand where it was asked for says so first, and what can be done about it. */
export const addMove = (message: Message, move: Move | null): Message => {
  if (move === null) return message;
  const where = /^[A-Z0-9]+$/u.test(move.from) ? `<#${move.from}>` : 'that channel';
  const line =
    move.why === 'cannot-post'
      ? `I cannot post in ${where}, so this comes to you directly. To see cards there, type \`/invite @acuops\` in that channel and ask again.`
      : `${where} has other readers since you asked, so this comes to you directly.`;
  if (message.blocks.length === 0) return { ...message, text: `${line}\n${message.text}`.slice(0, mostText) };
  return message.blocks.length < mostBlocks
    ? { ...message, blocks: [toTextBlock(line), ...message.blocks] }
    : message;
};

/** How it ended, in words alone. */
export const drawWords = (operation: Operation): Message => {
  const name = `${toCode(operation.verb)} ${operation.spokenId}`;
  const text = `${name}: ${readWords(operation)}`;
  return { text: text.slice(0, mostText), blocks: [toTextBlock(text)] };
};

const readWords = (operation: Operation): string =>
  readText(operation.result, 'say') ??
  readText(operation.result, 'failed') ??
  readText(readField(operation.result, 'data'), 'say') ??
  (operation.state === 'open' ? 'is being worked on.' : `ended as ${operation.state}, and left no words.`);

const readStored = (operation: Operation): Message | null => {
  const message = readField(operation.result, 'message');
  return message === null ? null : (readAnswer(operation)?.message ?? null);
};

const readField = (value: Json, name: string): Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? ((value as { readonly [key: string]: Json })[name] ?? null)
    : null;

const readText = (value: Json, name: string): string | null => {
  const found = readField(value, name);
  return typeof found === 'string' ? found : null;
};

const toTextBlock = (text: string): object => ({
  type: 'section',
  text: { type: 'mrkdwn', text: text.slice(0, mostBlockText) },
});
