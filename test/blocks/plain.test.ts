import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, escapeText } from '../../src/blocks/escape.ts';
import { toPlainMrkdwn, toPlainText } from '../../src/blocks/plain.ts';

it.each([
  ['*bold* and _it_ and ~no~ and `x`', 'bold and it and no and x'],
  ['*_both_*', 'both'],
  ['disabled_manually and a_b_c', 'disabled_manually and a_b_c'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['R&amp;D &lt;b&gt;', 'R&D <b>'],
  ['&amp;lt;', '&lt;'],
  ['<https://a.example/a_b_c|Open>', 'Open (https://a.example/a_b_c)'],
  ['<https://a.example>', 'https://a.example'],
  ['since <!date^1^{time}|2026-11-20 01:40 CST>', 'since 2026-11-20 01:40 CST'],
  ['<@U0ONCALL> in <#C1|ops>', '@U0ONCALL in #ops'],
  ['*P1 · Heritage* (premium)', 'P1 · Heritage (premium)'],
  ['&lt;!channel&gt;', '<!channel>'],
])('%j reads %j', (mrkdwn, text) => {
  expect(toPlainMrkdwn(mrkdwn)).toBe(text);
});

it('opens no token and drops no mark that a person typed', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          '<',
          '>',
          '&',
          '!',
          '@',
          '|',
          'a',
          ';',
          'l',
          't',
          '*',
          '_',
          '~',
          '`',
          ' ',
          '\n',
        ),
      }),
      (typed) => {
        expect(toPlainMrkdwn(escapeText(typed))).toBe(cleanText(typed));
      },
    ),
  );
});

describe('blocks', () => {
  const text = (value: string) => ({ type: 'mrkdwn', text: value });
  const plain = (value: string) => ({ type: 'plain_text', text: value });

  it('read from top to bottom', () => {
    const blocks = [
      { type: 'header', text: plain('*kept*') },
      {
        type: 'section',
        text: text('*x*'),
        fields: [text('f')],
        accessory: { type: 'button', text: plain('Take') },
      },
      { type: 'context', elements: [text('a'), { type: 'image', alt_text: 'pic' }, plain('b')] },
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('Check again') },
          { type: 'static_select', placeholder: plain('Details of …') },
        ],
      },
      { type: 'markdown', text: '# m' },
    ];
    const file = { name: 'a.txt', title: 'All' };
    expect(toPlainText({ text: 'not shown', blocks, file })).toBe(
      [
        '*kept*',
        'x',
        'f',
        '[Take]',
        'a · pic · b',
        '─'.repeat(20),
        '[Check again] [Details of … ▾]',
        '# m',
        '📎 All (a.txt)',
      ].join('\n'),
    );
  });

  it('without any the text is shown', () => {
    expect(toPlainText({ text: '*up* &amp; well' })).toBe('up & well');
  });

  it('a view begins with its title', () => {
    const input = {
      type: 'input',
      label: plain('What?'),
      element: { type: 'plain_text_input', placeholder: plain('say') },
    };
    expect(toPlainText({ title: plain('Note'), blocks: [input] })).toBe('Note\nWhat? [say]');
  });
});
