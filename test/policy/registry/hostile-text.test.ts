import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRegistry } from '../../../src/policy/registry/parse-registry.ts';
import { good, say } from './written-registry.ts';

describe('hostile text', () => {
  const bomb = [
    'a: &a [x, x]',
    ...Array.from({ length: 20 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *a]`),
  ];
  test.each([
    ['empty', '', 'the file is empty'],
    ['only a comment', '# nothing\n', 'the file is empty'],
    ['a NUL', 'version: 1\ncl\0ients: []', 'line 2, column 3: a NUL character (U+0000)'],
    ['an escape', 'version: 1\u001B[0m', 'line 1, column 11: a control character (U+001B)'],
    ['a tab', 'version: 1\nclients:\n\t- id: a', 'line 3, column 1: a tab at the start of the line'],
    ['too large', `#${'\n#'.repeat(1_000_001)}`, 'the file has 2000003 bytes. Allowed: at most 2 MB'],
    ['a long line', `version: 1 #${'x'.repeat(3000)}`, 'the line has 3012 characters'],
    ['an alias', 'version: 1\nclients: &a [*a]', 'line 2, column 14: clients[0]: an alias (*name)'],
    ['an alias bomb', bomb.join('\n'), 'an alias (*name)'],
    ['a merge', 'version: 1\nclients: []\n<<: *a', 'an alias (*name)'],
    [
      'a field twice',
      'version: 1\nversion: 1\nclients: []',
      'line 2, column 1: version: the field "version" is given twice',
    ],
    [
      'two documents',
      'version: 1\nclients: []\n---\nversion: 1\nclients: []',
      'a second document begins here',
    ],
    ['a tag', 'version: 1\nclients: !!js/function []', 'a type of its own'],
    ['another YAML', '%YAML 1.1\n---\nversion: 1\nclients: []', 'a %YAML line'],
    ['a prototype', 'version: 1\nclients: []\n__proto__: { polluted: 1 }', 'there is no such field'],
    ['a list as a name', '? [a]\n: b', 'the name of a field is a list or a group'],
    ['brackets', '['.repeat(1900), 'nested too deep'],
    [
      'many fields',
      `${Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join('\n')}\n`,
      'there is no such field',
    ],
    ['many parts', '- []\n'.repeat(390_000), 'the file has too many parts'],
    ['a list', '- version: 1', 'the file is a list'],
    ['no clients', 'version: 1\nclients:', 'clients is empty'],
  ])('%s is a clear fault', (_name, text, sentence) => {
    const parsed = parseRegistry(text);
    expect(say(parsed).join('\n')).toContain(sentence);
    expect({}).not.toHaveProperty('polluted');
  });

  test('says how many more faults there are', () => {
    const text = `version: 1\nclients:\n${'  - 1\n'.repeat(1000)}`;
    expect(parseRegistry(text)).toMatchObject({ kind: 'faulty', more: 800 });
  });

  test('Windows line ends and a byte order mark are no fault', () => {
    expect(parseRegistry(`\uFEFF${good.replaceAll('\n', '\r\n')}\r\n`)).toMatchObject({ kind: 'parsed' });
  });
});

/** What a person could not use: no fault and no document, a place outside the file, a sentence with a hole or a line break. */
const findDisorder = (text: string): readonly string[] => {
  const parsed = parseRegistry(text);
  if (parsed.kind === 'parsed') return [];
  if (parsed.faults.length === 0) return ['faulty without a fault'];
  return parsed.faults
    .filter((fault) => fault.line < 1 || fault.column < 1 || /\p{Cc}|undefined/u.test(fault.say))
    .map((fault) => fault.say);
};

describe('anything at all is a document or faults, never a throw', () => {
  const pieces = [
    ...Array.from('{}[]:,-?&*!|>%@`"\'#\t\n ~<='),
    'version',
    ': 1',
    'clients',
    '\n  - ',
    'id: a1',
    '---',
    '...',
    '!!binary',
    '__proto__',
    '\r',
    '\uFEFF',
    '\u2028',
    '"\\u',
    '0x',
    '1e999',
    'null',
  ];
  test('from YAML-like pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        expect(findDisorder(parts.join(''))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
  test('from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(findDisorder(text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
  test('from a good file with a piece cut out or put in', () => {
    const place = fc.nat({ max: good.length });
    fc.assert(
      fc.property(place, fc.nat({ max: 20 }), fc.constantFrom('', ...pieces), (at, cut, piece) => {
        expect(findDisorder(good.slice(0, at) + piece + good.slice(at + cut))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
  test('from any JSON in the place of any field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'tier: premium',
          'name: production',
          'id: heritage',
          'version: 1',
          '{ team: T0123, channel: C0123 }',
          'env:ACU_USER',
        ),
        fc.json(),
        (from, json) => {
          expect(findDisorder(good.replace(from, () => json.slice(0, 1500)))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
