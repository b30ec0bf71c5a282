import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from '../../src/blocks/escape.ts';
import { checkMessage, checkView, limits } from '../../src/blocks/limits.ts';
import {
  actions,
  button,
  type ConfirmInput,
  context,
  fitChoices,
  fitLines,
  groupedSelect,
  plain,
  renderMessage,
  section,
  select,
} from '../../src/blocks/message.ts';
import { hostileText } from './hostile-text.ts';

const choices = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ label: `Client ${index}`, value: `c${index}` }));

it('whatever the text, the blocks are lawful', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const confirm = { title: text, text, confirm: text, deny: text };
      const row = actions('row', [
        button({ label: text, actionId: 'acuops:x:y', value: 'v', hint: text, confirm }),
      ]);
      const message = renderMessage(escapeText(text), [
        section(escapeText(text)),
        context(escapeText(text)),
        row,
      ]);
      expect(checkMessage(message.blocks, message.text)).toStrictEqual([]);
    }),
  );
});

it('leaves out nulls and empty rows', () => {
  expect(renderMessage('x', [null, section('a'), actions('row', [])]).blocks).toHaveLength(1);
});

it('refuses more blocks than fit, and values that would be cut', () => {
  expect(() =>
    renderMessage(
      'x',
      Array.from({ length: 51 }, () => section('a')),
    ),
  ).toThrow(/51 blocks, at most 50/);
  expect(() => button({ label: 'x', actionId: 'a', value: 'v'.repeat(2001) })).toThrow(
    /2001 characters, at most 2000/,
  );
});

describe('what is asked before a press', () => {
  const asked = {
    title: 'Deploy now?',
    text: 'To production of *Heritage*',
    confirm: 'Deploy',
    deny: 'Back',
  };
  const press = (confirm?: ConfirmInput) =>
    button({
      label: 'Deploy',
      actionId: 'acuops:x:y',
      value: 'v',
      ...(confirm === undefined ? {} : { confirm }),
    });

  it('is plain text all through, so that nothing in it is read as a mark', () => {
    expect(press({ ...asked, style: 'danger' }).confirm).toStrictEqual({
      title: { type: 'plain_text', text: 'Deploy now?', emoji: true },
      text: { type: 'plain_text', text: 'To production of *Heritage*', emoji: true },
      confirm: { type: 'plain_text', text: 'Deploy', emoji: true },
      deny: { type: 'plain_text', text: 'Back', emoji: true },
      style: 'danger',
    });
    expect(press(asked).confirm).not.toHaveProperty('style');
    expect(press()).not.toHaveProperty('confirm');
  });

  it('is cut to what Slack takes, and says so', () => {
    const long = 'x'.repeat(400);
    const cut = press({ title: long, text: long, confirm: long, deny: long }).confirm;
    expect(
      [cut?.title, cut?.text, cut?.confirm, cut?.deny].map((field) => [
        field?.text.length,
        field?.text.at(-1),
      ]),
    ).toStrictEqual([
      [100, '…'],
      [300, '…'],
      [30, '…'],
      [30, '…'],
    ]);
  });
});

it('cleans the file, and cuts nothing from it', () => {
  const { file } = renderMessage('x', [], {
    name: 'a',
    title: 'b',
    content: `${'line\n'.repeat(10_000)}\u0000`,
  });
  expect(file?.content).toHaveLength(50_000);
});

describe('selects', () => {
  it('take a hundred choices, each once, none with a cut value', () => {
    expect(select('a', 'p', choices(250))?.options).toHaveLength(100);
    expect(fitChoices([...choices(2), ...choices(2), { label: 'x', value: 'v'.repeat(151) }])).toHaveLength(
      2,
    );
    expect(select('a', 'p', [])).toBeNull();
  });

  it('in modals take all, in groups', () => {
    const element = groupedSelect('a', 'p', choices(250));
    expect(element?.option_groups?.map(({ options }) => options.length)).toStrictEqual([100, 100, 50]);
    const view = {
      type: 'modal',
      title: plain('t', 24),
      submit: plain('s', 24),
      blocks: [{ type: 'input', label: plain('l', 9), element }],
    };
    expect(checkView(view)).toStrictEqual([]);
  });
});

describe('fitLines', () => {
  const sayRest = (left: number): string => `and ${left} more`;

  it('says how many it left out', () => {
    expect(fitLines(['a', 'b', 'c'], 100, sayRest)).toStrictEqual({ text: 'a\nb\nc', shown: 3 });
    expect(fitLines(['a', 'b'], 100, sayRest, 3)).toStrictEqual({ text: 'a\nb\nand 1 more', shown: 2 });
    expect(fitLines(['aaaa', 'bbbbbbbbbbbb'], 15, sayRest)).toStrictEqual({
      text: 'aaaa\nand 1 more',
      shown: 1,
    });
  });

  it('shown and left are all, within the room', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 20, max: 200 }), (lines, max) => {
        const { text, shown } = fitLines(lines, max, sayRest);
        expect(text.length).toBeLessThanOrEqual(max);
        expect(shown === lines.length || text.endsWith(sayRest(lines.length - shown))).toBe(true);
      }),
    );
  });
});

it('keeps to the limit of a text', () => {
  expect(renderMessage('x'.repeat(9000), []).text).toHaveLength(limits.messageText);
});
