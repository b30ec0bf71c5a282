// Redraws for the page of local-slack the blocks that it cannot draw: tables, rich text, alerts and the rarer inputs.
// The bot's own blocks stay as they are in the front's record.
import { isJson, type Json, readList, readObject, readText } from './json.ts';
import { withScreenTexts } from './screen-text.ts';
import type { Person } from './stored.ts';

const drawn = ['section', 'header', 'divider', 'context', 'image', 'actions', 'input'];

const textOf = (part: unknown): string => {
  if (Array.isArray(part)) return part.map(textOf).join(' ');
  if (!isJson(part)) return '';
  const own = part['text'];
  const here = typeof own === 'string' ? own : textOf(own);
  const named = readText(part, 'user_id') ?? readText(part, 'url') ?? '';
  const parts = readList(part, 'elements').map(textOf).join('');
  return here + (here === '' ? named : '') + parts;
};

const pad = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd();

const drawTable = (block: Json): string => {
  const rows = (Array.isArray(block['rows']) ? block['rows'] : []).map((row: unknown) =>
    (Array.isArray(row) ? row : []).map(textOf),
  );
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return `\`\`\`\n${rows.map((row) => pad(row, widths)).join('\n')}\n\`\`\``;
};

const marks: Readonly<Record<string, string>> = { error: '⛔', warning: '⚠️', success: '✅', info: 'ℹ️' };

const drawText = (block: Json): string => {
  switch (block['type']) {
    case 'table':
    case 'data_table':
      return drawTable(block);
    case 'alert':
      return `${marks[readText(block, 'level') ?? 'info'] ?? ''} ${textOf(block)}`;
    case 'card':
      return [textOf(block['title']), textOf(block['subtitle']), textOf(block['body'])]
        .filter(Boolean)
        .join('\n');
    default:
      return textOf(block) || `(${String(block['type'])})`;
  }
};

const toSection = (block: Json): Json => ({
  type: 'section',
  block_id: block['block_id'],
  text: { type: 'mrkdwn', text: drawText(block) },
});

const toOption = (value: string, text: string): Json => ({ value, text: { type: 'plain_text', text } });

const withGroups = (element: Json): readonly Json[] => [
  ...readList(element, 'options'),
  ...readList(element, 'option_groups').flatMap((group) => readList(group, 'options')),
];

/** The nearest input that the page can draw; what it sends back is read by the front's own element. */
const toScreenElement = (element: Json, people: readonly Person[]): Json => {
  const kind = readText(element, 'type') ?? '';
  if (kind === 'static_select') return { ...element, options: withGroups(element) };
  if (kind === 'multi_static_select') return { ...element, type: 'checkboxes', options: withGroups(element) };
  if (kind === 'users_select') {
    const options = people
      .filter((person) => !person.isBot)
      .map((person) => toOption(person.id, person.name));
    return { ...element, type: 'static_select', options };
  }
  const asText = ['email_text_input', 'url_text_input', 'number_input', 'timepicker', 'datetimepicker'];
  return asText.includes(kind) ? { ...element, type: 'plain_text_input' } : element;
};

const withScreenElements = (block: Json, people: readonly Person[]): Json => {
  const accessory = readObject(block, 'accessory');
  const elements = block['type'] === 'actions' ? readList(block, 'elements') : [];
  return {
    ...block,
    ...(accessory ? { accessory: toScreenElement(accessory, people) } : {}),
    ...(elements.length ? { elements: elements.map((element) => toScreenElement(element, people)) } : {}),
  };
};

const toScreenBlock = (block: Json, people: readonly Person[]): readonly Json[] => {
  const kind = readText(block, 'type') ?? '';
  const element = readObject(block, 'element');
  if (kind === 'input' && element) return [{ ...block, element: toScreenElement(element, people) }];
  if (drawn.includes(kind)) return [withScreenElements(block, people)];
  if (kind === 'container') return toScreenBlocks(readList(block, 'child_blocks'), people);
  if (kind === 'carousel') return toScreenBlocks(readList(block, 'elements'), people);
  const buttons = readList(block, 'actions');
  const row = buttons.length ? [{ type: 'actions', block_id: block['block_id'], elements: buttons }] : [];
  return [{ ...toSection(block), ...(row.length ? { block_id: undefined } : {}) }, ...row];
};

export const toScreenBlocks = (blocks: readonly Json[], people: readonly Person[]): readonly Json[] =>
  blocks.flatMap((block) => toScreenBlock(block, people)).map(withScreenTexts);

const sayButtons = (block: Json): Json => {
  const names = readList(block, 'elements').map((element) => textOf(element['text']) || 'a list');
  const text = `Not on this page, though in Slack: ${names.map((name) => `[${name}]`).join(' ')}`;
  return { type: 'context', block_id: block['block_id'], elements: [{ type: 'mrkdwn', text }] };
};

/** The page draws buttons in a window and never says that one was pressed: better none than a dead one. */
export const toScreenWindow = (blocks: readonly Json[], people: readonly Person[]): readonly Json[] =>
  toScreenBlocks(blocks, people).map((block) => (block['type'] === 'actions' ? sayButtons(block) : block));
