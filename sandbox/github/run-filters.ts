/** Which runs a list asks for, by GitHub's query words, and cutting the answer into pages with a Link header. Pure. */
import { latestAttempt, type RepositoryRow, type RunRow } from './tables.ts';

/** `2026-11-01`, `2026-11-01T10:00:00Z`; a bare day means all of it. */
const parseMoment = (text: string): { from: number; until: number } | undefined => {
  const from = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(from)) return undefined;
  return { from, until: text.length === 10 ? from + 86_400_000 - 1 : from + 999 };
};

const parseRange = (text: string): { from: number; until: number } | undefined => {
  const [left = '', right = ''] = text.split('..');
  const from = left === '*' ? { from: Number.NEGATIVE_INFINITY } : parseMoment(left);
  const until = right === '*' ? { until: Number.POSITIVE_INFINITY } : parseMoment(right);
  return from && until ? { from: from.from, until: until.until } : undefined;
};

/** GitHub's date search words: `>=D`, `>D`, `<=D`, `<D`, `A..B`, `*..B`, `A..*`, `D`. Undefined where they make no sense. */
export const parseCreated = (text: string): { from: number; until: number } | undefined => {
  if (text.includes('..')) return parseRange(text);
  const operator = /^(?:>=|<=|>|<)/u.exec(text)?.[0] ?? '';
  const moment = parseMoment(text.slice(operator.length));
  if (!moment) return undefined;
  switch (operator) {
    case '>=':
      return { from: moment.from, until: Number.POSITIVE_INFINITY };
    case '>':
      return { from: moment.until + 1, until: Number.POSITIVE_INFINITY };
    case '<=':
      return { from: Number.NEGATIVE_INFINITY, until: moment.until };
    case '<':
      return { from: Number.NEGATIVE_INFINITY, until: moment.from - 1 };
    default:
      return moment;
  }
};

const isCreatedIn = (run: RunRow, text: string): boolean => {
  const range = parseCreated(text);
  return range !== undefined && run.createdAt >= range.from && run.createdAt <= range.until;
};

/** `status` takes both kinds of word, a status and a conclusion. */
const isInStatus = (run: RunRow, word: string): boolean => {
  const attempt = latestAttempt(run);
  return attempt.status === word || attempt.conclusion === word;
};

const filters: Readonly<Record<string, (run: RunRow, wanted: string) => boolean>> = {
  actor: (run, wanted) => run.actor.toLowerCase() === wanted.toLowerCase(),
  branch: (run, wanted) => run.branch === wanted,
  event: (run, wanted) => run.event === wanted,
  head_sha: (run, wanted) => run.headSha === wanted,
  check_suite_id: (run, wanted) => String(run.id + 7_000_000_000) === wanted,
  status: isInStatus,
  created: isCreatedIn,
};

export interface RunList {
  readonly runs: readonly RunRow[];
  /** A list with any filter ends at 1,000 runs. */
  readonly reachable: number;
}

export const planRunList = (row: RepositoryRow, query: URLSearchParams, workflowId?: number): RunList => {
  const wanted = Object.entries(filters).flatMap(([name, keeps]) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [(run: RunRow): boolean => keeps(run, value)];
  });
  const runs = [...row.runs.values()]
    .filter((run) => workflowId === undefined || run.workflow.id === workflowId)
    .filter((run) => wanted.every((keeps) => keeps(run)))
    .toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  return { runs, reachable: wanted.length > 0 ? Math.min(runs.length, 1000) : runs.length };
};

const readCount = (text: string | null, fallback: number, max: number): number => {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isFinite(value) && value >= 1 ? Math.min(value, max) : fallback;
};

export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/** How many items a page has, and how many it may have. */
export interface PageSizes {
  readonly usual: number;
  readonly most: number;
}

/** 30 a page unless told otherwise, 100 at most; a few lists have other sizes. */
export const toPage = <T>(
  items: readonly T[],
  url: URL,
  reachable = items.length,
  sizes: PageSizes = { usual: 30, most: 100 },
): Page<T> => {
  const perPage = readCount(url.searchParams.get('per_page'), sizes.usual, sizes.most);
  const page = readCount(url.searchParams.get('page'), 1, Number.MAX_SAFE_INTEGER);
  const last = Math.max(1, Math.ceil(reachable / perPage));
  const toLink = (rel: string, target: number): string => {
    const address = new URL(url);
    address.searchParams.set('page', String(target));
    return `<${address.href}>; rel="${rel}"`;
  };
  const back = page > 1 ? [toLink('prev', page - 1)] : [];
  const on = page < last ? [toLink('next', page + 1), toLink('last', last)] : [];
  const links = [...back, ...on, ...(page > 1 ? [toLink('first', 1)] : [])];
  return {
    items: items.slice((page - 1) * perPage, Math.min(page * perPage, reachable)),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
};
