/**
 * Everything that one client's repository says, in at most three calls where deploy tags exist and none that is charged where nothing
 * changed. One client's trouble is a fact of that client; judging is left to `policy/health`.
 */

import { findDeployed } from '../../policy/health/deploy-runs.ts';
import type { DeployJobFact, Fact, HealthClient, PipelineFacts } from '../../policy/health/facts.ts';
import { joinSights } from '../../policy/health/sight.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TagsPage, WorkflowsPage } from './answers.ts';
import {
  type CachedAnswer,
  type GitHubCache,
  toMarkKey,
  toOwnPages,
  toRunsKey,
  toTagsKey,
  toWorkflowRunsKey,
  toWorkflowsKey,
} from './cached-answer.ts';
import type { GitHubClient } from './create-client.ts';
import { type JobsWanted, readDeployJobs } from './read-deploy-jobs.ts';
import { type RunsRead, readOlderDeploys, readRuns, type Ways } from './read-runs.ts';
import { type Read, type ReadThroughParts, readThrough } from './read-through.ts';
import { parseRepo } from './repo-name.ts';
import { deployTagPrefix, toTagFacts, toWorkflowFacts } from './to-facts.ts';

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

export const toFact = <T, U>(read: Read<T>, to: (value: T) => U): Fact<U> =>
  read.kind === 'known' ? { ...read, value: to(read.value) } : read;

export const unknownEverywhere = (
  repo: string,
  unknown: Extract<Fact<never>, { kind: 'unknown' }>,
): PipelineFacts => ({
  repo,
  workflows: unknown,
  runs: unknown,
  deployTags: unknown,
  deployJobs: new Map(),
});

export const readWorkflows = async ({ repo, client, signal, parts }: Ways): Promise<Read<WorkflowsPage>> => {
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
      ...joinSights([sofar, next]),
      value: { ...sofar.value, workflows: [...sofar.value.workflows, ...next.value.workflows] },
    };
  }
  return sofar;
};

export const readTags = ({ repo, client, signal, parts }: Ways): Promise<Read<TagsPage>> =>
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

const toKeys = (client: HealthClient): readonly string[] => {
  const own = toOwnPages(client).map(({ file, branch }) => toWorkflowRunsKey(client.repo, branch, file));
  const keys = [toWorkflowsKey(client.repo), toTagsKey(client.repo), toRunsKey(client.repo), ...own];
  return keys.flatMap((key) => [key, toMarkKey(key)]);
};

type DeployJobs = ReadonlyMap<string, DeployJobFact>;

const toUnread = ({ deployWorkflow }: HealthClient): NonNullable<PipelineFacts['olderDeploys']> => ({
  kind: 'unknown',
  reason: 'unavailable',
  say: `older runs of ${deployWorkflow} not read`,
});

/** One page and its jobs more, where all runs that the first page shows were looked into and none had deployed. */
const withOlderDeploys = async (
  ways: Ways,
  sofar: PipelineFacts,
  { deployHistory }: RunsRead,
  planJobs: PipelineReadOptions['planJobs'],
  withJobs: (read: RunsRead, known: DeployJobs) => Promise<PipelineFacts>,
): Promise<PipelineFacts> => {
  const { runs, deployTags, deployJobs } = sofar;
  if (deployHistory !== 'page-unread' || runs.kind === 'unknown' || deployTags.kind === 'unknown')
    return sofar;
  if (findDeployed(sofar, ways.client) !== undefined || planJobs(sofar).length > 0) return sofar;
  const older = await readOlderDeploys(ways, runs);
  return 'kind' in older ? { ...sofar, olderDeploys: older } : withJobs(older, deployJobs);
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
    const asked = { workflows: readWorkflows(ways), tags: readTags(ways) };
    const [workflows, first, tags] = await Promise.all([asked.workflows, readRuns(ways, asked), asked.tags]);
    const toFacts = ({ runs, deployHistory }: RunsRead, deployJobs: DeployJobs): PipelineFacts => ({
      repo: client.repo,
      workflows: toFact(workflows, toWorkflowFacts),
      runs,
      deployTags: toFact(tags, toTagFacts),
      deployJobs,
      ...(deployHistory === 'whole' ? {} : { olderDeploys: toUnread(client) }),
    });
    const withJobs = async (read: RunsRead, known: DeployJobs): Promise<PipelineFacts> => {
      const plan = (deployJobs: DeployJobs) => planJobs(toFacts(read, deployJobs));
      const { runs } = read;
      return toFacts(
        read,
        await readDeployJobs({ repo, repoText: client.repo, signal, parts, readCache, plan, runs, known }),
      );
    };
    const sofar = await withJobs(first, new Map());
    const facts = await withOlderDeploys(ways, sofar, first, planJobs, withJobs);
    if (entries.length > 0) await cache.write(entries).catch(() => undefined);
    return facts;
  };
  return { read };
};
