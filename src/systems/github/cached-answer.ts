/**
 * What is kept of GitHub's answers, and under which keys: never a variable's value or a file's text. The store implements the port; a mark is an entry of its own
 * that says "whatever was asked under this key before then is out of date", so that a slow reader cannot undo it.
 */
import type { HealthClient } from '../../policy/health/facts.ts';

export interface CachedAnswer {
  readonly key: string;
  readonly etag: string | null;
  /** When the answer was asked for, not when it came. For a mark: since when older answers do not count. */
  readonly fetchedAt: Date;
  /** 200, or 0 for a mark. */
  readonly status: number;
  /** JSON of the needed fields only, null for a mark. */
  readonly body: unknown;
}

export interface GitHubCache {
  readonly read: (keys: readonly string[]) => Promise<Map<string, CachedAnswer>>;
  /** Replaces entries of the same key. */
  readonly write: (entries: readonly CachedAnswer[]) => Promise<void>;
}

/** GitHub's names know no upper or lower case. */
const toBase = (repo: string): string => `github/${repo.toLowerCase()}`;

export const toWorkflowsKey = (repo: string, page = 1): string => `${toBase(repo)}/workflows/${page}`;
/** The repository's newest runs, whatever branch: a publish to staging is looked for here too. */
export const toRunsKey = (repo: string): string => `${toBase(repo)}/runs`;
/** Runs of one workflow on one branch. */
export const toWorkflowRunsKey = (repo: string, branch: string, file: string): string =>
  `${toBase(repo)}/runs/${encodeURIComponent(branch)}/${encodeURIComponent(file)}`;
/** Runs of one workflow, whatever branch, for a deploy that looks back. */
export const toDeployRunsKey = (repo: string, file: string, page: number): string =>
  `${toBase(repo)}/deploy-runs/${encodeURIComponent(file)}/${page}`;
export const toTagsKey = (repo: string): string => `${toBase(repo)}/deploy-tags`;
export const toJobsKey = (repo: string, runId: number, attempt: number): string =>
  `${toBase(repo)}/jobs/${runId}/${attempt}`;
export const toCommitKey = (repo: string, ref: string): string =>
  `${toBase(repo)}/commit/${encodeURIComponent(ref)}`;
export const toCompareKey = (repo: string, base: string, head: string): string =>
  `${toBase(repo)}/compare/${encodeURIComponent(base)}/${head}`;
export const toChecksKey = (repo: string, sha: string, page: number): string =>
  `${toBase(repo)}/checks/${sha}/${page}`;
export const toStatusesKey = (repo: string, sha: string, page: number): string =>
  `${toBase(repo)}/statuses/${sha}/${page}`;
/** Pull requests that a commit came with. */
export const toPullsKey = (repo: string, sha: string): string => `${toBase(repo)}/pulls/${sha}`;
export const toMarkKey = (key: string): string => `changed/${key}`;

export const createMark = (key: string, at: Date): CachedAnswer => ({
  key: toMarkKey(key),
  etag: null,
  fetchedAt: at,
  status: 0,
  body: null,
});

/** The workflows whose runs a health check looks at, without doubles. */
export const toNeededFiles = (
  client: Pick<HealthClient, 'deployWorkflow' | 'ciWorkflows'>,
): readonly string[] => [...new Set([client.deployWorkflow, ...client.ciWorkflows])];

export interface OwnPage {
  readonly file: string;
  readonly branch: string;
}

/** Which runs of which branch each workflow is judged by: first deploys, where production comes from, CI on the default branch. */
export const toOwnPages = (
  client: Pick<HealthClient, 'deployWorkflow' | 'ciWorkflows' | 'productionBranch' | 'defaultBranch'>,
): readonly [deploys: OwnPage, ...ci: OwnPage[]] => {
  const deploys = { file: client.deployWorkflow, branch: client.productionBranch };
  const ci = [...new Set(client.ciWorkflows)].map((file) => ({ file, branch: client.defaultBranch }));
  return [deploys, ...ci.filter((page) => page.file !== deploys.file || page.branch !== deploys.branch)];
};
