/** What planning a deploy needs from outside; `app.ts` joins it with the real parts. */
import type { Target } from '../../operations/target.ts';
import type { SourceFacts } from '../../policy/deploy/facts.ts';
import type { EnvironmentName, Fact, HealthClient, PipelineFacts } from '../../policy/health/facts.ts';
import type { InstanceReader } from '../../steps/read-instance.ts';

interface HistoryOptions {
  readonly signal: AbortSignal;
  /** Says whose jobs are needed next; asked again with what was read, until it wants nothing new. */
  readonly planJobs: (
    facts: PipelineFacts,
  ) => readonly { readonly runId: number; readonly attempt: number }[];
}

export interface DeployPowers {
  readonly readTarget: (targetId: string) => Promise<Target | null>;
  /** Others on the same instances: their publishes restart ours too. */
  readonly readNeighbours: (targets: readonly Target[]) => Promise<readonly Target[]>;
  /** What a neighbour's newest runs say of publishing now. */
  readonly readPipeline: (
    client: HealthClient,
    options: { readonly maxAgeMs: number } & HistoryOptions,
  ) => Promise<PipelineFacts>;
  /** Deploys of the client on every branch, asked anew each time; a list that is cut says so. */
  readonly readHistory: (client: HealthClient, options: HistoryOptions) => Promise<PipelineFacts>;
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
