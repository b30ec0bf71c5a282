/** What a health check needs from outside; `app.ts` joins it with the real parts. */
import type { Json } from '../../operations/json.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Target } from '../../operations/target.ts';
import type {
  ClientHealth,
  ClockedObservation,
  HealthClient,
  PipelineFacts,
} from '../../policy/health/facts.ts';
import type { KnownRuns } from '../../policy/publishing.ts';
import type { InstanceProbe } from '../../steps/probe-instance.ts';

export interface HealthPowers {
  readonly readTargets: (scope: Scope, filter: { tier?: string }) => Promise<readonly Target[]>;
  /** Others on the same instances: their publishes restart ours too. */
  readonly readNeighbours: (targets: readonly Target[]) => Promise<readonly Target[]>;
  readonly readPipeline: (
    client: HealthClient,
    options: {
      maxAgeMs: number;
      signal: AbortSignal;
      planJobs: (facts: PipelineFacts) => readonly { runId: number; attempt: number }[];
    },
  ) => Promise<PipelineFacts>;
  /** What was read of their runs before, by the target's id; GitHub is not asked. */
  readonly readKnownRuns: (targets: readonly Target[]) => Promise<ReadonlyMap<string, KnownRuns>>;
  readonly probe: InstanceProbe;
  readonly reachControl: (signal: AbortSignal) => Promise<boolean>;
  readonly readClocks: (targetIds: readonly string[]) => Promise<readonly StoredClock[]>;
  /** The newest finished check of the same scope but this one. */
  readonly readPrevious: (operation: Operation, scopeKey: string) => Promise<EarlierCheck | null>;
  /** Whatever their scopes: those that were the last of any of these targets before this one, newest first. */
  readonly readLastOfEach: (
    operation: Operation,
    targetIds: readonly string[],
  ) => Promise<readonly EarlierCheck[]>;
  /** One check at a time: hands in the clocks as they stand then, writes what is judged by them and gives it back. */
  readonly saveChecks: (
    operation: Operation,
    targetIds: readonly string[],
    at: Date,
    judge: (clocks: readonly StoredClock[]) => readonly ClientHealth[],
  ) => Promise<readonly ClientHealth[]>;
}

export interface StoredClock {
  readonly targetId: string;
  readonly observation: ClockedObservation;
}

export interface EarlierCheck {
  readonly spokenId: string;
  readonly result: Json;
}
