// Slack's documented limits, one row each: at the limit it passes, one past it is named.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../sandbox/slack/json.ts';
import { checkBlocks, type Surface } from '../../../sandbox/slack/rules/blocks.ts';
import { checkView } from '../../../sandbox/slack/rules/view.ts';

const many = (count: number): string => 'x'.repeat(count);
const list = <Item>(count: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
const plain = (count: number) => ({ type: 'plain_text', text: many(count) });
const mrkdwn = (count: number) => ({ type: 'mrkdwn', text: many(count) });
const divider = { type: 'divider' };
const button = (rest: object = {}, label = 5) => ({
  type: 'button',
  action_id: 'b',
  text: plain(label),
  ...rest,
});
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (at: number, text = 3, value = `v${at}`) => ({ text: plain(text), value });
const select = (options: object[], rest: object = {}) => ({
  type: 'static_select',
  action_id: 's',
  options,
  ...rest,
});
const input = (element: object, rest: object = {}) => ({ type: 'input', label: plain(5), element, ...rest });
const confirm = (title: number, text: number, label: number) => ({
  deny: plain(1),
  title: plain(title),
  text: mrkdwn(text),
  confirm: plain(label),
});
const cell = (count: number) => ({ type: 'raw_text', text: many(count) });
const table = (rows: number, columns: number, characters = 1) => ({
  type: 'table',
  rows: list(rows, () => list(columns, () => cell(characters))),
});

type Row = readonly [
  name: string,
  most: number,
  make: (size: number) => object[],
  pointer: string,
  surface: Surface,
];
type LooseRow = readonly [
  name: string,
  most: number,
  make: (size: number) => object[],
  pointer: string,
  surface?: Surface,
];

const looseRows: readonly LooseRow[] = [
  ['blocks in a message', 50, (n) => list(n, () => divider), '/blocks'],
  ['blocks in a modal', 100, (n) => list(n, () => divider), '/blocks', 'modal'],
  ['section text', 3000, (n) => [{ type: 'section', text: mrkdwn(n) }], '/blocks/0/text/text'],
  ['section fields', 10, (n) => [{ type: 'section', fields: list(n, () => mrkdwn(1)) }], '/blocks/0/fields'],
  ['a field', 2000, (n) => [{ type: 'section', fields: [mrkdwn(n)] }], '/blocks/0/fields/0/text'],
  ['header', 150, (n) => [{ type: 'header', text: plain(n) }], '/blocks/0/text/text'],
  [
    'context elements',
    10,
    (n) => [{ type: 'context', elements: list(n, () => mrkdwn(1)) }],
    '/blocks/0/elements',
  ],
  [
    'actions',
    25,
    (n) => [actions(...list(n, (at) => button({ action_id: `b${at}` })))],
    '/blocks/0/elements',
  ],
  ['block id', 255, (n) => [{ ...divider, block_id: many(n) }], '/blocks/0/block_id'],
  ['action id', 255, (n) => [actions(button({ action_id: many(n) }))], '/blocks/0/elements/0/action_id'],
  ['button text', 75, (n) => [actions(button({}, n))], '/blocks/0/elements/0/text/text'],
  ['button value', 2000, (n) => [actions(button({ value: many(n) }))], '/blocks/0/elements/0/value'],
  ['button url', 3000, (n) => [actions(button({ url: many(n) }))], '/blocks/0/elements/0/url'],
  [
    'button label',
    75,
    (n) => [actions(button({ accessibility_label: many(n) }))],
    '/blocks/0/elements/0/accessibility_label',
  ],
  [
    'confirm title',
    100,
    (n) => [actions(button({ confirm: confirm(n, 1, 1) }))],
    '/blocks/0/elements/0/confirm/title/text',
  ],
  [
    'confirm text',
    300,
    (n) => [actions(button({ confirm: confirm(1, n, 1) }))],
    '/blocks/0/elements/0/confirm/text/text',
  ],
  [
    'confirm button',
    30,
    (n) => [actions(button({ confirm: confirm(1, 1, n) }))],
    '/blocks/0/elements/0/confirm/confirm/text',
  ],
  [
    'overflow options',
    5,
    (n) => [actions({ type: 'overflow', action_id: 'o', options: list(n, (at) => option(at)) })],
    '/blocks/0/elements/0/options',
  ],
  [
    'select options',
    100,
    (n) => [actions(select(list(n, (at) => option(at))))],
    '/blocks/0/elements/0/options',
  ],
  ['option text', 75, (n) => [actions(select([option(0, n)]))], '/blocks/0/elements/0/options/0/text/text'],
  [
    'option value',
    150,
    (n) => [actions(select([option(0, 1, many(n))]))],
    '/blocks/0/elements/0/options/0/value',
  ],
  [
    'placeholder',
    150,
    (n) => [actions(select([option(0)], { placeholder: plain(n) }))],
    '/blocks/0/elements/0/placeholder/text',
  ],
  [
    'radio buttons',
    10,
    (n) => [actions({ type: 'radio_buttons', action_id: 'r', options: list(n, (at) => option(at)) })],
    '/blocks/0/elements/0/options',
  ],
  [
    'input label',
    2000,
    (n) => [{ ...input({ type: 'plain_text_input' }), label: plain(n) }],
    '/blocks/0/label/text',
  ],
  [
    'input hint',
    2000,
    (n) => [input({ type: 'plain_text_input' }, { hint: plain(n) })],
    '/blocks/0/hint/text',
  ],
  [
    'text input',
    3000,
    (n) => [input({ type: 'plain_text_input', initial_value: many(n) })],
    '/blocks/0/element/initial_value',
  ],
  ['image url', 3000, (n) => [{ type: 'image', image_url: many(n), alt_text: 'x' }], '/blocks/0/image_url'],
  ['image alt', 2000, (n) => [{ type: 'image', image_url: 'x', alt_text: many(n) }], '/blocks/0/alt_text'],
  ['markdown', 12_000, (n) => [{ type: 'markdown', text: many(n) }], '/blocks'],
  [
    'markdown in total',
    12_000,
    (n) => [
      { type: 'markdown', text: many(6000) },
      { type: 'markdown', text: many(n - 6000) },
    ],
    '/blocks',
  ],
  ['table rows', 100, (n) => [table(n, 2)], '/blocks/0/rows'],
  ['table columns', 20, (n) => [table(1, n)], '/blocks/0/rows/0'],
  ['table characters', 10_000, (n) => [table(1, 1, n)], '/blocks/0/rows'],
  ['tables in a message', 1, (n) => list(n, () => table(1, 1)), '/blocks'],
  ['alert', 200, (n) => [{ type: 'alert', text: plain(n) }], '/blocks/0/text/text', 'modal'],
  [
    'card buttons',
    3,
    (n) => [{ type: 'card', title: plain(1), actions: list(n, (at) => button({ action_id: `b${at}` })) }],
    '/blocks/0/actions',
  ],
  [
    'cards in a carousel',
    10,
    (n) => [{ type: 'carousel', elements: list(n, () => ({ type: 'card', title: plain(1) })) }],
    '/blocks/0/elements',
  ],
  [
    'blocks in a container',
    10,
    (n) => [{ type: 'container', child_blocks: list(n, () => divider) }],
    '/blocks/0/child_blocks',
  ],
];

const rows = looseRows.map(
  ([name, most, make, pointer, surface = 'message']): Row => [name, most, make, pointer, surface],
);

describe('limits of blocks', () => {
  test.each(rows)('%s: %i', (_name, most, make, pointer, surface) => {
    expect(checkBlocks(make(most), surface)).toEqual([]);
    const wrong = checkBlocks(make(most + 1), surface);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toContain(`[json-pointer:${pointer}]`);
  });

  test('characters are counted as people see them, not as the machine keeps them', () => {
    expect(
      checkBlocks([{ type: 'header', text: { type: 'plain_text', text: '🙂'.repeat(150) } }], 'message'),
    ).toEqual([]);
  });
});

describe('shapes of blocks', () => {
  const loose: readonly (readonly [name: string, blocks: object[], what: RegExp, surface?: Surface])[] = [
    [
      'two blocks of one id',
      [
        { ...divider, block_id: 'a' },
        { ...divider, block_id: 'a' },
      ],
      /"a" already exists.*\/blocks\/1\/block_id/,
    ],
    [
      'two buttons of one action id',
      [actions(button(), button())],
      /"b" already exists.*elements\/1\/action_id/,
    ],
    ['an alert in a message', [{ type: 'alert', text: plain(1) }], /alert is not allowed here/],
    ['a table in a modal', [table(1, 1)], /table is not allowed here/, 'modal'],
    ['an empty section', [{ type: 'section' }], /must provide text or fields/],
    ['an empty text', [{ type: 'section', text: mrkdwn(0) }], /more than 0 characters/],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn(1) }], /must be of type plain_text/],
    [
      'an input among actions',
      [actions({ type: 'file_input', action_id: 'f' })],
      /unsupported type: file_input/,
    ],
    ['a button as an input', [input(button())], /unsupported type: button/],
    ['a style nobody knows', [actions(button({ style: 'red' }))], /valid enum value/],
    [
      'a first choice that is none',
      [actions(select([option(0)], { initial_option: option(9) }))],
      /one of the provided options/,
    ],
    ['no actions at all', [actions()], /no less than 1 items/],
    ['no block at all', [{}], /unsupported type: none/],
  ];
  const wrong = loose.map(([name, blocks, what, surface = 'message']) => ({ name, blocks, what, surface }));
  test.each(wrong)('$name', ({ blocks, what, surface }) => {
    const found = checkBlocks(blocks, surface);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(what);
  });
});

describe('limits of views', () => {
  const modal = (rest: object = {}): Json => ({ type: 'modal', title: plain(5), blocks: [divider], ...rest });
  const sized: readonly (readonly [string, number, (size: number) => Json])[] = [
    ['title', 24, (n) => modal({ title: plain(n) })],
    ['submit', 24, (n) => modal({ submit: plain(n) })],
    ['close', 24, (n) => modal({ close: plain(n) })],
    ['private_metadata', 3000, (n) => modal({ private_metadata: many(n) })],
    ['callback_id', 255, (n) => modal({ callback_id: many(n) })],
  ];
  test.each(sized)('%s: %i', (name, most, make) => {
    expect(checkView(make(most), 'modal')).toEqual([]);
    expect(checkView(make(most + 1), 'modal').join()).toContain(`/view/${name}`);
  });

  test('a form that asks must be sendable', () => {
    const asking = modal({ blocks: [input({ type: 'plain_text_input' })] });
    expect(checkView(asking, 'modal').join()).toContain('/view/submit');
    expect(checkView({ ...asking, submit: plain(4) }, 'modal')).toEqual([]);
  });

  test('a home is no modal', () => {
    expect(checkView({ type: 'home', blocks: [] }, 'home')).toEqual([]);
    expect(checkView({ type: 'home', blocks: [] }, 'modal').join()).toContain('/view/type');
  });
});
