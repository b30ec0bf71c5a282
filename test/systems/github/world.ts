/** A pretend GitHub with one healthy client, a client of ours before it, a cache in memory and a clock that tests move. */
import { afterEach } from 'vitest';
import { createGitHubFront, type GitHubFront } from '../../../sandbox/github/front.ts';
import { planDeployJobs } from '../../../src/policy/health/deploy-runs.ts';
import {
  defaultThresholds,
  type HealthClient,
  type PipelineFacts,
} from '../../../src/policy/health/facts.ts';
import type { CachedAnswer, GitHubCache } from '../../../src/systems/github/cached-answer.ts';
import { createGitHubClient, type GitHubClientOptions } from '../../../src/systems/github/create-client.ts';
import type { JobsWanted } from '../../../src/systems/github/read-deploy-jobs.ts';
import { createPipelineReader, type PipelineReaderParts } from '../../../src/systems/github/read-pipeline.ts';

const closers: (() => unknown)[] = [];
export const afterTest = (close: () => unknown): number => closers.push(close);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export const hourMs = 3_600_000;

export const createTestClock = () => {
  let movedMs = 0;
  return {
    now: () => new Date(Date.now() + movedMs),
    move: (ms: number) => {
      movedMs += ms;
    },
  };
};

export const createMemoryCache = (): GitHubCache & { readonly entries: Map<string, CachedAnswer> } => {
  const entries = new Map<string, CachedAnswer>();
  return {
    entries,
    read: (keys) =>
      Promise.resolve(
        new Map(
          keys.flatMap((key) => {
            const entry = entries.get(key);
            return entry === undefined ? [] : [[key, entry] as const];
          }),
        ),
      ),
    write: (answers) => {
      // Through JSON, as any store would keep it.
      for (const answer of answers)
        entries.set(answer.key, { ...answer, body: JSON.parse(JSON.stringify(answer.body)) as unknown });
      return Promise.resolve();
    },
  };
};

export const toClient = (name: string, patch: Partial<HealthClient> = {}): HealthClient => ({
  targetId: name,
  key: name,
  name,
  repo: `acme/${name}`,
  tier: 'standard',
  status: 'active',
  zone: 'Europe/Berlin',
  deployWorkflow: 'acuops-deploy.yml',
  ciWorkflows: ['ci.yml'],
  productionBranch: 'main',
  defaultBranch: 'main',
  thresholds: defaultThresholds,
  productionUrl: null,
  ...patch,
});

const day = (days: number) => new Date(Date.now() - days * 24 * hourMs);

export const seedClient = (front: GitHubFront, name: string): void => {
  front.addRepository({ name });
  front.addWorkflow(name, { file: 'acuops-deploy.yml', name: 'Deploy' });
  front.addWorkflow(name, { file: 'ci.yml', name: 'CI' });
  front.addRun(name, {
    file: 'acuops-deploy.yml',
    event: 'push',
    createdAt: day(5),
    jobs: [{ name: 'deploy', conclusion: 'success' }],
  });
  front.addRun(name, {
    file: 'ci.yml',
    event: 'push',
    createdAt: day(1),
    jobs: [{ name: 'test', conclusion: 'success' }],
  });
};

export type Options = Partial<GitHubClientOptions> &
  Pick<Partial<PipelineReaderParts>, 'cache' | 'staleMs'> & { readonly latencyMs?: number };

export const openWorld = async (options: Options = {}) => {
  const { latencyMs, cache: given, staleMs, ...clientOptions } = options;
  const clock = createTestClock();
  const front = await createGitHubFront({
    owner: 'acme',
    clock: () => clock.now().getTime(),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  });
  afterTest(() => front.stop());
  const github = createGitHubClient({
    auth: { kind: 'token', token: () => front.token },
    baseUrl: front.apiUrl,
    clock,
    ...clientOptions,
  });
  afterTest(github.close);
  const cache = createMemoryCache();
  const reader = createPipelineReader({
    client: github,
    cache: given ?? cache,
    clock,
    ...(staleMs === undefined ? {} : { staleMs }),
  });
  seedClient(front, 'heritage');
  const read = (
    client: HealthClient = toClient('heritage'),
    {
      maxAgeMs = 300_000,
      boundMs = 10_000,
      planJobs = (facts: PipelineFacts): readonly JobsWanted[] => planDeployJobs(facts, client),
    } = {},
  ) => reader.read(client, { maxAgeMs, signal: AbortSignal.timeout(boundMs), planJobs });
  /** What the last reads cost, and a fresh count. */
  const takeCalls = () => {
    const calls = [...front.calls()];
    front.resetCounts();
    return { count: calls.length, charged: calls.reduce((sum, call) => sum + call.charged, 0), calls };
  };
  return { front, clock, github, cache, reader, read, takeCalls };
};
