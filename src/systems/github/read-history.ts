/**
 * What a repository says of its past deploys, on every branch and asked anew for each decision: nothing old stands in for what cannot
 * be had, and a list that is cut says so. Health has a cheaper reader of its own; judging is left to `policy/deploy`.
 */
import type { DeployJobFact, HealthClient, PipelineFacts } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type CachedAnswer, type GitHubCache, toTagsKey, toWorkflowsKey } from './cached-answer.ts';
import type { GitHubClient } from './create-client.ts';
import { toUnknown } from './read-commit.ts';
import { readDeployJobs } from './read-deploy-jobs.ts';
import { readDeployRuns, toDeployRunsKeys } from './read-deploy-runs.ts';
import {
  type PipelineReadOptions,
  readTags,
  readWorkflows,
  toFact,
  unknownEverywhere,
} from './read-pipeline.ts';
import type { Ways } from './read-runs.ts';
import type { ReadThroughParts } from './read-through.ts';
import { parseRepo } from './repo-name.ts';
import { toTagFacts, toWorkflowFacts } from './to-facts.ts';

export type HistoryReadOptions = Omit<PipelineReadOptions, 'maxAgeMs'>;

export interface HistoryReader {
  /** Never throws; what could not be had is unknown with its reason. `runs` holds those of the deploy workflow only. */
  readonly read: (client: HealthClient, options: HistoryReadOptions) => Promise<PipelineFacts>;
}

export interface HistoryReaderParts {
  readonly client: Pick<GitHubClient, 'ask'>;
  readonly cache: GitHubCache;
  readonly clock: Clock;
}

const toKeys = ({ repo, deployWorkflow }: HealthClient): readonly string[] => [
  toWorkflowsKey(repo),
  toTagsKey(repo),
  ...toDeployRunsKeys(repo, deployWorkflow),
];

export const createHistoryReader = ({ client: github, cache, clock }: HistoryReaderParts): HistoryReader => {
  // A cache that is away costs calls, not answers.
  const readCache = (keys: readonly string[]) =>
    cache.read(keys).catch(() => new Map<string, CachedAnswer>());

  const read: HistoryReader['read'] = async (client, { signal, planJobs }) => {
    const repo = parseRepo(client.repo);
    if (repo === null)
      return unknownEverywhere(
        client.repo,
        toUnknown('not-configured', 'the repository is not given as owner/name'),
      );
    const entries: CachedAnswer[] = [];
    const parts: ReadThroughParts = {
      client: github,
      clock,
      // Always asked anew; and where GitHub's limit forbids it, a deploy has to wait.
      maxAgeMs: 0,
      staleMs: 0,
      cached: await readCache(toKeys(client)),
      keep: (entry) => entries.push(entry),
    };
    const ways: Ways = { repo, client, signal, parts };
    const asked = readWorkflows(ways);
    const [workflows, found, tags] = await Promise.all([asked, readDeployRuns(ways, asked), readTags(ways)]);
    const toFacts = (deployJobs: ReadonlyMap<string, DeployJobFact>): PipelineFacts => ({
      repo: client.repo,
      workflows: toFact(workflows, toWorkflowFacts),
      ...found,
      deployTags: toFact(tags, toTagFacts),
      deployJobs,
    });
    const facts = toFacts(
      await readDeployJobs({
        repo,
        repoText: client.repo,
        signal,
        parts,
        readCache,
        plan: (deployJobs) => planJobs(toFacts(deployJobs)),
        runs: found.runs,
        known: new Map(),
      }),
    );
    if (entries.length > 0) await cache.write(entries).catch(() => undefined);
    return facts;
  };
  return { read };
};
