import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkText } from '../../src/blocks/check-text.ts';
import {
  cleanLine,
  cleanText,
  cutText,
  escapeLine,
  escapeText,
  renderLink,
  restoreMarks,
  toPlainField,
} from '../../src/blocks/escape.ts';
import { hostileText } from './hostile-text.ts';

const unescape = (text: string): string =>
  restoreMarks(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describe('escaping', () => {
  it.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<@U0ADMIN>', '&lt;@U0ADMIN&gt;'],
    ['<https://evil.example|Open>', '&lt;https://evil.example|Open&gt;'],
    ['&lt;!channel&gt;', '&amp;lt;!channel&amp;gt;'],
    ['R&D', 'R&amp;D'],
    ['a\u0000b\u202Ec\u2066d', 'abcd'],
    ['half \uD83D', 'half \uFFFD'],
    ['```code```', 'ˋˋˋcodeˋˋˋ'],
    ['a < b & *c*', 'a &lt; b &amp; ∗c∗'],
    ['_*both*_ ~gone~', 'ˍ∗both∗ˍ ∼gone∼'],
    ['*a\nb*', '*a\nb*'],
    [
      'disabled_manually, *.yml and *.json, ~/app, 2 * 3',
      'disabled_manually, *.yml and *.json, ~/app, 2 * 3',
    ],
    ['_x_ disabled_manually _y_', 'ˍxˍ disabled_manually ˍyˍ'],
    ['👩‍👧', '👩‍👧'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  it('keeps lines in texts and none in names', () => {
    expect(escapeText('a\r\nb\tc')).toBe('a\nb\tc');
    expect(escapeLine(' a\r\n> b\tc ')).toBe('a &gt; b c');
    expect(cleanLine('a\u2028b\u0000')).toBe('ab');
  });

  it('leaves nothing that Slack would read, and nothing of the sense lost', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeText(text);
        expect(checkText('x', `x${escaped}`, Infinity, 'mrkdwn')).toStrictEqual([]);
        expect(escaped).not.toMatch(/[<>`]/);
        expect(unescape(escaped)).toBe(restoreMarks(cleanText(text)));
      }),
    );
  });
});

describe('cutting', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['ab&amp;cd', 5, 'ab…'],
    ['ab&amp;cd', 8, 'ab&amp;…'],
    ['a & b and c', 6, 'a & b…'],
    ['ab😀cd', 4, 'ab…'],
    ['ab😀cd', 5, 'ab😀…'],
    ['on <https://a.example|a long label> more', 20, 'on…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%j to %i is %j', (text, max, cut) => {
    expect(cutText(text, max)).toBe(cut);
  });

  it('never breaks an entity, a token or a pair, never exceeds, always shows', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 200 }), (text, max) => {
        const whole = `${escapeText(text)} <https://a.example/b|c> &amp; ${escapeText(text)}`;
        const cut = cutText(whole, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(checkText('x', cut, max, 'mrkdwn')).toStrictEqual([]);
        expect(cut === whole || cut.endsWith('…')).toBe(true);
      }),
    );
  });

  it('makes clean plain fields', () => {
    expect(toPlainField('R&D\n<b>\u202E', 20)).toBe('R&D <b>');
    expect(toPlainField('x'.repeat(100), 24)).toHaveLength(24);
  });
});

describe('links', () => {
  it.each([
    ['https://github.example/runs/1?a=1&b=2', 'Open', '<https://github.example/runs/1?a=1&amp;b=2|Open>'],
    ['https://a.example/x|y>', 'a|b <c>', '<https://a.example/x%7Cy%3E|a¦b &lt;c&gt;>'],
    ['javascript:alert(1)', 'Open', 'Open'],
    ['not a link', 'Open', 'Open'],
    [null, 'Open', 'Open'],
    [`https://a.example/${'x'.repeat(3000)}`, 'Open', 'Open'],
  ])('%j', (url, label, link) => {
    expect(renderLink(url, label)).toBe(link);
  });

  it('hold nothing but themselves', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (path, label) => {
        const link = renderLink(`https://a.example/${path}`, `x${label}`);
        expect(checkText('x', link, Infinity, 'mrkdwn')).toStrictEqual([]);
      }),
    );
  });
});
