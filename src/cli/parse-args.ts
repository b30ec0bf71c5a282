/** What the terminal's own options mean; every other word goes to the desk untouched. */

export type Args =
  | { readonly kind: 'help'; readonly verb: string | null; readonly json: boolean }
  | {
      readonly kind: 'call';
      readonly words: readonly string[];
      readonly json: boolean;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'usage'; readonly say: string; readonly json: boolean };

const defaultTimeoutMs = 600_000;
const longestSeconds = 86_400;

interface Seen {
  readonly words: string[];
  json: boolean;
  help: boolean;
  timeout: string | undefined;
}

export const parseArgs = (args: readonly string[]): Args => {
  const seen = collect(args);
  const timeoutMs = parseTimeout(seen.timeout);
  if (timeoutMs === null)
    return {
      kind: 'usage',
      json: seen.json,
      say: `--timeout is ${JSON.stringify(seen.timeout)}; it must be a number of seconds from 0.1 to ${longestSeconds}.`,
    };
  if (seen.help || seen.words.length === 0)
    return { kind: 'help', verb: seen.words[0] ?? null, json: seen.json };
  return { kind: 'call', words: seen.words, json: seen.json, timeoutMs };
};

const collect = (args: readonly string[]): Seen => {
  const seen: Seen = { words: [], json: false, help: false, timeout: undefined };
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      seen.words.push(...left);
      break;
    }
    if (word === '--json') seen.json = true;
    else if (word === '--help' || word === '-h') seen.help = true;
    else if (word === '--timeout') seen.timeout = left.shift() ?? '';
    else if (word.startsWith('--timeout=')) seen.timeout = word.slice('--timeout='.length);
    else seen.words.push(word);
  }
  return seen;
};

const parseTimeout = (text: string | undefined): number | null => {
  if (text === undefined) return defaultTimeoutMs;
  if (!/^\d{1,6}(?:\.\d{1,3})?$/u.test(text)) return null;
  const seconds = Number(text);
  return seconds >= 0.1 && seconds <= longestSeconds ? Math.round(seconds * 1_000) : null;
};
