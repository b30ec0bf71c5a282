/** A healthy client and its facts, with every part replaceable. The tests' world stands still at `now`. */
import {
  type ApiFact,
  type DeployJobFact,
  defaultThresholds,
  type EnvironmentApi,
  type Fact,
  type HealthClient,
  type PipelineFacts,
  type RunFact,
  type SignIn,
} from '../../../src/policy/health/facts.ts';

export const now = new Date('2026-11-20T08:00:00.000Z');
export const dayMs = 86_400_000;
export const hourMs = 3_600_000;
export const ago = (ms: number): Date => new Date(now.getTime() - ms);

export const known = <T>(value: T, observedAt: Date = now): Fact<T> => ({ kind: 'known', value, observedAt });
export const unknownFact = { kind: 'unknown', reason: 'unavailable', say: 'GitHub answered 503' } as const;

export const sampleClient = (over: Partial<HealthClient> = {}): HealthClient => ({
  targetId: `id-${over.key ?? 'heritage'}`,
  key: 'heritage',
  name: 'Heritage Fabrics',
  repo: 'acme/acuops-heritage',
  tier: 'premium',
  status: 'active',
  zone: 'America/Chicago',
  deployWorkflow: 'acuops-deploy.yml',
  ciWorkflows: ['acuops-ci.yml'],
  productionBranch: 'main',
  defaultBranch: 'main',
  thresholds: defaultThresholds,
  productionUrl: 'https://heritage.example.com/acme',
  ...over,
});

export const run = (id: number, over: Partial<RunFact> = {}): RunFact => ({
  id,
  attempt: 1,
  file: 'acuops-deploy.yml',
  event: 'push',
  branch: 'main',
  status: 'completed',
  conclusion: 'success',
  headSha: `sha-${id}`,
  title: 'Publish prices',
  url: `https://github.example/runs/${id}`,
  createdAt: ago((1000 - id) * hourMs),
  updatedAt: ago((1000 - id) * hourMs),
  ...over,
});

export const ciRun = (id: number, conclusion: string | null, over: Partial<RunFact> = {}): RunFact =>
  run(id, { file: 'acuops-ci.yml', conclusion, ...over });

export const job = (runId: number, over: Partial<DeployJobFact> = {}): DeployJobFact => ({
  runId,
  attempt: 1,
  conclusion: 'success',
  completedAt: ago(dayMs),
  dryRun: false,
  ...over,
});

export const jobs = (...list: readonly DeployJobFact[]): ReadonlyMap<string, DeployJobFact> =>
  new Map(list.map((entry) => [`${entry.runId}/${entry.attempt}`, entry]));

export const samplePipeline = (over: Partial<PipelineFacts> = {}): PipelineFacts => ({
  repo: 'acme/acuops-heritage',
  workflows: known([{ file: 'acuops-deploy.yml', state: 'active', url: 'https://github.example/workflow' }]),
  runs: known([run(999), ciRun(998, 'success')]),
  deployTags: known([]),
  deployJobs: jobs(job(999)),
  ...over,
});

export const asked = (signIn: SignIn, at: Date = now): ApiFact => ({ kind: 'asked', signIn, at });
export const signedIn: ApiFact = asked({ kind: 'signed-in', tookMs: 120 });
export const production = (api: ApiFact = signedIn, host = 'heritage.example.com'): EnvironmentApi => ({
  environment: 'production',
  host,
  api,
});
export const staging = (api: ApiFact = signedIn): EnvironmentApi => ({
  environment: 'staging',
  host: 'staging.example.com',
  api,
});
