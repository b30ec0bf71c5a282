import { describe, expect, it } from 'vitest';
import { checkMessage, checkView, limits, measureBlocks } from '../../src/blocks/limits.ts';

const text = (value: string) => ({ type: 'mrkdwn', text: value });
const plain = (value: string) => ({ type: 'plain_text', text: value });
const section = (value = 'hello') => ({ type: 'section', text: text(value) });
const button = (over: object = {}) => ({
  type: 'button',
  text: plain('Go'),
  action_id: 'a',
  value: 'v',
  ...over,
});
const actions = (...elements: readonly object[]) => ({ type: 'actions', elements });
const option = (value: string, label = 'x') => ({ text: plain(label), value });
const select = (over: object = {}) => ({
  type: 'static_select',
  action_id: 's',
  options: [option('1')],
  ...over,
});
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const long = (length: number): string => 'x'.repeat(length);

it('takes a sound message', () => {
  const blocks = [
    section('a <https://a.example|b> <!date^1700000000^{time}|then> <@U0A> R&amp;D'),
    { type: 'header', text: plain('A & B') },
    { type: 'context', elements: [text('x')] },
    { type: 'divider' },
    actions(button({ action_id: 'b' }), select()),
  ];
  expect(checkMessage(blocks, 'verdict')).toStrictEqual([]);
});

describe('a message is refused with', () => {
  it.each<[string, object[], RegExp]>([
    ['too many blocks', times(51, () => ({ type: 'divider' })), /51 blocks, at most 50/],
    ['a long section', [section(long(3001))], /3001 characters, at most 3000/],
    ['an empty section', [section('')], /is empty/],
    ['a section of nothing', [{ type: 'section' }], /is empty/],
    ['many fields', [{ type: 'section', fields: times(11, () => text('x')) }], /11 fields, at most 10/],
    ['a long field', [{ type: 'section', fields: [text(long(2001))] }], /at most 2000/],
    ['a mrkdwn header', [{ type: 'header', text: text('x') }], /text of kind mrkdwn/],
    ['a long header', [{ type: 'header', text: plain(long(151)) }], /at most 150/],
    [
      'a crowded context',
      [{ type: 'context', elements: times(11, () => text('x')) }],
      /11 elements, at most 10/,
    ],
    ['an empty context', [{ type: 'context', elements: [] }], /is empty/],
    [
      'crowded actions',
      [actions(...times(26, (index) => button({ action_id: `a${index}` })))],
      /26 elements, at most 25/,
    ],
    ['an empty row', [actions()], /is empty/],
    ['an action_id twice', [actions(button(), button())], /action_id twice/],
    ['no action_id', [actions(button({ action_id: '' }))], /no action_id/],
    ['a long label', [actions(button({ text: plain(long(76)) }))], /at most 75/],
    ['a long value', [actions(button({ value: long(2001) }))], /at most 2000/],
    ['a long url', [actions(button({ url: long(3001) }))], /at most 3000/],
    [
      'a long accessory',
      [{ ...section(), accessory: button({ text: plain(long(76)) }) }],
      /accessory.*at most 75/,
    ],
    [
      'a long confirm',
      [
        actions(
          button({
            confirm: { title: plain('a'), text: plain(long(301)), confirm: plain('b'), deny: plain('c') },
          }),
        ),
      ],
      /at most 300/,
    ],
    [
      '101 options',
      [actions(select({ options: times(101, (index) => option(String(index))) }))],
      /101 options, at most 100/,
    ],
    ['no options', [actions(select({ options: [] }))], /is empty/],
    ['an option twice', [actions(select({ options: [option('1'), option('1')] }))], /value twice/],
    ['a long option', [actions(select({ options: [option('1', long(76))] }))], /at most 75/],
    ['a long option value', [actions(select({ options: [option(long(151))] }))], /at most 150/],
    [
      '101 groups',
      [
        actions(
          select({
            option_groups: times(101, (index) => ({ label: plain('g'), options: [option(String(index))] })),
          }),
        ),
      ],
      /101 groups/,
    ],
    ['a long placeholder', [actions(select({ placeholder: plain(long(151)) }))], /at most 150/],
    [
      'six in an overflow',
      [actions({ type: 'overflow', action_id: 'o', options: times(6, (index) => option(String(index))) })],
      /at most 5/,
    ],
    [
      'a block_id twice',
      [
        { type: 'divider', block_id: 'x' },
        { type: 'divider', block_id: 'x' },
      ],
      /block_id x twice/,
    ],
    ['a long block_id', [{ type: 'divider', block_id: long(256) }], /block_id of 256/],
    ['an input', [{ type: 'input', label: plain('x'), element: select() }], /input stands only in a view/],
    ['an alert', [{ type: 'alert', text: plain('x') }], /alert stands only in a view/],
    ['an unknown block', [{ type: 'hologram' }], /hologram, which is not checked/],
    ['an unknown element', [actions({ type: 'dial', action_id: 'd' })], /dial, which is not checked/],
    ['much markdown', times(2, () => ({ type: 'markdown', text: long(6001) })), /markdown 12002/],
    ['much in sum', times(6, () => section(long(2000))), /all texts together/],
    ['a broadcast', [section('<!channel> up')], /would call everyone/],
    ['a bare &', [section('R&D')], /unescaped or cut &/],
    ['a cut entity', [section('R&am')], /unescaped or cut &/],
    ['a cut token', [section('<https://a.example|Op')], /unknown or cut token/],
    ['a hidden character', [section('a\u202Eb')], /hidden characters/],
    ['half a pair', [section('a\uD83D')], /half a surrogate pair/],
  ])('%s', (_what, blocks, violation) => {
    expect(checkMessage(blocks, 'verdict').join('\n')).toMatch(violation);
  });

  it('an empty or long text', () => {
    expect(checkMessage([], '')).toStrictEqual(['text is empty']);
    expect(checkMessage([], long(4001))).toStrictEqual(['text has 4001 characters, at most 4000']);
  });
});

it('measures options too, and a share per block', () => {
  expect(measureBlocks([section('abc'), actions(select({ options: [option('1', 'four')] }))])).toBe(
    3 + 4 + 2 * limits.blockShare,
  );
});

describe('a view', () => {
  const input = {
    type: 'input',
    block_id: 'i',
    label: plain('x'),
    element: { type: 'plain_text_input', action_id: 't', max_length: 10 },
  };
  const view = (over: object = {}) => ({
    type: 'modal',
    title: plain('Note'),
    submit: plain('Save'),
    close: plain('No'),
    blocks: [input],
    ...over,
  });

  it('is taken when sound', () => {
    expect(checkView(view())).toStrictEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['a long title', { title: plain(long(25)) }, /title has 25 characters, at most 24/],
    ['no title', { title: undefined }, /title is missing/],
    ['a mrkdwn title', { title: text('x') }, /title must be plain_text/],
    ['a long submit', { submit: plain(long(25)) }, /submit has 25/],
    ['no submit beside an input', { submit: undefined }, /input without submit/],
    ['no blocks', { blocks: [] }, /no blocks/],
    ['101 blocks', { blocks: times(101, () => ({ type: 'divider' })) }, /101 blocks, at most 100/],
    ['long metadata', { private_metadata: long(3001) }, /private_metadata 3001/],
    ['a long callback_id', { callback_id: long(256) }, /callback_id 256/],
    ['too many bytes', { blocks: times(90, () => section(long(2900))) }, /view of \d+ bytes/],
    [
      'a long max_length',
      { blocks: [{ ...input, element: { ...input.element, max_length: 3001 } }] },
      /max_length 3001/,
    ],
    ['a mrkdwn label', { blocks: [{ ...input, label: text('x') }] }, /text of kind mrkdwn/],
    ['not a modal', { type: 'home' }, /type must be modal/],
  ])('is refused with %s', (_what, over, violation) => {
    expect(checkView(view(over)).join('\n')).toMatch(violation);
  });
});
