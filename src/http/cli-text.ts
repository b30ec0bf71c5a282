/** What a card or a refusal reads like in a terminal: no buttons, since none can be pressed there, and the file's whole content, since a terminal has no limit. */
import { mapStrings } from '../operations/map-strings.ts';
import type { Message } from '../operations/message.ts';

/** From Slack's markup to plain text; `blocks` has both. */
export interface PlainText {
  readonly message: (message: Pick<Message, 'text' | 'blocks'>) => string;
  readonly mrkdwn: (text: string) => string;
}

/** Hints name what is typed here, not what is typed in Slack. They stand in code font, which nobody else's words can open. */
const toTerminalHints = (mrkdwn: string): string => mrkdwn.replaceAll('`/acuops ', '`npm run acuops -- ');

export const toTerminalText = (message: Message, plain: PlainText): string => {
  const blocks = message.blocks
    .filter((block) => !('type' in block && block.type === 'actions'))
    .map((block) => ({ ...mapStrings(block, toTerminalHints), accessory: undefined }));
  const text = plain.message({ text: toTerminalHints(message.text), blocks });
  return message.file ? `${text}\n\n${message.file.title}\n${message.file.content.trimEnd()}` : text;
};

export const toTerminalSay = (say: string, plain: PlainText): string => plain.mrkdwn(toTerminalHints(say));
