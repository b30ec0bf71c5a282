/** What planning a deploy needs from outside; `app.ts` joins it with the real parts. */
import type { Target } from '../../operations/target.ts';
import type { SourceFacts } from '../../policy/deploy/facts.ts';
import type { EnvironmentName, Fact, HealthClient, PipelineFacts } from '../../policy/health/facts.ts';
import type { InstanceReader } from '../../steps/read-instance.ts';

export interface DeployPowers {
  readonly readTarget: (targetId: string) => Promise<Target | null>;
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
  /** Never throws; what could not be had is unknown with its reason. */
  readonly readSource: (request: {
    readonly repo: string;
    readonly ref: string;
    readonly workflow: string;
    readonly environment: EnvironmentName;
    /** `ref` of what is live, to compare with; null where nothing is. */
    readonly live: string | null;
    readonly signal: AbortSignal;
  }) => Promise<SourceFacts>;
  readonly readInstance: InstanceReader;
  /** True where effects on this client are stopped. */
  readonly readKillswitch: (targetId: string) => Promise<Fact<boolean>>;
}
