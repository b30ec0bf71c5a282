/** From typed words to a command's raw input, and the sentences when that fails. The list of commands answers which verb is meant. */
import type { z } from 'zod';
import type { AnyCommand, WordSpec } from './command.ts';
import { findNearest } from './nearest.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface CommandList {
  /** Those that people may type. */
  readonly all: readonly AnyCommand[];
  /** Hidden ones and buttons too: operations of theirs are carried out and drawn like all others. */
  readonly find: (verbOrAlias: string) => AnyCommand | undefined;
  /** Only one of `all`: what edges read typed words by, so that no other is even named in a usage line. */
  readonly findTyped: (verbOrAlias: string) => AnyCommand | undefined;
  /** Only such as `mayAsk` allows are named as what was meant. */
  readonly explainUnknown: (verb: string, mayAsk?: (command: AnyCommand) => boolean) => Refusal;
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
  const find = (word: string): AnyCommand | undefined => byWord.get(word.toLowerCase());
  const isShown = (command: AnyCommand): boolean => !command.hidden && command.only !== 'button';
  const shown = all.filter(isShown);
  return {
    all: shown,
    find,
    findTyped: (word) => {
      const command = find(word);
      return command && isShown(command) ? command : undefined;
    },
    explainUnknown: (verb, mayAsk = () => true) => {
      const words = shown.filter((one) => mayAsk(one)).flatMap(({ verb: own, aliases }) => [own, ...aliases]);
      const hint = askMeant(findNearest(verb, words));
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

const wordPattern = /(?:--?[\w-]+=)?["“”„][^"“”„]*["“”„]|\S+/gu;
const quote = /["“”„]/gu;

/** Splits a line into words; quotes (straight or the curly ones phones type) keep words together. From the word numbered `textFrom` on, the line is free text: one word, as it was typed. */
const splitWords = (line: string, textFrom: number): Parsed<readonly string[]> => {
  const found = [...line.matchAll(wordPattern)];
  const textAt = found[textFrom]?.index ?? line.length;
  if ((line.slice(0, textAt).match(quote) ?? []).length % 2 === 1)
    return refuse('usage', 'A quotation mark is open. Close it, or leave it out.');
  const words = found.slice(0, textFrom).map(([word]) => word.replaceAll(quote, ''));
  return { kind: 'parsed', value: textAt < line.length ? [...words, line.slice(textAt)] : words };
};

/** A line as it was typed. An empty one asks for help; unknown verbs are left to the door, which knows what is near. */
export const parseTyped = (
  line: string,
  commands: CommandList,
): Parsed<{ readonly verb: string; readonly input: Record<string, unknown> }> => {
  const verb = (line.match(wordPattern)?.[0] ?? 'help').replaceAll(quote, '');
  const command = commands.findTyped(verb);
  if (!command) return { kind: 'parsed', value: { verb, input: {} } };
  const { positionals, rest } = command.words;
  const split = splitWords(line, rest ? 1 + positionals.length : Number.POSITIVE_INFINITY);
  if (split.kind === 'refused') return split;
  const input = parseWords(command, split.value.slice(1));
  return input.kind === 'refused'
    ? input
    : { kind: 'parsed', value: { verb: command.verb, input: input.value } };
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
  while (index < words.length && !isText(command.words, free.length)) {
    const word = words[index] ?? '';
    index += 1;
    const flag = readFlag(word);
    if (!flag) {
      free.push(word);
      continue;
    }
    const spec = findFlag(command.words, flag.name);
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
  return placeWords(command, [...free, ...words.slice(index)], raw);
};

const readFlag = (word: string): { readonly name: string; readonly value: string | undefined } | null => {
  const match = /^(?:--|[—–])([a-z][\w-]*)(?:=(.*))?$/isu.exec(word);
  return match ? { name: (match[1] ?? '').toLowerCase(), value: match[2] } : null;
};

/** Whether all that comes after so many words is free text. */
const isText = ({ positionals, rest }: WordSpec, wordsBefore: number): boolean =>
  rest !== undefined && wordsBefore === positionals.length;

const findFlag = ({ flags }: WordSpec, name: string) =>
  Object.hasOwn(flags, name) ? flags[name] : undefined;

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
  refuse('usage', [fault, ...sayUsage(command)].join('\n'));

/** How it is typed: nothing for a button. */
const sayUsage = (command: AnyCommand): readonly string[] =>
  command.only === 'button'
    ? []
    : [
        `Usage: ${toCode(toUsage(command), longestLine)}`,
        `Example: ${toCode(`/acuops ${command.example}`, longestLine)}`,
      ];

/** `/acuops health [client|tier] [--all] [--fresh]` */
export const toUsage = (command: AnyCommand): string => {
  const { positionals, rest, flags } = command.words;
  const parts = positionals.map((word) => (word.required ? `<${word.name}>` : `[${word.name}]`));
  if (rest) parts.push(rest.required ? `<${rest.name}>` : `[${rest.name}]`);
  for (const [name, flag] of Object.entries(flags))
    parts.push(flag.kind === 'switch' ? `[--${name}]` : `[--${name} …]`);
  return ['/acuops', command.verb, ...parts].join(' ');
};
