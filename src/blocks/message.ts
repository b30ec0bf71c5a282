/** Builders of blocks that keep Slack's limits by themselves and never cut in silence: what is shortened ends in `…`, what is left out is counted. */
import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
  StaticSelect,
} from '@slack/types';
import { cleanText, cutText, toPlainField } from './escape.ts';
import { limits } from './limit-figures.ts';

export interface MessageFile {
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

/** What the notifier posts or edits. `text` is the verdict as a lock screen shows it. */
export interface RenderedMessage {
  readonly text: string;
  readonly blocks: KnownBlock[];
  /** Everything that the blocks had no room for; the blocks say so. */
  readonly file?: MessageFile;
}

const orDash = (text: string): string => (text.trim() === '' ? '–' : text);

/** Plain text of ours or of others; needs no escaping. */
export const plain = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: orDash(toPlainField(text, max)),
  emoji: true,
});

/** mrkdwn whose foreign parts are escaped already. */
const mrkdwn = (text: string, max: number): MrkdwnElement => ({
  type: 'mrkdwn',
  text: orDash(cutText(text, max)),
});

/** `text` is mrkdwn whose foreign parts are escaped. */
export const section = (text: string, accessory?: Button): SectionBlock => ({
  type: 'section',
  text: mrkdwn(text, limits.sectionText),
  ...(accessory === undefined ? {} : { accessory }),
  // Long sections fold away on phones by default; ours are short and must be seen whole.
  expand: true,
});

export const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [mrkdwn(text, limits.contextText)],
});

export const divider = (): DividerBlock => ({ type: 'divider' });

/** Null where nothing can be pressed, so that no empty row is sent. */
export const actions = (blockId: string, elements: readonly ActionsBlockElement[]): ActionsBlock | null =>
  elements.length === 0
    ? null
    : {
        type: 'actions',
        block_id: blockId.slice(0, limits.id),
        elements: elements.slice(0, limits.actionElements),
      };

/** What Slack asks before it sends a press. Plain text all through; whoever presses `deny` pressed nothing. */
export interface ConfirmInput {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly deny: string;
  /** Of the button that goes on. */
  readonly style?: 'primary' | 'danger';
}

const toConfirm = ({ title, text, confirm, deny, style }: ConfirmInput): ConfirmationDialog => ({
  title: plain(title, limits.confirmTitle),
  text: plain(text, limits.confirmText),
  confirm: plain(confirm, limits.confirmButton),
  deny: plain(deny, limits.confirmButton),
  ...(style === undefined ? {} : { style }),
});

export interface ButtonInput {
  readonly label: string;
  readonly actionId: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  /** What a screen reader says where the label alone is ambiguous. */
  readonly hint?: string;
  readonly confirm?: ConfirmInput;
}

/** @throws RangeError where the value is longer than Slack takes: a cut value would be a wrong one. */
export const button = ({ label, actionId, value, style, hint, confirm }: ButtonInput): Button => {
  if (value.length > limits.buttonValue)
    throw new RangeError(`button value of ${value.length} characters, at most ${limits.buttonValue}`);
  return {
    type: 'button',
    text: plain(label, limits.buttonText),
    action_id: actionId,
    value,
    ...(style === undefined ? {} : { style }),
    ...(hint === undefined ? {} : { accessibility_label: orDash(toPlainField(hint, limits.buttonText)) }),
    ...(confirm === undefined ? {} : { confirm: toConfirm(confirm) }),
  };
};

export interface Choice {
  readonly label: string;
  readonly value: string;
}

const toOption = ({ label, value }: Choice): PlainTextOption => ({
  text: plain(label, limits.optionText),
  value,
});

/** Only choices whose value Slack takes whole, each value once, at most 100. The caller says how many are missing. */
export const fitChoices = (choices: readonly Choice[], max: number = limits.options): readonly Choice[] => {
  const seen = new Set<string>();
  const fitting = choices.filter(
    ({ value }) => value.length <= limits.optionValue && !seen.has(value) && seen.add(value),
  );
  return fitting.slice(0, max);
};

/** A select of at most 100 choices; null where there is none. */
export const select = (
  actionId: string,
  placeholder: string,
  choices: readonly Choice[],
): StaticSelect | null => {
  const fitting = fitChoices(choices);
  if (fitting.length === 0) return null;
  return {
    type: 'static_select',
    action_id: actionId,
    placeholder: plain(placeholder, limits.placeholder),
    options: fitting.map(toOption),
  };
};

/** Up to 100 × 100 choices, for modals. Each group is labelled by its first and last choice. */
export const groupedSelect = (
  actionId: string,
  placeholder: string,
  choices: readonly Choice[],
): StaticSelect | null => {
  if (choices.length <= limits.options) return select(actionId, placeholder, choices);
  const fitting = fitChoices(choices, limits.options * limits.optionGroups);
  const groups = Array.from({ length: Math.ceil(fitting.length / limits.options) }, (_, index) =>
    fitting.slice(index * limits.options, (index + 1) * limits.options),
  );
  const label = (group: readonly Choice[]): string =>
    `${cutText(group[0]?.label ?? '', 30)} – ${cutText(group.at(-1)?.label ?? '', 30)}`;
  return {
    type: 'static_select',
    action_id: actionId,
    placeholder: plain(placeholder, limits.placeholder),
    option_groups: groups.map((group) => ({
      label: plain(label(group), limits.optionText),
      options: group.map(toOption),
    })),
  };
};

export interface Fitted {
  readonly text: string;
  readonly shown: number;
}

/**
 * As many whole lines as fit into `max` characters; if some do not, room is kept for the line that says how many. `lines` may be
 * only the first of `total`, so that nobody has to render what will not be shown.
 */
export const fitLines = (
  lines: readonly string[],
  max: number,
  sayRest: (left: number) => string,
  total: number = lines.length,
): Fitted => {
  const whole = lines.join('\n');
  if (whole.length <= max && lines.length === total) return { text: whole, shown: lines.length };
  let shown = lines.length;
  const render = (): string => [...lines.slice(0, shown), sayRest(total - shown)].join('\n');
  while (shown > 0 && render().length > max) shown -= 1;
  return { text: render(), shown };
};

/** Joins parts to a message; nulls are left out. `text` is escaped mrkdwn like the blocks. */
export const renderMessage = (
  text: string,
  blocks: readonly (KnownBlock | null)[],
  file?: MessageFile,
): RenderedMessage => {
  const present = blocks.filter((block) => block !== null);
  if (present.length > limits.messageBlocks)
    throw new RangeError(`${present.length} blocks, at most ${limits.messageBlocks}`);
  const message = { text: orDash(cutText(text, limits.messageText)), blocks: present };
  return file === undefined ? message : { ...message, file: { ...file, content: cleanText(file.content) } };
};
