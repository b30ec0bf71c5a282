/** The powers of a health check in memory, and its steps run on them: what was saved, what the report says. */
import { createHealthSteps } from '../../../src/commands/health/job.ts';
import type { HealthPowers } from '../../../src/commands/health/powers.ts';
import type { ItemResult, Operation, StepContext, StepOutcome } from '../../../src/operations/operation.ts';
import type { Target } from '../../../src/operations/target.ts';
import type { ClientHealth, ClockedObservation } from '../../../src/policy/health/facts.ts';
import { HealthReport } from '../../../src/policy/health/report.ts';
import { now, sampleClient } from '../../policy/health/sample-facts.ts';

export const sampleTarget = (key = 'heritage', over: Partial<Target> = {}): Target => {
  const { name, repo, tier, zone, deployWorkflow } = sampleClient();
  return {
    id: `id-${key}`,
    key,
    name: key === 'heritage' ? name : key,
    repo: repo.replace('heritage', key),
    tier,
    zone,
    status: 'active',
    reference: false,
    slack: null,
    deployWorkflow,
    ciWorkflows: ['ci.yml'],
    branch: 'main',
    thresholds: {},
    contacts: [],
    version: 1,
    environments: [sampleEnvironment(key)],
    ...over,
  };
};

export const sampleEnvironment = (
  site: string,
  over: Partial<Target['environments'][number]> = {},
): Target['environments'][number] => ({
  name: 'production',
  instanceId: `at-${site}`,
  url: `https://${site}.example.com/`,
  tenant: site,
  branch: null,
  usernameRef: 'env:USER',
  passwordRef: 'env:PASSWORD',
  ...over,
});

export interface PretendHealth {
  readonly powers: HealthPowers;
  /** The newest observations of each target, as the store keeps them. */
  readonly stored: Map<string, readonly ClockedObservation[]>;
  readonly saved: readonly ClientHealth[][];
  readonly step: (name: string, given: StepGiven) => Promise<StepOutcome>;
  /** The report of a step that ended the check. */
  readonly judge: (given: StepGiven) => Promise<HealthReport>;
}

export interface StepGiven {
  readonly items?: readonly ItemResult[];
  readonly input?: object;
  readonly operation?: Partial<Operation>;
  readonly at?: Date;
}

export const createPretendHealth = (
  targets: readonly Target[],
  over: Partial<HealthPowers> = {},
): PretendHealth => {
  const stored = new Map<string, readonly ClockedObservation[]>();
  const saved: ClientHealth[][] = [];
  const read = (ids: readonly string[]) =>
    ids.flatMap((targetId) => (stored.get(targetId) ?? []).map((observation) => ({ targetId, observation })));
  const nobody = async (): Promise<never> => {
    throw new Error('steps ask nobody');
  };
  const powers: HealthPowers = {
    readTargets: async () => targets,
    readNeighbours: async () => [],
    readPipeline: nobody,
    readKnownRuns: async () => new Map(),
    probe: nobody,
    reachControl: nobody,
    readClocks: async (ids) => read(ids),
    readPrevious: async () => null,
    readLastOfEach: async () => [],
    saveChecks: async (_operation, ids, _at, judge) => {
      const clients = judge(read(ids));
      saved.push([...clients]);
      for (const { client, observations } of clients) stored.set(client.targetId, observations);
      return clients;
    },
    ...over,
  };
  const steps = createHealthSteps(powers);
  const step: PretendHealth['step'] = async (name, given) => {
    const run = steps[name];
    if (!run) throw new Error(`no step ${name}`);
    return run(toContext(given));
  };
  return {
    powers,
    stored,
    saved,
    step,
    judge: async (given) => {
      const outcome = await step('judge', given);
      if (outcome.kind !== 'done') throw new Error(`the check is not over: ${outcome.kind}`);
      return HealthReport.parse(outcome.result);
    },
  };
};

const toContext = ({ items = [], input = {}, operation = {}, at = now }: StepGiven): StepContext => ({
  operation: {
    id: 'operation-1',
    spokenId: '7F3K2M',
    verb: 'health',
    input: { all: false, failed: false, fresh: false, ...input },
    actor: { team: 'T1', user: 'U1' },
    place: { kind: 'terminal' } as unknown as Operation['place'],
    scope: { kind: 'all' },
    state: 'open',
    step: 'judge',
    memory: {},
    result: null,
    exit: null,
    fence: 1,
    wakeSeq: 0,
    deadlineAt: new Date(now.getTime() + 60_000),
    createdAt: now,
    finishedAt: null,
    ...operation,
  },
  now: () => at,
  signal: new AbortController().signal,
  items: async () => items,
});
