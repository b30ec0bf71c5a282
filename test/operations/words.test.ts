/** The sentences for mistyped words: what was wrong, what is near, what is allowed. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '../../src/operations/command.ts';
import { type Refusal, refuse } from '../../src/operations/refusal.ts';
import {
  createCommandList,
  explainUnknownClient,
  type Parsed,
  parseInput,
  parseTyped,
  parseWords,
} from '../../src/operations/words.ts';

const command = defineCommand({
  kind: 'now',
  verb: 'show',
  aliases: [],
  summary: 'A command for a test',
  words: {
    positionals: [{ name: 'tier', about: 'which' }],
    flags: { archived: { kind: 'switch', about: 'archived too' } },
  },
  example: 'show premium',
  input: z.strictObject({
    tier: z.enum(['premium', 'standard'], 'must be premium or standard').optional(),
    archived: z.boolean().default(false),
  }),
  permission: () => 'look',
  effect: 'none',
  asks: () => ({ kind: 'visible' }),
  run: async () => refuse('usage', 'never'),
});

const say = (parsed: Parsed<unknown>): string => {
  expect(parsed.kind).toBe('refused');
  return (parsed as Refusal).say;
};

describe('a mistyped option', () => {
  it.each([
    [[], '--archvied', 'Did you mean `--archived`?'],
    [['json', 'timeout'], '--jsn', 'Did you mean `--json`?'],
    [['json', 'timeout'], '--colour', 'Allowed: `--archived`, `--json`, `--timeout`.'],
    [[], '--jsn', 'Allowed: `--archived`.'],
  ])('where the edge itself takes %j, %s is answered: %s', (edgeFlags, word, said) => {
    expect(say(parseWords(command, [word], edgeFlags))).toContain(`knows no \`${word}\`. ${said}`);
  });
});

describe('free text after its client', () => {
  const jot = defineCommand({
    ...command,
    verb: 'jot',
    words: {
      positionals: [{ name: 'client', about: 'which', required: true }],
      rest: { name: 'text', about: 'what', required: true },
      flags: {},
    },
  });
  const commands = createCommandList([command, jot]);

  it.each([
    ['jot heritage 19" rack', '19" rack'],
    ['jot  "heritage"   two  spaces', 'two  spaces'],
    ['jot heritage --archived "quoted"', '--archived "quoted"'],
  ])('%s is taken as it was typed', (line, text) => {
    expect(parseTyped(line, commands)).toEqual({
      kind: 'parsed',
      value: { verb: 'jot', input: { client: 'heritage', text } },
    });
  });

  it('comes from a terminal as the shell left it', () => {
    expect(parseWords(jot, ['heritage', '19"  rack', '--archived'], ['json'])).toEqual({
      kind: 'parsed',
      value: { client: 'heritage', text: '19"  rack --archived' },
    });
  });

  it('is missing where only the client was said, and an open quote before it is none of the text', () => {
    expect(say(parseTyped('jot heritage ', commands))).toContain('text&gt;` is missing');
    expect(say(parseTyped('jot "heritage text', commands))).toContain('quotation mark is open');
    expect(say(parseTyped('show "premium', commands))).toContain('quotation mark is open');
  });
});

describe('a mistyped word of few', () => {
  it('is answered with those that are near', () => {
    expect(say(parseInput(command, { tier: 'premum' }))).toContain(
      '`tier` `premum`: must be premium or standard. Did you mean `premium`?',
    );
  });

  it('is answered with what is allowed alone where none is near', () => {
    expect(say(parseInput(command, { tier: 'gold' }))).toMatch(/must be premium or standard\.\nUsage: /u);
  });
});

it('a client that nobody has is answered with what may be told, and nothing else', () => {
  expect(explainUnknownClient('baylin', ['bayline']).say).toBe(
    'There is no client `baylin`, so nothing was done. Did you mean `bayline`? `/acuops list` shows them all.',
  );
  expect(explainUnknownClient('<!x>').say).toBe(
    'There is no client `&lt;!x&gt;`, so nothing was done. `/acuops list` shows them all.',
  );
});
