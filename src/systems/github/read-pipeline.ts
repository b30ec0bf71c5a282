/**
 * Everything that one client's repository says, in at most three calls where deploy tags exist and none that is charged where nothing
 * changed. One client's trouble is a fact of that client; judging is left to `policy/health`.
 */

import { decideTags } from '../../policy/health/deploy-tags.ts';
import type { DeployJobFact, Fact, HealthClient, PipelineFacts, RunFact } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import { RunsPage, TagsPage, WorkflowsPage } from './answers.ts';
import {
  type CachedAnswer,
  type GitHubCache,
  toMarkKey,
  toNeededFiles,
  toRunsKey,
  toTagsKey,
  toWorkflowRunsKey,
  toWorkflowsKey,
} from './cached-answer.ts';
import type { GitHubClient } from './create-client.ts';
import { type JobsWanted, readDeployJobs } from './read-deploy-jobs.ts';
import { type Read, type ReadThroughParts, readThrough, type Wanted } from './read-through.ts';
import { parseRepo, type RepoName } from './repo-name.ts';
import { deployTagPrefix, toFile, toRunFacts, toTagFacts, toWorkflowFacts } from './to-facts.ts';

export interface PipelineReadOptions {
  /** Younger answers are used without asking; 0 asks always. */
  readonly maxAgeMs: number;
  readonly signal: AbortSignal;
  /** Says whose jobs are needed next; asked again with what was read, until it wants nothing new. */
  readonly planJobs: (facts: PipelineFacts) => readonly JobsWanted[];
}

export interface PipelineReader {
  /** Never throws; what could not be had is unknown with its reason. */
  readonly read: (client: HealthClient, options: PipelineReadOptions) => Promise<PipelineFacts>;
}

export interface PipelineReaderParts {
  readonly client: Pick<GitHubClient, 'ask'>;
  readonly cache: GitHubCache;
  readonly clock: Clock;
  /** How old an answer may be that stands in while GitHub's limit is reached; default 26 hours, so that a daily check finds yesterday's. */
  readonly staleMs?: number;
}

const toFact = <T, U>(read: Read<T>, to: (value: T) => U): Fact<U> =>
  read.kind === 'known' ? { kind: 'known', value: to(read.value), observedAt: read.observedAt } : read;

const unknownEverywhere = (
  repo: string,
  unknown: Extract<Fact<never>, { kind: 'unknown' }>,
): PipelineFacts => ({
  repo,
  workflows: unknown,
  runs: unknown,
  deployTags: unknown,
  deployJobs: new Map(),
});

type Judged = Pick<HealthClient, 'deployWorkflow' | 'ciWorkflows' | 'productionBranch'>;

/**
 * A cut page is enough for a workflow once it shows a success on the branch that is judged: that ends a streak of failures and is a
 * deploy's candidate. Where tags tell of the last deploy, older deploy runs are not needed.
 */
const decideOwnPages = (
  page: RunsPage,
  client: Judged,
  listed: Read<WorkflowsPage>,
  tags: Read<TagsPage>,
): readonly string[] => {
  if (page.total_count <= page.workflow_runs.length) return [];
  const good = page.workflow_runs.filter(
    (run) =>
      run.conclusion === 'success' &&
      run.head_branch === client.productionBranch &&
      !run.event.startsWith('pull_request'),
  );
  const settled = new Set(good.map((run) => toFile(run.path)));
  if (tags.kind === 'known' && decideTags(toTagFacts(tags.value)).last !== null)
    settled.add(client.deployWorkflow);
  const exists = (file: string) =>
    listed.kind === 'unknown' || listed.value.workflows.some((one) => toFile(one.path) === file);
  return toNeededFiles(client).filter((file) => !settled.has(file) && exists(file));
};

interface Ways {
  readonly repo: RepoName;
  readonly client: HealthClient;
  readonly signal: AbortSignal;
  readonly parts: ReadThroughParts;
}

const toRunsWanted = ({ repo, client, signal }: Ways): Wanted<RunsPage> => ({
  repo,
  key: toRunsKey(client.repo),
  schema: RunsPage,
  question: {
    route: 'GET /repos/{owner}/{repo}/actions/runs',
    parameters: { per_page: 100, exclude_pull_requests: true },
    signal,
  },
});

const toWorkflowRunsWanted = ({ repo, client, signal }: Ways, file: string): Wanted<RunsPage> => ({
  repo,
  key: toWorkflowRunsKey(client.repo, client.productionBranch, file),
  schema: RunsPage,
  question: {
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{file}/runs',
    parameters: { file, branch: client.productionBranch, per_page: 100, exclude_pull_requests: true },
    signal,
  },
});

const readWorkflows = async ({ repo, client, signal, parts }: Ways): Promise<Read<WorkflowsPage>> => {
  const readPage = (page: number) =>
    readThrough<WorkflowsPage>(
      {
        repo,
        key: toWorkflowsKey(client.repo, page),
        schema: WorkflowsPage,
        question: {
          route: 'GET /repos/{owner}/{repo}/actions/workflows',
          parameters: { per_page: 100, page },
          signal,
        },
      },
      parts,
    );
  let sofar = await readPage(1);
  // "Missing" may only be said of a complete list.
  for (
    let page = 2;
    sofar.kind === 'known' && sofar.value.workflows.length < sofar.value.total_count && page <= 10;
    page += 1
  ) {
    const next = await readPage(page);
    if (next.kind === 'unknown') return next;
    if (next.value.workflows.length === 0) break;
    sofar = {
      ...sofar,
      value: { ...sofar.value, workflows: [...sofar.value.workflows, ...next.value.workflows] },
    };
  }
  return sofar;
};

const readTags = ({ repo, client, signal, parts }: Ways): Promise<Read<TagsPage>> =>
  readThrough<TagsPage>(
    {
      repo,
      key: toTagsKey(client.repo),
      schema: TagsPage,
      question: {
        route: 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
        parameters: { ref: `tags/${deployTagPrefix}` },
        signal,
      },
      // Sorted by name, which is by time: the newest are last.
      trim: (tags) => tags.slice(-200),
      // "Git Repository is empty".
      emptyOn: { status: 409, answer: [] },
    },
    parts,
  );

interface Asked {
  readonly workflows: Promise<Read<WorkflowsPage>>;
  readonly tags: Promise<Read<TagsPage>>;
}

const readRuns = async (ways: Ways, asked: Asked): Promise<Fact<readonly RunFact[]>> => {
  const first = await readThrough(toRunsWanted(ways), ways.parts);
  if (first.kind === 'unknown') return first;
  const needed = decideOwnPages(first.value, ways.client, await asked.workflows, await asked.tags);
  const own = await Promise.all(
    needed.map((file) => readThrough(toWorkflowRunsWanted(ways, file), ways.parts)),
  );
  // Half a history would be judged as a whole one: "never deployed", "no failures".
  const missing = own.find((read) => read.kind === 'unknown');
  if (missing !== undefined) return missing;
  const pages = [first, ...own].filter((read) => read.kind === 'known');
  const oldest = Math.min(...pages.map((page) => page.observedAt.getTime()));
  const runs = pages.flatMap((page) => page.value.workflow_runs);
  return { kind: 'known', value: toRunFacts(runs, toNeededFiles(ways.client)), observedAt: new Date(oldest) };
};

const toKeys = (client: HealthClient): readonly string[] => {
  const own = toNeededFiles(client).map((file) =>
    toWorkflowRunsKey(client.repo, client.productionBranch, file),
  );
  const keys = [toWorkflowsKey(client.repo), toTagsKey(client.repo), toRunsKey(client.repo), ...own];
  return keys.flatMap((key) => [key, toMarkKey(key)]);
};

export const createPipelineReader = (reader: PipelineReaderParts): PipelineReader => {
  const { client: github, cache, clock, staleMs = 26 * 3_600_000 } = reader;
  // A cache that is away costs calls, not answers.
  const readCache = (keys: readonly string[]) =>
    cache.read(keys).catch(() => new Map<string, CachedAnswer>());

  const read: PipelineReader['read'] = async (client, { maxAgeMs, signal, planJobs }) => {
    const repo = parseRepo(client.repo);
    if (repo === null) {
      return unknownEverywhere(client.repo, {
        kind: 'unknown',
        reason: 'not-configured',
        say: 'the repository is not given as owner/name',
      });
    }
    const entries: CachedAnswer[] = [];
    const keep = (entry: CachedAnswer) => entries.push(entry);
    const parts: ReadThroughParts = {
      client: github,
      clock,
      maxAgeMs,
      staleMs,
      cached: await readCache(toKeys(client)),
      keep,
    };
    const ways: Ways = { repo, client, signal, parts };
    const asked: Asked = { workflows: readWorkflows(ways), tags: readTags(ways) };
    const [workflows, runs, tags] = await Promise.all([asked.workflows, readRuns(ways, asked), asked.tags]);
    const facts = (deployJobs: ReadonlyMap<string, DeployJobFact>): PipelineFacts => ({
      repo: client.repo,
      workflows: toFact(workflows, toWorkflowFacts),
      runs,
      deployTags: toFact(tags, toTagFacts),
      deployJobs,
    });
    const jobs = await readDeployJobs({
      repo,
      repoText: client.repo,
      signal,
      parts,
      readCache,
      plan: (deployJobs) => planJobs(facts(deployJobs)),
      runs,
    });
    if (entries.length > 0) await cache.write(entries).catch(() => undefined);
    return facts(jobs);
  };
  return { read };
};
