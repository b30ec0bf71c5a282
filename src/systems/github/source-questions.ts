/** What is asked of a repository about one version, and whether it is kept, under which keys and how little of it. Sending the questions is left to `read-source.ts`. */
import {
  ChecksPage,
  type Comparison,
  FileContent,
  FoundCommit,
  FoundComparison,
  type GitCommit,
  PullsPage,
  StatusesPage,
  VariablesPage,
} from './answers.ts';
import { toChecksKey, toCommitKey, toCompareKey, toPullsKey, toStatusesKey } from './cached-answer.ts';
import type { Paged } from './read-pages.ts';
import type { Wanted } from './read-through.ts';
import type { RepoName } from './repo-name.ts';
import { toAuthor, toPath, toTitle } from './to-source-facts.ts';

export interface Place {
  readonly repo: RepoName;
  readonly signal: AbortSignal;
}

const toName = ({ owner, name }: RepoName): string => `${owner}/${name}`;

type Signature = GitCommit['commit']['author'];

const toShortSignature = (signature: Signature): Signature =>
  signature?.name === undefined ? signature : { ...signature, name: toAuthor(signature.name) };

const toShort = ({ sha, commit, author }: GitCommit): GitCommit => ({
  sha,
  commit: {
    ...commit,
    message: toTitle(commit.message),
    author: toShortSignature(commit.author),
    committer: toShortSignature(commit.committer),
  },
  author: author?.login === undefined ? author : { login: toAuthor(author.login) },
});

type File = Comparison['files'][number];

const toShortFile = ({ filename, previous_filename: before }: File): File => ({
  filename: toPath(filename),
  ...(before === undefined ? {} : { previous_filename: toPath(before) }),
});

export const toCommitWanted = ({ repo, signal }: Place, ref: string): Wanted<GitCommit | null> => ({
  repo,
  key: toCommitKey(toName(repo), ref),
  schema: FoundCommit,
  question: {
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    // Its files come in pages and are not needed.
    parameters: { ref, per_page: 1 },
    right: 'contents',
    signal,
  },
  trim: (commit) => commit && toShort(commit),
  // "No commit found for SHA"; a repository that is missing or hidden answers 404.
  emptyOn: { status: 422, answer: null },
});

const isFullSha = (text: string): boolean => /^[\da-f]{40}$/u.test(text);

/** `base` may be a tag's name. A tag can be moved, so only what two commits say of each other is final. */
export const toCompareWanted = (
  { repo, signal }: Place,
  base: string,
  head: string,
): Wanted<Comparison | null> => ({
  repo,
  key: toCompareKey(toName(repo), base, head),
  schema: FoundComparison,
  question: {
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    // No pages: only so the newest commit is among them, however many there are.
    parameters: { basehead: `${base}...${head}` },
    right: 'contents',
    signal,
  },
  trim: (comparison) =>
    comparison && {
      ...comparison,
      commits: comparison.commits.map(toShort),
      files: comparison.files.map(toShortFile),
    },
  isFinal: (comparison) => comparison !== null && isFullSha(base) && isFullSha(head),
  // The repository was seen a moment ago: one of the two is gone, or they share nothing.
  emptyOn: { status: 404, answer: null },
});

type Check = ChecksPage['check_runs'][number];

export const toChecksPaged = ({ repo, signal }: Place, sha: string): Paged<ChecksPage, Check> => ({
  what: 'checks',
  mostPages: 3,
  toWanted: (page) => ({
    repo,
    key: toChecksKey(toName(repo), sha, page),
    schema: ChecksPage,
    question: {
      route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
      parameters: { ref: sha, filter: 'latest', per_page: 100, page },
      right: 'checks',
      signal,
    },
  }),
  toItems: (page) => page.check_runs,
  toId: (check) => check.id,
});

type Status = StatusesPage['statuses'][number];

/** Checks of the older kind: who may read the others may not see these. */
export const toStatusesPaged = ({ repo, signal }: Place, sha: string): Paged<StatusesPage, Status> => ({
  what: 'commit statuses',
  mostPages: 3,
  toWanted: (page) => ({
    repo,
    key: toStatusesKey(toName(repo), sha, page),
    schema: StatusesPage,
    question: {
      route: 'GET /repos/{owner}/{repo}/commits/{ref}/status',
      parameters: { ref: sha, per_page: 100, page },
      right: 'commit statuses',
      signal,
    },
  }),
  toItems: (page) => page.statuses,
  toId: (status) => status.id,
});

export const toPullsWanted = ({ repo, signal }: Place, sha: string): Wanted<PullsPage> => ({
  repo,
  key: toPullsKey(toName(repo), sha),
  schema: PullsPage,
  question: {
    route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    parameters: { commit_sha: sha, per_page: 100 },
    right: 'pull requests',
    signal,
  },
  trim: (pulls) => pulls.map((pull) => ({ ...pull, title: toTitle(pull.title) })),
});

/** The text may hold what nobody else should read, so it is never kept. */
export const toFileWanted = ({ repo, signal }: Place, sha: string, path: string): Wanted<FileContent> => ({
  repo,
  key: null,
  schema: FileContent,
  question: {
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    parameters: { path, ref: sha },
    right: 'contents',
    signal,
  },
  emptyOn: { status: 404, answer: null },
});

type Variable = VariablesPage['variables'][number];

/** Thirty a page is GitHub's most, and 500 variables are. Values are never kept. */
export const toVariablesPaged = (
  { repo, signal }: Place,
  environment: string | null,
): Paged<VariablesPage, Variable> => {
  const what = environment === null ? 'variables of the repository' : 'variables of the environment';
  return {
    what,
    mostPages: 17,
    toWanted: (page) => ({
      repo,
      key: null,
      schema: VariablesPage,
      question:
        environment === null
          ? {
              route: 'GET /repos/{owner}/{repo}/actions/variables',
              parameters: { per_page: 30, page },
              right: what,
              signal,
            }
          : {
              route: 'GET /repos/{owner}/{repo}/environments/{environment_name}/variables',
              parameters: { environment_name: environment, per_page: 30, page },
              right: what,
              signal,
            },
      // An environment that nobody has made sets nothing.
      ...(environment === null
        ? {}
        : { emptyOn: { status: 404, answer: { total_count: 0, variables: [] } } }),
    }),
    toItems: (page) => page.variables,
    toId: (variable) => variable.name.toUpperCase(),
  };
};

/** Those that the organisation shares with the repository; it may have a thousand. Values are never kept. */
export const toOrganizationVariablesPaged = ({ repo, signal }: Place): Paged<VariablesPage, Variable> => ({
  what: 'variables of the organisation',
  mostPages: 34,
  toWanted: (page) => ({
    repo,
    key: null,
    schema: VariablesPage,
    question: {
      route: 'GET /repos/{owner}/{repo}/actions/organization-variables',
      parameters: { per_page: 30, page },
      right: 'variables of the organisation',
      signal,
    },
  }),
  toItems: (page) => page.variables,
  toId: (variable) => variable.name.toUpperCase(),
});
