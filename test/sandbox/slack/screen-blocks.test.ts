// What the page of local-slack cannot draw is redrawn so that a person can still read it and fill it in.
import { expect, test } from 'vitest';
import { toScreenBlocks, toScreenWindow } from '../../../sandbox/slack/screen-blocks.ts';

const people = [
  { id: 'U0ANN', name: 'Ann' },
  { id: 'U0BOT', name: 'bot', isBot: true },
];
const textsOf = (blocks: object[]) =>
  toScreenBlocks(blocks as never, people).map(
    (block) => (block['text'] as { text: string } | undefined)?.text,
  );

test('a table becomes lines of equal columns', () => {
  const cell = (text: string) => ({ type: 'raw_text', text });
  const rows = [
    [cell('Client'), cell('Branch')],
    [cell('Acme Trading'), cell('main')],
  ];
  expect(textsOf([{ type: 'table', rows }])).toEqual(['```\nClient        Branch\nAcme Trading  main\n```']);
});

test('rich text, alerts and cards become sections, and a card keeps its buttons', () => {
  const rich = {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'so ' },
          { type: 'text', text: 'be it' },
        ],
      },
    ],
  };
  const card = {
    type: 'card',
    block_id: 'c',
    title: { type: 'plain_text', text: 'Deploy' },
    actions: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }],
  };
  expect(textsOf([rich])).toEqual(['so be it']);
  expect(textsOf([{ type: 'alert', level: 'error', text: { type: 'plain_text', text: 'no' } }])).toEqual([
    '⛔ no',
  ]);
  const [title, row] = toScreenBlocks([card], people);
  expect(title).toMatchObject({ type: 'section', text: { text: 'Deploy' } });
  expect(row).toMatchObject({ type: 'actions', block_id: 'c', elements: [{ action_id: 'go' }] });
});

test('rare inputs become ones that the page has', () => {
  const input = (element: object) => ({
    type: 'input',
    block_id: 'b',
    label: { type: 'plain_text', text: 'x' },
    element,
  });
  const drawn = toScreenBlocks(
    [input({ type: 'number_input', action_id: 'n' }), input({ type: 'users_select', action_id: 'u' })],
    people,
  );
  expect(drawn[0]?.['element']).toMatchObject({ type: 'plain_text_input', action_id: 'n' });
  expect(drawn[1]?.['element']).toMatchObject({ type: 'static_select', options: [{ value: 'U0ANN' }] });
});

test('what the page draws itself stays as it is', () => {
  const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'x' } }, { type: 'divider' }];
  expect(toScreenBlocks(blocks, people)).toEqual(blocks);
});

test('dates, groups and entities in code become what a person can read', () => {
  const mrkdwn = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const since =
    'since <!date^1795249144^{date_short_pretty} {time}|2026-11-21 02:19 CST>, `help &lt;verb&gt;`';
  expect(textsOf([mrkdwn(since)])).toEqual(['since 2026-11-21 02:19 CST, `help <verb>`']);
  expect(textsOf([mrkdwn('<!subteam^S0APPROVE0> and <!subteam^S1|ops>')])).toEqual([
    '*@S0APPROVE0* and *@ops*',
  ]);
  const foot = { type: 'context', elements: [{ type: 'mrkdwn', text: '<!date^1^{time}|noon>' }] };
  expect(toScreenBlocks([foot], people)[0]?.['elements']).toEqual([{ type: 'mrkdwn', text: 'noon' }]);
});

test('buttons of a window are named, as the page cannot press them', () => {
  const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } };
  const row = { type: 'actions', block_id: 'a', elements: [button] };
  expect(toScreenBlocks([row], people)).toEqual([row]);
  expect(toScreenWindow([row], people)).toEqual([
    {
      type: 'context',
      block_id: 'a',
      elements: [{ type: 'mrkdwn', text: 'Not on this page, though in Slack: [Go]' }],
    },
  ]);
});
