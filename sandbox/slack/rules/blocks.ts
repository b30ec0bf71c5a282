// Slack's documented limits of layout blocks, on the three surfaces. Answers every fault found, not the first.
import { isJson, type Json, readList, readText } from '../json.ts';
import { checkElement, checkElements } from './elements.ts';
import {
  checkLength,
  checkList,
  checkString,
  checkText,
  createFaultList,
  type FaultList,
  lengthOf,
} from './faultlist.ts';

export type Surface = 'message' | 'modal' | 'home';

type BlockRule = (list: FaultList, block: Json, pointer: string) => void;

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const notInModals: readonly Surface[] = ['message', 'home'];

/** Blocks that not every surface shows. */
const surfaces: Readonly<Record<string, readonly Surface[]>> = {
  alert: ['modal'],
  container: ['message'],
  carousel: notInModals,
  table: notInModals,
  data_table: ['message'],
  data_visualization: ['message'],
  markdown: ['message'],
  context_actions: ['message'],
  plan: ['message'],
  task_card: ['message'],
  file: ['message'],
};

const checkSection: BlockRule = (list, block, pointer) => {
  if (block['text'] === undefined && block['fields'] === undefined)
    list.add('must provide text or fields', pointer);
  checkText(list, block['text'], { most: 3000, isOptional: true }, `${pointer}/text`);
  if (block['fields'] !== undefined) {
    checkList(list, block['fields'], { least: 1, most: 10 }, `${pointer}/fields`).forEach((field, at) => {
      checkText(list, field, { most: 2000 }, `${pointer}/fields/${at}`);
    });
  }
  const accessory = block['accessory'];
  if (isJson(accessory)) checkElement(list, accessory, 'section', `${pointer}/accessory`);
};

const checkInput: BlockRule = (list, block, pointer) => {
  checkText(list, block['label'], { most: 2000, plainOnly: true }, `${pointer}/label`);
  checkText(list, block['hint'], { most: 2000, plainOnly: true, isOptional: true }, `${pointer}/hint`);
  const element = block['element'];
  if (isJson(element)) checkElement(list, element, 'input', `${pointer}/element`);
  else list.add('missing required field', `${pointer}/element`);
};

const textOfCell = (cell: unknown): string => {
  if (!isJson(cell)) return '';
  const own = readText(cell, 'text') ?? '';
  return own + readList(cell, 'elements').map(textOfCell).join('');
};

const checkTable =
  (most: { readonly rows: number; readonly characters: number }): BlockRule =>
  (list, block, pointer) => {
    const rows = block['rows'];
    if (!Array.isArray(rows) || rows.length === 0)
      return list.add('must provide an array', `${pointer}/rows`);
    if (rows.length > most.rows) list.add(`no more than ${most.rows} items allowed`, `${pointer}/rows`);
    let characters = 0;
    rows.forEach((row: unknown, at) => {
      const cells: readonly unknown[] = Array.isArray(row) ? row : [];
      if (cells.length === 0) list.add('must provide an array', `${pointer}/rows/${at}`);
      if (cells.length > 20) list.add('no more than 20 items allowed', `${pointer}/rows/${at}`);
      characters += cells.reduce<number>((sum, cell) => sum + lengthOf(textOfCell(cell)), 0);
    });
    if (characters > most.characters)
      list.add(`must be less than ${most.characters + 1} characters`, `${pointer}/rows`);
  };

const checkCard: BlockRule = (list, block, pointer) => {
  checkText(list, block['title'], { most: 150, isOptional: true }, `${pointer}/title`);
  checkText(list, block['subtitle'], { most: 150, isOptional: true }, `${pointer}/subtitle`);
  checkText(list, block['body'], { most: 200, isOptional: true }, `${pointer}/body`);
  if (block['actions'] !== undefined) checkElements(list, block['actions'], 'card', 3, `${pointer}/actions`);
};

const rules: Readonly<Record<string, BlockRule>> = {
  section: checkSection,
  header: (list, block, pointer) =>
    checkText(list, block['text'], { most: 150, plainOnly: true }, `${pointer}/text`),
  divider: () => {},
  context: (list, block, pointer) =>
    void checkElements(list, block['elements'], 'context', 10, `${pointer}/elements`),
  actions: (list, block, pointer) =>
    void checkElements(list, block['elements'], 'actions', 25, `${pointer}/elements`),
  input: checkInput,
  image: (list, block, pointer) => {
    checkString(list, block['alt_text'], 2000, `${pointer}/alt_text`);
    if (block['slack_file'] === undefined)
      checkString(list, block['image_url'], 3000, `${pointer}/image_url`);
    checkText(list, block['title'], { most: 2000, plainOnly: true, isOptional: true }, `${pointer}/title`);
  },
  rich_text: (list, block, pointer) =>
    void checkList(list, block['elements'], { least: 0, most: 1000 }, `${pointer}/elements`),
  // Its length counts for all of them together, below.
  markdown: (list, block, pointer) =>
    checkString(list, block['text'], Number.MAX_SAFE_INTEGER, `${pointer}/text`),
  alert: (list, block, pointer) => checkText(list, block['text'], { most: 200 }, `${pointer}/text`),
  table: checkTable({ rows: 100, characters: 10_000 }),
  data_table: checkTable({ rows: 201, characters: 20_000 }),
  card: checkCard,
  carousel: (list, block, pointer) =>
    checkList(list, block['elements'], { least: 1, most: 10 }, `${pointer}/elements`).forEach((card, at) => {
      checkCard(list, card, `${pointer}/elements/${at}`);
    }),
  container: (list, block, pointer) => {
    checkText(list, block['title'], { most: 150, isOptional: true }, `${pointer}/title`);
    checkList(
      list,
      block['child_blocks'] ?? block['blocks'],
      { least: 1, most: 10 },
      `${pointer}/child_blocks`,
    );
  },
  context_actions: (list, block, pointer) =>
    void checkElements(list, block['elements'], 'context_actions', 5, `${pointer}/elements`),
  data_visualization: (list, block, pointer) => checkLength(list, block['title'], 50, `${pointer}/title`),
  video: (list, block, pointer) =>
    checkText(list, block['title'], { most: 199, plainOnly: true }, `${pointer}/title`),
  file: () => {},
  plan: () => {},
  task_card: () => {},
};

const checkBlock = (list: FaultList, block: Json, surface: Surface, pointer: string): void => {
  const kind = readText(block, 'type') ?? '';
  const rule = rules[kind];
  if (!rule) return list.add(`unsupported type: ${kind || 'none'}`, `${pointer}/type`);
  if (!(surfaces[kind] ?? everywhere).includes(surface)) {
    return list.add(`block of type ${kind} is not allowed here`, `${pointer}/type`);
  }
  checkLength(list, block['block_id'], 255, `${pointer}/block_id`);
  rule(list, block, pointer);
};

/** Limits that hold for the blocks together. */
const checkTogether = (list: FaultList, blocks: readonly Json[], pointer: string): void => {
  const seen = new Set<string>();
  blocks.forEach((block, at) => {
    const id = readText(block, 'block_id');
    if (id === undefined) return;
    if (seen.has(id)) list.add(`\`block_id\` "${id}" already exists`, `${pointer}/${at}/block_id`);
    seen.add(id);
  });
  const ofKind = (kind: string) => blocks.filter((block) => block['type'] === kind);
  const markdown = ofKind('markdown').reduce(
    (sum, block) => sum + lengthOf(readText(block, 'text') ?? ''),
    0,
  );
  if (markdown > 12_000) list.add('markdown must be less than 12001 characters in total', pointer);
  if (ofKind('table').length > 1) list.add('only one table is allowed per message', pointer);
  if (ofKind('data_visualization').length > 2) list.add('only two charts are allowed per message', pointer);
};

export const checkBlocksInto = (
  list: FaultList,
  value: unknown,
  surface: Surface,
  pointer: string,
): readonly Json[] => {
  const blocks = checkList(list, value, { least: 0, most: surface === 'message' ? 50 : 100 }, pointer);
  blocks.forEach((block, at) => checkBlock(list, block, surface, `${pointer}/${at}`));
  checkTogether(list, blocks, pointer);
  return blocks;
};

/** What is wrong with these blocks; empty means Slack takes them. */
export const checkBlocks = (value: unknown, surface: Surface, pointer = '/blocks'): readonly string[] => {
  const list = createFaultList();
  checkBlocksInto(list, value, surface, pointer);
  return list.found;
};
