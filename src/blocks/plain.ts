/** Our messages and views as plain text, for the terminal and the demo: what a person would read, nothing Slack-specific left. */
import { restoreMarks } from './escape.ts';

type Shape = Readonly<Record<string, unknown>>;

const toShape = (value: unknown): Shape => (typeof value === 'object' && value !== null ? { ...value } : {});
const toShapes = (value: unknown): readonly Shape[] => (Array.isArray(value) ? value.map(toShape) : []);

const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** `*bold*`, `_italic_`, `~struck~` only where Slack would read them so: `disabled_manually` keeps its underscore. */
const dropMarks = (text: string): string =>
  text.replace(
    /(^|[\s(*_~])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,:;!?*_~…])/gm,
    (_whole, before: string, _mark: string, inner: string) => `${before}${inner}`,
  );

const toTokenText = (inner: string): string => {
  const [head = '', ...rest] = inner.split('|');
  const label = rest.join('|');
  if (head.startsWith('!date^')) return label;
  if (head.startsWith('@') || head.startsWith('!')) return `@${label || head.slice(1)}`;
  if (head.startsWith('#')) return `#${label || head.slice(1)}`;
  return label === '' ? head : `${label} (${head})`;
};

/** Marks go before tokens are opened, so that an address with underscores stays whole; entities last, so that none makes a token. */
export const toPlainMrkdwn = (text: string): string => {
  const tokens: string[] = [];
  const held = text.replace(/<([^<>]+)>/g, (_whole, inner: string) => {
    tokens.push(toTokenText(inner));
    return `\uE000${tokens.length - 1}\uE000`;
  });
  // Twice for nested marks such as *_both_*.
  const bare = dropMarks(dropMarks(held)).replaceAll('`', '');
  const whole = bare.replace(/\uE000(\d+)\uE000/g, (_whole, index: string) => tokens[Number(index)] ?? '');
  return unescape(restoreMarks(whole));
};

const toText = (value: unknown): string => {
  const { type, text } = toShape(value);
  if (typeof text !== 'string') return '';
  return type === 'mrkdwn' ? toPlainMrkdwn(text) : text;
};

const toElement = (element: Shape): string => {
  switch (element['type']) {
    case 'button':
      return `[${toText(element['text'])}]`;
    case 'static_select':
      return `[${toText(element['placeholder']) || 'choose'} ▾]`;
    case 'plain_text_input':
      return `[${toText(element['placeholder']) || '…'}]`;
    case 'image':
      return typeof element['alt_text'] === 'string' ? element['alt_text'] : '';
    default:
      return toText(element);
  }
};

const joinElements = (block: Shape, by: string): string =>
  toShapes(block['elements'])
    .map(toElement)
    .filter((text) => text !== '')
    .join(by);

const toSection = (block: Shape): string => {
  const fields = toShapes(block['fields']).map(toText);
  const accessory = block['accessory'] === undefined ? '' : toElement(toShape(block['accessory']));
  return [toText(block['text']), ...fields, accessory].filter((text) => text !== '').join('\n');
};

const toBlock = (block: Shape): string => {
  switch (block['type']) {
    case 'section':
      return toSection(block);
    case 'context':
      return joinElements(block, ' · ');
    case 'actions':
      return joinElements(block, ' ');
    case 'divider':
      return '─'.repeat(20);
    case 'input':
      return `${toText(block['label'])} ${toElement(toShape(block['element']))}`;
    case 'markdown':
      return typeof block['text'] === 'string' ? block['text'] : '';
    default:
      return toText(block['text']);
  }
};

/** A message, or a modal view (its title first). A message without blocks is its text. */
export const toPlainText = (message: {
  readonly text?: string | undefined;
  readonly title?: object | undefined;
  readonly blocks?: readonly object[] | undefined;
  readonly file?: { readonly name: string; readonly title: string } | undefined;
}): string => {
  const blocks = (message.blocks ?? []).map((block) => toBlock({ ...block }));
  const body = blocks.length === 0 ? [toPlainMrkdwn(message.text ?? '')] : blocks;
  const title = message.title === undefined ? [] : [toText(message.title)];
  const file = message.file === undefined ? [] : [`📎 ${message.file.title} (${message.file.name})`];
  return [...title, ...body, ...file].filter((text) => text !== '').join('\n');
};
