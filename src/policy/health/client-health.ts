/** Puts one client's facts together: judged criteria with clocks, the worst state, the priority its tier gives, the deadline. */
import {
  type ClientHealth,
  type ClockedObservation,
  type EnvironmentApi,
  type HealthClient,
  type Observation,
  type PipelineFacts,
  type Priority,
  type Tier,
  type Verdict,
} from './facts.ts';
import { judgeApi } from './judge-api.ts';
import { judgePipeline } from './judge-pipeline.ts';
import { mergeClocks } from './merge-clocks.ts';
import { observeUnknown } from './observe-unknown.ts';

const hourMs = 3_600_000;

/** Response hours by tier (runbook: Premium 4, Standard 8, Self-Service best effort). */
const responseHours: Readonly<Record<Tier, number | null>> = {
  premium: 4,
  standard: 8,
  'self-service': null,
};

const verdictRanks: Readonly<Record<Verdict, number>> = { fail: 3, unknown: 2, warn: 1, pass: 0 };
const priorityRanks: Readonly<Record<Priority, number>> = { P1: 0, P2: 1, critical: 2, none: 3 };

export const comparePriority = (a: Priority, b: Priority): number => priorityRanks[a] - priorityRanks[b];

/** Worst of fail > unknown > warn > pass; no observation at all is unknown, never healthy. */
export const decideState = (observations: readonly Pick<Observation, 'verdict'>[]): Verdict => {
  if (observations.length === 0) return 'unknown';
  return observations.reduce<Verdict>(
    (worst, { verdict }) => (verdictRanks[verdict] > verdictRanks[worst] ? verdict : worst),
    'pass',
  );
};

const decidePriority = (tier: Tier, observation: Pick<Observation, 'criterion' | 'cause'>): Priority => {
  if (tier === 'premium') return 'P1';
  if (tier === 'standard') return observation.criterion === 'ci' ? 'P2' : 'P1';
  const critical = observation.criterion === 'api' || observation.cause === 'workflow-missing';
  return critical ? 'critical' : 'none';
};

/** A failing observation counts, and so does one that failed before and has not passed since: its clock still runs. */
const isRunning = (observation: ClockedObservation): boolean =>
  observation.verdict === 'fail' || (observation.verdict !== 'pass' && observation.since !== null);

const decideRespondBy = (tier: Tier, running: readonly ClockedObservation[]): Date | null => {
  const hours = responseHours[tier];
  if (hours === null || running.length === 0) return null;
  const starts = running.map((observation) => (observation.since ?? observation.observedAt).getTime());
  return new Date(Math.min(...starts) + hours * hourMs);
};

/** When the tier's answer is due, by the oldest clock that runs; null where none runs or the tier promises nothing. */
export const findRespondBy = (tier: Tier, observations: readonly ClockedObservation[]): Date | null =>
  decideRespondBy(tier, observations.filter(isRunning));

/** Offboarding and archived clients are listed, not judged. */
export const toClientHealth = (
  client: HealthClient,
  observations: readonly ClockedObservation[],
): ClientHealth => {
  if (client.status !== 'active') {
    return { client, state: 'not-judged', observations: [], priority: 'none', respondBy: null };
  }
  const running = observations.filter(isRunning);
  const priorities = running.map((observation) => decidePriority(client.tier, observation));
  return {
    client,
    state: decideState(observations),
    observations,
    priority: priorities.toSorted(comparePriority)[0] ?? 'none',
    respondBy: decideRespondBy(client.tier, running),
  };
};

const judgeApis = (apis: readonly EnvironmentApi[], now: Date): readonly Observation[] => {
  if (apis.length === 0) {
    return [
      observeUnknown(
        'api',
        { kind: 'unknown', reason: 'not-configured', say: 'no instance configured' },
        now,
        'production',
      ),
    ];
  }
  const rank = (entry: EnvironmentApi): number => (entry.environment === 'production' ? 0 : 1);
  return apis.toSorted((a, b) => rank(a) - rank(b)).map(judgeApi);
};

export interface ClientFacts {
  readonly client: HealthClient;
  readonly pipeline: PipelineFacts;
  /** One per environment that has an instance; the order does not matter. */
  readonly apis: readonly EnvironmentApi[];
  /** The client's observations of the check before, for the clocks; empty at first. */
  readonly previous: readonly ClockedObservation[];
  readonly now: Date;
}

/** The four criteria in the order in which a person wants them: API, workflow, last deploy, CI. */
export const judgeClient = ({ client, pipeline, apis, previous, now }: ClientFacts): ClientHealth => {
  if (client.status !== 'active') return toClientHealth(client, []);
  const observations = [...judgeApis(apis, now), ...judgePipeline(client, pipeline, now)];
  return toClientHealth(client, mergeClocks(previous, observations));
};
