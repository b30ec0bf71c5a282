/** From a line as Slack writes it to the request it means: entities and links undone, a leading mention dropped, then words by the command's own spec. */
import type { Call } from '../operations/call.ts';
import { type Refusal, refuse } from '../operations/refusal.ts';
import { type CommandList, parseTyped } from '../operations/words.ts';

/** Slack cuts nothing itself before about this length. */
const longestLine = 4_000;

const bare = (address: string): string =>
  address.replace(/^(?:https?:\/\/|mailto:|tel:)/u, '').replace(/\/$/u, '');

/** `<http://a.b|a.b>` is what Slack makes of a typed `a.b`; other words with an address behind them keep both. */
const toTyped = (_link: string, address: string, label: string): string =>
  bare(label) === bare(address) ? label : `${label} (${address})`;

/** Mentions stay as they are, they are ids. */
export const readLine = (text: string): string =>
  text
    .replaceAll(/<((?:https?|mailto|tel):[^<>|]*)\|([^<>]*)>/gu, toTyped)
    .replaceAll(/<((?:https?|mailto|tel):[^<>|]*)>/gu, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();

/** The words after the mention of us; what stands before it is talk. */
export const dropMention = (text: string, botUserId: string): string => {
  const mention = new RegExp(`^.*?<@${botUserId}(?:\\|[^>]*)?>[:,]?`, 'su');
  return text.replace(mention, '').trim();
};

export type Wish = Pick<Call, 'verb' | 'input'>;

export const parseLine = (line: string, commands: CommandList): Wish | Refusal => {
  if (line.length > longestLine)
    return refuse(
      'usage',
      `That line has ${line.length} characters; at most ${longestLine} are read. Say it shorter.`,
    );
  const parsed = parseTyped(line, commands);
  return parsed.kind === 'refused' ? parsed : parsed.value;
};
