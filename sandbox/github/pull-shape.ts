/** A merged pull request as GitHub writes it in JSON, made from the commit that it brought. */
import { toIdOf, toPageUrl } from './commit-shapes.ts';
import type { CommitRow } from './commits.ts';
import { type Json, toNodeId, toRepository, toRepositoryUrl, toTime, toUser } from './shapes.ts';
import { type RepositoryRow, toSha } from './tables.ts';
import type { PullInput } from './types.ts';

const dayMs = 86_400_000;

const toBranchName = (title: string): string =>
  `feature/${title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')}`;

const toSide = (apiUrl: string, row: RepositoryRow, ref: string, sha: string): Json => ({
  label: `${row.owner}:${ref}`,
  ref,
  sha,
  user: toUser(apiUrl, row.owner, 'Organization'),
  repo: toRepository(apiUrl, row),
});

const toLinks = (apiUrl: string, row: RepositoryRow, number: number, headSha: string) => {
  const base = toRepositoryUrl(apiUrl, row);
  return {
    self: `${base}/pulls/${number}`,
    html: `${toPageUrl(row)}/pull/${number}`,
    issue: `${base}/issues/${number}`,
    comments: `${base}/issues/${number}/comments`,
    review_comments: `${base}/pulls/${number}/comments`,
    review_comment: `${base}/pulls/comments{/number}`,
    commits: `${base}/pulls/${number}/commits`,
    statuses: `${base}/statuses/${headSha}`,
  };
};

/** Squashed: its own commits are on a branch that is gone, and `commit` is what came to the base. */
export const toMergedPull = (
  apiUrl: string,
  row: RepositoryRow,
  commit: CommitRow,
  pull: PullInput,
  baseBranch: string,
): Json => {
  const id = toIdOf(`pull ${row.id} ${pull.number}`);
  const headSha = toSha(`head of ${id}`);
  const links = toLinks(apiUrl, row, pull.number, headSha);
  const mergedAt = toTime(commit.at);
  return {
    id,
    node_id: toNodeId('PullRequest', id),
    number: pull.number,
    title: pull.title,
    state: 'closed',
    locked: false,
    draft: false,
    url: links.self,
    html_url: links.html,
    diff_url: `${links.html}.diff`,
    patch_url: `${links.html}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    user: toUser(apiUrl, commit.author),
    body: commit.body === '' ? null : commit.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: toTime(commit.at - dayMs),
    updated_at: mergedAt,
    closed_at: mergedAt,
    merged_at: mergedAt,
    merge_commit_sha: commit.sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: toSide(apiUrl, row, toBranchName(pull.title), headSha),
    base: toSide(apiUrl, row, baseBranch, commit.parents[0] ?? commit.sha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: 'MEMBER',
    auto_merge: null,
  };
};
