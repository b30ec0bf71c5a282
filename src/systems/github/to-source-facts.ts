/** GitHub's fields as the facts that a deploy is judged by; pure. Foreign text is cut here and escaped where it is shown. */
import type { ChangeFact, CheckFact, CommitFact, PullFact } from '../../policy/deploy/facts.ts';
import type { Fact } from '../../policy/health/facts.ts';
import type {
  ChecksPage,
  Comparison,
  FileContent,
  GitCommit,
  PullsPage,
  StatusesPage,
  VariablesPage,
} from './answers.ts';

const longestTitle = 200;
const longestAuthor = 100;
const longestCheck = 200;
const pathEnds = { first: 200, last: 99 };
const longestUrl = 1_000;
/** GitHub lists no more of a comparison, however many there are. */
const mostFiles = 300;

/** No half letters at its end. */
const cut = (text: string, most: number): string =>
  Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');

/** First line only. */
export const toTitle = (message: string): string => {
  const [line = ''] = message.trimStart().split(/[\r\n]/u, 1);
  return cut(line, longestTitle);
};

export const toAuthor = (name: string): string => cut(name, longestAuthor);

/** Cut in its middle: where a file lies and what it ends with decide what it means to a deploy. */
export const toPath = (path: string): string => {
  const { first, last } = pathEnds;
  const letters = Array.from(path);
  return letters.length <= first + 1 + last
    ? path
    : [...letters.slice(0, first), '…', ...letters.slice(-last)].join('');
};

/** Half an address leads elsewhere, so a longer one is none. */
const toUrl = (url: string | null): string | null => (url !== null && url.length > longestUrl ? null : url);

export const toCommitFact = ({ sha, commit, author }: GitCommit): CommitFact => ({
  sha,
  title: toTitle(commit.message),
  author: toAuthor(author?.login || commit.author?.name || 'unknown'),
  isVerified: commit.verification?.verified === true,
});

/** Each once, in the order in which the commits are given. */
export const toPullFacts = (pages: readonly PullsPage[]): readonly PullFact[] => {
  const byNumber = new Map<number, PullFact>();
  for (const { number, title, html_url: url } of pages.flat())
    if (!byNumber.has(number)) byNumber.set(number, { number, title: toTitle(title), url });
  return [...byNumber.values()];
};

export const toNewestFirst = ({ commits }: Comparison): readonly GitCommit[] => commits.toReversed();

export const toChangeFact = (comparison: Comparison, pulls: readonly PullFact[]): ChangeFact => ({
  base: comparison.base_commit.sha,
  standing: comparison.status,
  aheadBy: comparison.ahead_by,
  behindBy: comparison.behind_by,
  commits: toNewestFirst(comparison).map(toCommitFact),
  // A file that was moved is changed in both places.
  files: [
    ...new Set(
      comparison.files.flatMap(({ filename, previous_filename: before }) =>
        before === undefined ? [toPath(filename)] : [toPath(filename), toPath(before)],
      ),
    ),
  ],
  areFilesCut: comparison.files.length >= mostFiles,
  pulls,
  url: comparison.html_url,
});

/** Jobs of GitHub's own workflows lead to their run; what others check leads elsewhere. */
const readRunId = (address: string | null): number | null => {
  const [, id] = /\/actions\/runs\/(\d{1,15})(?:[/?#]|$)/u.exec(address ?? '') ?? [];
  return id === undefined ? null : Number(id);
};

export const toCheckFacts = (checks: readonly ChecksPage['check_runs'][number][]): readonly CheckFact[] =>
  checks.map(({ name, status, conclusion, html_url: url, details_url: details }) => ({
    name: cut(name, longestCheck),
    conclusion: status === 'completed' ? conclusion : null,
    url: toUrl(url),
    runId: readRunId(details ?? url),
  }));

type Status = StatusesPage['statuses'][number];

const isNewerStatus = (one: Status, other: Status): boolean => {
  const gap = Date.parse(one.updated_at) - Date.parse(other.updated_at);
  return gap === 0 ? one.id > other.id : gap > 0;
};

/** A word that is not known is shown as it is, and is no success. */
const toConclusion = (state: string): string | null => {
  if (state === 'pending') return null;
  return state === 'error' ? 'failure' : state;
};

/** The newest of each context, as checks. */
export const toStatusFacts = (statuses: readonly Status[]): readonly CheckFact[] => {
  const newest = new Map<string, Status>();
  for (const status of statuses) {
    const other = newest.get(status.context);
    if (other === undefined || isNewerStatus(status, other)) newest.set(status.context, status);
  }
  return [...newest.values()].map(({ context, state, target_url: url }) => ({
    name: cut(context, longestCheck),
    conclusion: toConclusion(state),
    url: toUrl(url),
    runId: null,
  }));
};

type Variables = readonly VariablesPage['variables'][number][];

/** Names in upper case, as GitHub keeps them; later lists win. */
export const toVariableValues = (lists: readonly Variables[]): Readonly<Record<string, string>> =>
  Object.fromEntries(lists.flat().map(({ name, value }) => [name.toUpperCase(), value]));

export interface FileText {
  readonly text: string;
  readonly blobSha: string;
}

const parseUtf8 = (base64: string): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return null;
  }
};

/** Null: there is no such file. What is there and is no text is a fault, never an absence. */
export const toFileText = (
  content: FileContent,
  path: string,
): { readonly kind: 'text'; readonly file: FileText | null } | Extract<Fact<never>, { kind: 'unknown' }> => {
  const malformed = (say: string) =>
    ({ kind: 'unknown', reason: 'malformed', say: `${path} ${say}` }) as const;
  if (content === null) return { kind: 'text', file: null };
  if (Array.isArray(content)) return malformed('is a folder');
  if (content.type !== 'file') return malformed('is no plain file');
  if (content.encoding !== 'base64' || content.content === undefined) return malformed('is larger than 1 MB');
  const text = parseUtf8(content.content);
  return text === null
    ? malformed('is no UTF-8 text')
    : { kind: 'text', file: { text, blobSha: content.sha } };
};
