/** From typed words to a command's raw input, and the sentences when that fails. The list of commands answers which verb is meant. */
import type { z } from 'zod';
import type { AnyCommand, WordSpec } from './command.ts';
import { findNearest } from './nearest.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface CommandList {
  /** Those that people may ask for. */
  readonly all: readonly AnyCommand[];
  /** Hidden ones too: operations of theirs are carried out and drawn like all others. */
  readonly find: (verbOrAlias: string) => AnyCommand | undefined;
  readonly explainUnknown: (verb: string) => Refusal;
  /** `near` are words that it may have meant: only ever such as the asker may see. */
  readonly explainUnknownTarget: (key: string, near?: readonly string[]) => Refusal;
}

/** @throws Error where two commands claim one word: a fault of ours, found at start. */
export const createCommandList = (all: readonly AnyCommand[]): CommandList => {
  const byWord = new Map<string, AnyCommand>();
  for (const command of all)
    for (const word of [command.verb, ...command.aliases]) {
      if (byWord.has(word)) throw new Error(`two commands answer to "${word}"`);
      byWord.set(word, command);
    }
  const shown = all.filter((command) => !command.hidden);
  const shownWords = shown.flatMap((command) => [command.verb, ...command.aliases]);
  return {
    all: shown,
    find: (word) => byWord.get(word.toLowerCase()),
    explainUnknown: (verb) => {
      const hint = askMeant(findNearest(verb, shownWords));
      return refuse(
        'unknown-verb',
        `There is no command ${toCode(verb)}.${hint} ${toCode('/acuops help')} lists them all.`,
      );
    },
    explainUnknownTarget: explainUnknownClient,
  };
};

/** " Did you mean `a` or `b`?", or nothing. */
const askMeant = (near: readonly string[]): string =>
  near.length > 0 ? ` Did you mean ${near.map((word) => toCode(word)).join(' or ')}?` : '';

/** Told to those only who may know which clients there are; `near` may be told to the asker. */
export const explainUnknownClient = (key: string, near: readonly string[] = []): Refusal =>
  refuse(
    'not-found',
    `There is no client ${toCode(key)}, so nothing was done.${askMeant(near)} ${toCode('/acuops list')} shows them all.`,
  );

// oxlint-disable-next-line no-control-regex -- control characters are exactly what must go
const unseen = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069`]/gu;

/** Words as typed in code font: nothing in them can ping, link or break out. At most `most` characters: 80 hold any word, our own lines may be longer. */
export const toCode = (text: string, most = 80): string => {
  const inert = text.replaceAll(unseen, '').slice(0, most).toWellFormed();
  return `\`${inert.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\``;
};

export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T } | Refusal;

/** Splits a line into words; quotes (straight or the curly ones phones type) keep words together. */
export const splitWords = (line: string): Parsed<readonly string[]> => {
  const words: string[] = [];
  const pattern = /(?:--?[\w-]+=)?["“”„]([^"“”„]*)["“”„]|(\S+)/gu;
  if ((line.match(/["“”„]/gu) ?? []).length % 2 === 1)
    return refuse('usage', 'A quotation mark is open. Close it, or leave it out.');
  for (const match of line.matchAll(pattern)) words.push(match[0].replaceAll(/["“”„]/gu, ''));
  return { kind: 'parsed', value: words };
};

/**
 * Reads the words after the verb by the command's spec. Phones turn `--` into a dash: `—fresh` counts as `--fresh`.
 * `edgeFlags` are those that the edge itself takes: they are named where somebody mistyped one.
 */
export const parseWords = (
  command: AnyCommand,
  words: readonly string[],
  edgeFlags: readonly string[] = [],
): Parsed<Record<string, unknown>> => {
  const raw: Record<string, unknown> = {};
  const free: string[] = [];
  let index = 0;
  while (index < words.length) {
    const word = words[index] ?? '';
    index += 1;
    const flag = readFlag(command.words, word, free.length);
    if (!flag) {
      free.push(word);
      continue;
    }
    const spec = isKnownFlag(command.words, flag.name) ? command.words.flags[flag.name] : undefined;
    if (!spec) return explainFlag(command, flag.name, edgeFlags);
    if (spec.kind === 'switch') {
      if (flag.value !== undefined)
        return explainUsage(command, `${toCode(`--${flag.name}`)} takes no value.`);
      raw[toField(flag.name)] = true;
      continue;
    }
    const value = flag.value ?? words[index];
    if (flag.value === undefined) index += 1;
    if (!value) return explainUsage(command, `${toCode(`--${flag.name}`)} needs a value.`);
    raw[toField(flag.name)] = value;
  }
  return placeWords(command, free, raw);
};

/** Free text may hold dashes: once every positional is read, only known flags are flags. */
const readFlag = (
  spec: WordSpec,
  word: string,
  freeBefore: number,
): { readonly name: string; readonly value: string | undefined } | null => {
  const match = /^(?:--|[—–])([a-z][\w-]*)(?:=(.*))?$/isu.exec(word);
  if (!match) return null;
  const name = (match[1] ?? '').toLowerCase();
  const inText = spec.rest !== undefined && freeBefore > spec.positionals.length;
  return inText && !isKnownFlag(spec, name) ? null : { name, value: match[2] };
};

const isKnownFlag = (spec: WordSpec, name: string): boolean => Object.hasOwn(spec.flags, name);

const placeWords = (
  command: AnyCommand,
  free: readonly string[],
  raw: Record<string, unknown>,
): Parsed<Record<string, unknown>> => {
  const { positionals, rest } = command.words;
  for (const [at, positional] of positionals.entries()) {
    const word = free[at];
    if (word !== undefined) raw[toField(positional.name)] = word;
    else if (positional.required)
      return explainUsage(command, `${toCode(`<${positional.name}>`)} is missing: ${positional.about}.`);
  }
  const left = free.slice(positionals.length);
  if (rest && left.length > 0) raw[toField(rest.name)] = left.join(' ');
  else if (rest?.required)
    return explainUsage(command, `${toCode(`<${rest.name}>`)} is missing: ${rest.about}.`);
  else if (left.length > 0) return explainUsage(command, `${toCode(left[0] ?? '')} is one word too many.`);
  return { kind: 'parsed', value: raw };
};

/** `last-check` → `lastCheck`: the name of the field in the input schema. */
export const toField = (name: string): string =>
  name.replaceAll(/-([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
const toFlag = (field: string): string => field.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);

/** Judges raw input by the command's schema. */
export const parseInput = (command: AnyCommand, raw: unknown): Parsed<unknown> => {
  const result = command.input.safeParse(raw ?? {});
  if (result.success) return { kind: 'parsed', value: result.data };
  const faults = result.error.issues.slice(0, 3).map((issue) => {
    const field = issue.path.map(String).join('.');
    const given = readPath(raw, issue.path);
    const shown = typeof given === 'string' && !command.redact?.includes(field) ? ` ${toCode(given)}` : '';
    return `${toCode(nameField(command, field))}${shown}: ${issue.message}.${askMeant(findNear(issue, given))}`;
  });
  return explainUsage(command, faults.join('\n'));
};

/** Where one of a few words is allowed, those that are near. */
const findNear = (issue: z.core.$ZodIssue, given: unknown): readonly string[] =>
  issue.code === 'invalid_value' && typeof given === 'string'
    ? findNearest(given, issue.values.map(String))
    : [];

/** A field as it is typed: `--fresh`, or the name of the word. */
export const nameField = (command: AnyCommand, field: string): string => {
  const flag = toFlag(field);
  return flag in command.words.flags ? `--${flag}` : field || command.verb;
};

const readPath = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );

const explainFlag = (command: AnyCommand, name: string, edgeFlags: readonly string[]): Refusal => {
  const flags = [...Object.keys(command.words.flags), ...edgeFlags];
  const known = flags.map((flag) => toCode(`--${flag}`));
  const hint =
    askMeant(findNearest(name, flags).map((flag) => `--${flag}`)) ||
    (known.length > 0 ? ` Allowed: ${known.join(', ')}.` : ' It takes no options.');
  return explainUsage(command, `${toCode(command.verb)} knows no ${toCode(`--${name}`)}.${hint}`);
};

/** Our own usage lines and examples are shown whole. */
export const longestLine = 1_000;

const explainUsage = (command: AnyCommand, fault: string): Refusal =>
  refuse(
    'usage',
    `${fault}\nUsage: ${toCode(toUsage(command), longestLine)}\nExample: ${toCode(`/acuops ${command.example}`, longestLine)}`,
  );

/** `/acuops health [client|tier] [--all] [--fresh]` */
export const toUsage = (command: AnyCommand): string => {
  const { positionals, rest, flags } = command.words;
  const parts = positionals.map((word) => (word.required ? `<${word.name}>` : `[${word.name}]`));
  if (rest) parts.push(rest.required ? `<${rest.name}>` : `[${rest.name}]`);
  for (const [name, flag] of Object.entries(flags))
    parts.push(flag.kind === 'switch' ? `[--${name}]` : `[--${name} …]`);
  return ['/acuops', command.verb, ...parts].join(' ');
};
