/** Commits, comparisons, checks, statuses, pull requests of a commit and contents, from our own graph. A repository without seeded commits is left to the library behind. */
import {
  toChangedFile,
  toCheckRun,
  toCombinedStatus,
  toCommit,
  toFile,
  toFolder,
  toPageUrl,
} from './commit-shapes.ts';
import {
  type CheckRow,
  type CommitRow,
  compareCommits,
  findCommit,
  hasCommits,
  listHistory,
} from './commits.ts';
import { type FileChange, findChanges } from './file-changes.ts';
import { toMergedPull } from './pull-shape.ts';
import { type Answer, HttpRefusal, type Route, type RouteRequest, refuseNotFound } from './routes.ts';
import { toPage } from './run-filters.ts';
import { type Json, toRepositoryUrl } from './shapes.ts';

const mostFiles = 300;
/** Of a comparison that was not asked for in pages. */
const mostCommits = 250;

const requireCommit = (request: RouteRequest): CommitRow => {
  const ref = request.params['ref'] ?? '';
  const commit = findCommit(request.repository, ref);
  if (!commit) throw new HttpRefusal(422, `No commit found for SHA: ${ref}`);
  return commit;
};

const findOwnChanges = (request: RouteRequest, commit: CommitRow): readonly FileChange[] => {
  const parent = request.repository.commits.rows.get(commit.parents[0] ?? '');
  return findChanges(parent?.tree ?? new Map<string, string>(), commit.tree);
};

const sum = (changes: readonly FileChange[], of: 'additions' | 'deletions'): number =>
  changes.reduce((total, change) => total + change[of], 0);

/** The newest of each name. */
const toLatest = (checks: readonly CheckRow[]): readonly CheckRow[] => [
  ...new Map(
    checks.toSorted((a, b) => a.startedAt - b.startedAt).map((check) => [check.name, check]),
  ).values(),
];

const findChecks = (commit: CommitRow, query: URLSearchParams): readonly CheckRow[] => {
  const [name, status] = [query.get('check_name'), query.get('status')];
  const checks = query.get('filter') === 'all' ? commit.checks : toLatest(commit.checks);
  return checks.filter(
    (check) =>
      (name === null || check.name === name) &&
      (status === null || status === (check.completedAt === null ? 'in_progress' : 'completed')),
  );
};

export const createCommitRoutes = (apiUrl: string): readonly Route[] => {
  const toFiles = (request: RouteRequest, sha: string, changes: readonly FileChange[]): readonly Json[] =>
    changes.slice(0, mostFiles).map((change) => toChangedFile(apiUrl, request.repository, sha, change));

  const getCommit = (request: RouteRequest): Answer => {
    const commit = requireCommit(request);
    const changes = findOwnChanges(request, commit);
    const [additions, deletions] = [sum(changes, 'additions'), sum(changes, 'deletions')];
    return {
      status: 200,
      body: {
        ...toCommit(apiUrl, request.repository, commit),
        stats: { additions, deletions, total: additions + deletions },
        files: toFiles(request, commit.sha, changes),
      },
    };
  };

  const listCommits = (request: RouteRequest): Answer => {
    const { repository, url } = request;
    const from = findCommit(repository, url.searchParams.get('sha') ?? 'main');
    if (!from) throw refuseNotFound();
    const [path, author] = [url.searchParams.get('path'), url.searchParams.get('author')];
    const isTouched = (commit: CommitRow): boolean =>
      findOwnChanges(request, commit).some(
        (change) => change.path === path || change.path.startsWith(`${path}/`),
      );
    const commits = listHistory(repository.commits, from).filter(
      (commit) =>
        (author === null || commit.author === author) && (path === null || path === '' || isTouched(commit)),
    );
    const page = toPage(commits, url);
    return {
      status: 200,
      headers: page.headers,
      body: page.items.map((commit) => toCommit(apiUrl, repository, commit)),
    };
  };

  const compare = (request: RouteRequest): Answer => {
    const { repository, url } = request;
    const basehead = request.params['basehead'] ?? '';
    const [from = '', to = '', ...rest] = basehead.split('...');
    const [base, head] = [findCommit(repository, from), findCommit(repository, to)];
    if (!base || !head || rest.length > 0) throw refuseNotFound();
    const found = compareCommits(repository.commits, base, head);
    if (!found) throw new HttpRefusal(404, `No common ancestor between ${from} and ${to}.`);
    const { mergeBase, ahead } = found;
    // Unpaged, the newest are shown; in pages, the first page has the oldest, and the only files.
    const isPaged = url.searchParams.has('per_page') || url.searchParams.has('page');
    const page = isPaged ? toPage(ahead, url) : { items: ahead.slice(-mostCommits), headers: {} };
    const isFirst = Number(url.searchParams.get('page') ?? 1) <= 1;
    const changes = isFirst ? findChanges(mergeBase.tree, head.tree) : [];
    const show = (commit: CommitRow): Json => toCommit(apiUrl, repository, commit);
    const address = `${toPageUrl(repository)}/compare/${from}...${to}`;
    return {
      status: 200,
      headers: page.headers,
      body: {
        url: `${toRepositoryUrl(apiUrl, repository)}/compare/${from}...${to}`,
        html_url: address,
        permalink_url: `${toPageUrl(repository)}/compare/${repository.owner}:${base.sha.slice(0, 7)}...${repository.owner}:${head.sha.slice(0, 7)}`,
        diff_url: `${address}.diff`,
        patch_url: `${address}.patch`,
        base_commit: show(base),
        merge_base_commit: show(mergeBase),
        status: found.status,
        ahead_by: ahead.length,
        behind_by: found.behindCount,
        total_commits: ahead.length,
        commits: page.items.map(show),
        files: toFiles(request, head.sha, changes),
      },
    };
  };

  const listChecks = (request: RouteRequest): Answer => {
    const commit = requireCommit(request);
    const checks = findChecks(commit, request.url.searchParams);
    const page = toPage(checks, request.url);
    const shown = page.items.map((check) => toCheckRun(apiUrl, request.repository, commit, check));
    return { status: 200, body: { total_count: checks.length, check_runs: shown }, headers: page.headers };
  };

  const getStatus = (request: RouteRequest): Answer => {
    const commit = requireCommit(request);
    const newest = commit.statuses.toSorted((a, b) => a.at - b.at);
    const all = [...new Map(newest.map((status) => [status.context, status])).values()];
    const page = toPage(all, request.url);
    const body = toCombinedStatus(apiUrl, request.repository, commit, { all, shown: page.items });
    return { status: 200, body, headers: page.headers };
  };

  const listPulls = (request: RouteRequest): Answer => {
    const commit = requireCommit(request);
    const { repository } = request;
    const pulls = commit.pull ? [toMergedPull(apiUrl, repository, commit, commit.pull, 'main')] : [];
    const page = toPage(pulls, request.url);
    return { status: 200, body: page.items, headers: page.headers };
  };

  const getContents = (request: RouteRequest): Answer => {
    const { repository, url } = request;
    const ref = url.searchParams.get('ref') ?? 'main';
    const commit = findCommit(repository, ref);
    if (!commit) throw new HttpRefusal(404, `No commit found for the ref ${ref}`);
    const path = (request.params['path'] ?? '').replace(/\/$/u, '');
    const text = commit.tree.get(path);
    if (text !== undefined) return { status: 200, body: toFile(apiUrl, repository, { path, text, ref }) };
    const folder = toFolder(apiUrl, repository, { path, tree: commit.tree, ref });
    if (!folder) throw refuseNotFound();
    return { status: 200, body: folder };
  };

  const get = (pattern: string, scope: string, answer: Route['answer']): Route => ({
    method: 'GET',
    pattern,
    permission: [scope, 'read'],
    isOurs: hasCommits,
    answer,
  });

  /** Ours in every repository: the library behind asks nobody for these rights. */
  const getAlways = (pattern: string, scope: string, answer: Route['answer']): Route => ({
    method: 'GET',
    pattern,
    permission: [scope, 'read'],
    answer,
  });

  return [
    getAlways('commits/:ref*/check-runs', 'checks', listChecks),
    getAlways('commits/:ref*/status', 'statuses', getStatus),
    getAlways('commits/:ref*/pulls', 'pull_requests', listPulls),
    get('commits/:ref*', 'contents', getCommit),
    get('commits', 'contents', listCommits),
    get('compare/:basehead*', 'contents', compare),
    get('contents', 'contents', getContents),
    get('contents/:path*', 'contents', getContents),
  ];
};
