/** Commits, changed files, check runs, commit statuses and contents as GitHub writes them in JSON. Pull requests are in `pull-shape.ts`. */
import type { CheckRow, CommitRow, StatusRow } from './commits.ts';
import { type FileChange, toBlobSha } from './file-changes.ts';
import { type Json, toNodeId, toRepository, toRepositoryUrl, toTime, toUser } from './shapes.ts';
import { type RepositoryRow, toSha } from './tables.ts';

/** Below 2^48, always the same for the same words. */
export const toIdOf = (words: string): number => Number.parseInt(toSha(words).slice(0, 12), 16);

export const toPageUrl = (row: RepositoryRow): string => `https://github.com/${row.owner}/${row.name}`;

/** Path by path, so that slashes stay. */
const toEncoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const toVerification = (commit: CommitRow): Json =>
  commit.isVerified
    ? {
        verified: true,
        reason: 'valid',
        signature: '-----BEGIN PGP SIGNATURE-----\n\nsandbox\n-----END PGP SIGNATURE-----\n',
        payload: `tree ${toSha(`tree of ${commit.sha}`)}\n\n${commit.title}`,
        verified_at: toTime(commit.at),
      }
    : { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

export const toCommit = (apiUrl: string, row: RepositoryRow, commit: CommitRow): Json => {
  const url = toRepositoryUrl(apiUrl, row);
  const page = toPageUrl(row);
  const tree = toSha(`tree of ${commit.sha}`);
  const email = `${commit.author}@users.noreply.github.com`;
  const person = { name: commit.author, email, date: toTime(commit.at) };
  // GitHub itself commits what is merged on its page.
  const isMerged = commit.pull !== null;
  const committer = isMerged ? { ...person, name: 'GitHub', email: 'noreply@github.com' } : person;
  return {
    sha: commit.sha,
    node_id: toNodeId('Commit', `${row.id}:${commit.sha}`),
    commit: {
      author: person,
      committer,
      message: commit.body === '' ? commit.title : `${commit.title}\n\n${commit.body}`,
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: toVerification(commit),
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: toUser(apiUrl, commit.author),
    committer: toUser(apiUrl, isMerged ? 'web-flow' : commit.author),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  };
};

export const toChangedFile = (apiUrl: string, row: RepositoryRow, sha: string, change: FileChange): Json => {
  const path = toEncoded(change.path);
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${toPageUrl(row)}/blob/${sha}/${path}`,
    raw_url: `${toPageUrl(row)}/raw/${sha}/${path}`,
    contents_url: `${toRepositoryUrl(apiUrl, row)}/contents/${path}?ref=${sha}`,
  };
};

const toActionsApp = (apiUrl: string): Json => ({
  id: 15_368,
  slug: 'github-actions',
  node_id: toNodeId('App', 15_368),
  owner: toUser(apiUrl, 'github', 'Organization'),
  name: 'GitHub Actions',
  description: 'Automate your workflow from idea to production',
  external_url: 'https://help.github.com/en/actions',
  html_url: 'https://github.com/apps/github-actions',
  created_at: '2018-07-30T09:30:17Z',
  updated_at: '2026-01-09T20:11:14Z',
  permissions: { actions: 'write', checks: 'write', contents: 'write', metadata: 'read' },
  events: ['check_run', 'push', 'workflow_dispatch'],
});

export const toCheckRun = (apiUrl: string, row: RepositoryRow, commit: CommitRow, check: CheckRow): Json => {
  const id = toIdOf(`check ${row.id} ${commit.sha} ${check.name} ${commit.checks.indexOf(check)}`);
  const suite = toIdOf(`suite ${row.id} ${commit.sha}`);
  const url = `${toRepositoryUrl(apiUrl, row)}/check-runs/${id}`;
  const page = `${toPageUrl(row)}/runs/${id}`;
  return {
    id,
    name: check.name,
    node_id: toNodeId('CheckRun', id),
    head_sha: commit.sha,
    external_id: String(id),
    url,
    html_url: page,
    details_url: page,
    status: check.completedAt === null ? 'in_progress' : 'completed',
    conclusion: check.conclusion,
    started_at: toTime(check.startedAt),
    completed_at: check.completedAt === null ? null : toTime(check.completedAt),
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: suite },
    app: toActionsApp(apiUrl),
    pull_requests: [],
  };
};

const toStatus = (apiUrl: string, row: RepositoryRow, commit: CommitRow, status: StatusRow): Json => {
  const id = toIdOf(`status ${row.id} ${commit.sha} ${status.context} ${commit.statuses.indexOf(status)}`);
  return {
    url: `${toRepositoryUrl(apiUrl, row)}/statuses/${commit.sha}`,
    avatar_url: null,
    id,
    node_id: toNodeId('StatusContext', id),
    state: status.state,
    description: null,
    target_url: `https://ci.example.com/${encodeURIComponent(status.context)}`,
    context: status.context,
    created_at: toTime(status.at),
    updated_at: toTime(status.at),
  };
};

const toCombinedState = (statuses: readonly StatusRow[]): string => {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
};

/** `all`: the newest of each context; `shown`: those of this page. */
export const toCombinedStatus = (
  apiUrl: string,
  row: RepositoryRow,
  commit: CommitRow,
  { all, shown }: { readonly all: readonly StatusRow[]; readonly shown: readonly StatusRow[] },
): Json => {
  const url = `${toRepositoryUrl(apiUrl, row)}/commits/${commit.sha}`;
  return {
    state: toCombinedState(all),
    statuses: shown.map((status) => toStatus(apiUrl, row, commit, status)),
    sha: commit.sha,
    total_count: all.length,
    repository: toRepository(apiUrl, row),
    commit_url: url,
    url: `${url}/status`,
  };
};

/** What a file and a folder have in common. `ref` is as the caller wrote it. */
const toEntry = (
  apiUrl: string,
  row: RepositoryRow,
  entry: { readonly path: string; readonly ref: string; readonly sha: string; readonly kind: 'file' | 'dir' },
): Json => {
  const base = toRepositoryUrl(apiUrl, row);
  const isFile = entry.kind === 'file';
  const path = toEncoded(entry.path);
  const url = `${base}/contents/${path}?ref=${encodeURIComponent(entry.ref)}`;
  const git = `${base}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  const html = `${toPageUrl(row)}/${isFile ? 'blob' : 'tree'}/${toEncoded(entry.ref)}/${path}`;
  return {
    type: entry.kind,
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    size: 0,
    url,
    git_url: git,
    html_url: html,
    // A link with a token of its own, which nobody here needs.
    download_url: null,
    _links: { self: url, git, html },
  };
};

export const toFile = (
  apiUrl: string,
  row: RepositoryRow,
  file: { readonly path: string; readonly text: string; readonly ref: string },
): Json => {
  const { path, text, ref } = file;
  return {
    ...toEntry(apiUrl, row, { path, ref, sha: toBlobSha(text), kind: 'file' }),
    size: Buffer.byteLength(text),
    encoding: 'base64',
    // Lines of sixty, as GitHub breaks them.
    content: Buffer.from(text)
      .toString('base64')
      .replaceAll(/.{1,60}/gu, '$&\n'),
  };
};

/** What is directly in a folder. Null where there is no such folder. */
export const toFolder = (
  apiUrl: string,
  row: RepositoryRow,
  folder: { readonly path: string; readonly tree: ReadonlyMap<string, string>; readonly ref: string },
): readonly Json[] | null => {
  const { tree, ref } = folder;
  const prefix = folder.path === '' ? '' : `${folder.path}/`;
  const below = [...tree.keys()].filter((path) => path.startsWith(prefix));
  if (below.length === 0) return null;
  const names = new Set(below.map((path) => path.slice(prefix.length).split('/')[0] ?? ''));
  return [...names].toSorted().map((name) => {
    const path = `${prefix}${name}`;
    const text = tree.get(path);
    if (text === undefined)
      return toEntry(apiUrl, row, { path, ref, sha: toSha(`${ref}:${path}`), kind: 'dir' });
    const entry = toEntry(apiUrl, row, { path, ref, sha: toBlobSha(text), kind: 'file' });
    return { ...entry, size: Buffer.byteLength(text) };
  });
};
