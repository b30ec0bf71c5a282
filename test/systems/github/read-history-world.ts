/** The pretend GitHub of `world.ts` with deploys to two branches, read for their history. */
import type { RunInput } from '../../../sandbox/github/types.ts';
import { type PastClient, planDeployReads } from '../../../src/policy/deploy/past-deploys.ts';
import type { Fact, HealthClient, PipelineFacts } from '../../../src/policy/health/facts.ts';
import type { GitHubCache } from '../../../src/systems/github/cached-answer.ts';
import type { JobsWanted } from '../../../src/systems/github/read-deploy-jobs.ts';
import { createHistoryReader } from '../../../src/systems/github/read-history.ts';
import { openWorld, toClient } from './world.ts';

export const deployFile = 'acuops-deploy.yml';
export const deployRunsPath = `/repos/acme/heritage/actions/workflows/${deployFile}/runs`;

export const pastClient: PastClient = {
  deployWorkflow: deployFile,
  productionBranch: 'main',
  stagingBranch: 'staging',
};

/** Wants the jobs of nothing. */
export const planNone = (): readonly JobsWanted[] => [];

export const planAll = (facts: PipelineFacts): readonly JobsWanted[] =>
  planDeployReads(facts, pastClient, { staging: null, last: 10 });

export const getKnown = <T>(fact: Fact<T>): T => {
  if (fact.kind === 'unknown') throw new Error(`unknown: ${fact.say}`);
  return fact.value;
};

export interface HistoryOptions {
  readonly cache?: GitHubCache;
  /** Done just before the second page is asked for. */
  readonly beforeSecondPage?: () => void;
}

export const openHistory = async ({ cache, beforeSecondPage }: HistoryOptions = {}) => {
  const world = await openWorld();
  const { front, github, clock } = world;
  const reader = createHistoryReader({
    client: {
      ask: (repo, question) => {
        if (question.route.endsWith('/{file}/runs') && question.parameters?.['page'] === 2)
          beforeSecondPage?.();
        return github.ask(repo, question);
      },
    },
    cache: cache ?? world.cache,
    clock,
  });
  const readHistory = (
    planJobs: (facts: PipelineFacts) => readonly JobsWanted[] = planNone,
    client: HealthClient = toClient('heritage'),
  ) => reader.read(client, { signal: AbortSignal.timeout(10_000), planJobs });
  const begunMs = Date.now();
  const addDeploy = (minutesAgo: number, patch: Partial<RunInput> = {}): number => {
    const createdAt = new Date(begunMs - minutesAgo * 60_000);
    return front.addRun('heritage', {
      file: deployFile,
      event: 'push',
      branch: 'main',
      createdAt,
      updatedAt: createdAt,
      jobs: [{ name: 'deploy', conclusion: 'success' }],
      ...patch,
    });
  };
  /** Alternately to both branches, newest one hour ago; with that of `seedClient`, five days ago, there is one more. */
  const addDeploys = (count: number, patch: Partial<RunInput> = {}): void => {
    for (let index = 0; index < count; index += 1)
      addDeploy(60 + index, { branch: index % 2 === 0 ? 'main' : 'staging', ...patch });
  };
  return { ...world, readHistory, addDeploy, addDeploys };
};
