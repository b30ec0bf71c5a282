/** Every limit of Slack's that our messages and views meet, and the checks that tests run on everything we render (platform-facts A4–A6). */
import { checkBlock } from './check-block.ts';
import { checkText } from './check-text.ts';
import { limits } from './limit-figures.ts';

export { limits };

/** What the checks read of a block, element or text object; anything may be missing. */
export type Shape = Readonly<Record<string, unknown>>;

const countMarkdown = (blocks: readonly Shape[]): number =>
  blocks.reduce(
    (sum, block) =>
      sum + (block['type'] === 'markdown' && typeof block['text'] === 'string' ? block['text'].length : 0),
    0,
  );

const checkUnique = (blocks: readonly Shape[]): readonly string[] => {
  const ids = blocks.map((block) => block['block_id']).filter((id) => typeof id === 'string');
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `block_id ${id} twice`);
};

const toShapes = (blocks: readonly object[]): readonly Shape[] => blocks.map((block) => ({ ...block }));

const measureTexts = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, part]) =>
      sum + (name === 'text' && typeof part === 'string' ? part.length : measureTexts(part)),
    0,
  );
};

/** What blocks count for against `limits.messageTotal`: all their texts, options included, and a share per block. */
export const measureBlocks = (blocks: readonly object[]): number =>
  measureTexts(blocks) + blocks.length * limits.blockShare;

/** Every violation in words, empty where Slack would take the message, also as an edit (which is stricter than a post). */
export const checkMessage = (blocks: readonly object[], text: string): readonly string[] => {
  const shapes = toShapes(blocks);
  const found = [
    ...checkText('text', text, limits.messageText, 'mrkdwn'),
    ...checkUnique(shapes),
    ...shapes.flatMap((block, index) => checkBlock(block, `blocks[${index}]`, 'message')),
  ];
  if (shapes.length > limits.messageBlocks)
    found.push(`${shapes.length} blocks, at most ${limits.messageBlocks}`);
  const markdown = countMarkdown(shapes);
  if (markdown > limits.markdownTotal) found.push(`markdown ${markdown}, at most ${limits.markdownTotal}`);
  const total = measureBlocks(blocks);
  if (total > limits.messageTotal) found.push(`all texts together ${total}, at most ${limits.messageTotal}`);
  return found;
};

const checkTitle = (view: Shape, name: 'title' | 'submit' | 'close'): readonly string[] => {
  const field = view[name];
  if (field === undefined) return name === 'title' ? ['title is missing'] : [];
  const { type, text } = { ...(field as object) } as Shape;
  const kind = type === 'plain_text' ? [] : [`${name} must be plain_text`];
  return [...kind, ...checkText(name, text, limits.viewTitle, 'plain')];
};

/** The same for a modal view. */
export const checkView = (view: object): readonly string[] => {
  const shape: Shape = { ...view };
  const blocks = Array.isArray(shape['blocks']) ? toShapes(shape['blocks'] as readonly object[]) : [];
  const found = [
    ...checkTitle(shape, 'title'),
    ...checkTitle(shape, 'submit'),
    ...checkTitle(shape, 'close'),
    ...checkUnique(blocks),
    ...blocks.flatMap((block, index) => checkBlock(block, `blocks[${index}]`, 'view')),
  ];
  if (shape['type'] !== 'modal') found.push('type must be modal');
  if (blocks.length === 0) found.push('no blocks');
  if (blocks.length > limits.viewBlocks) found.push(`${blocks.length} blocks, at most ${limits.viewBlocks}`);
  for (const [name, max] of [
    ['private_metadata', limits.privateMetadata],
    ['callback_id', limits.id],
  ] as const) {
    const value = shape[name];
    if (typeof value === 'string' && value.length > max)
      found.push(`${name} ${value.length}, at most ${max}`);
  }
  if (shape['submit'] === undefined && blocks.some((block) => block['type'] === 'input'))
    found.push('input without submit');
  const size = Buffer.byteLength(JSON.stringify(view));
  if (size > limits.viewBytes) found.push(`view of ${size} bytes, at most ${limits.viewBytes}`);
  return found;
};
