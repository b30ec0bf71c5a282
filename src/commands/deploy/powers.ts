/** What planning a deploy needs from outside; `app.ts` joins it with the real parts. */
import type { ApprovalRound, ApprovalRule } from '../../operations/approval.ts';
import type { Actor } from '../../operations/call.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Target } from '../../operations/target.ts';
import type { SourceFacts } from '../../policy/deploy/facts.ts';
import type { EnvironmentName, Fact, HealthClient, PipelineFacts, Tier } from '../../policy/health/facts.ts';
import type { InstanceReader } from '../../steps/read-instance.ts';

interface HistoryOptions {
  readonly signal: AbortSignal;
  /** Says whose jobs are needed next; asked again with what was read, until it wants nothing new. */
  readonly planJobs: (
    facts: PipelineFacts,
  ) => readonly { readonly runId: number; readonly attempt: number }[];
}

export interface Reminder {
  readonly round: number;
  readonly client: string;
  readonly environment: EnvironmentName;
  readonly missing: number;
  readonly expiresAt: Date;
  readonly groups: readonly string[];
  /** They are asked anew, not only waited for. */
  readonly isAnew: boolean;
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
    /** The branch that the version should be on; null where it is that branch. */
    readonly branch: string | null;
    readonly signal: AbortSignal;
  }) => Promise<SourceFacts>;
  readonly readInstance: InstanceReader;
  /** Keyed, and the same for the same parts as long as the desk keeps its key. */
  readonly fingerprint: (...parts: readonly string[]) => string;
  /** How many must agree, and for how long they are asked. */
  readonly findRule: (tier: Tier, environment: EnvironmentName) => ApprovalRule;
  /** The same round again changes nothing and gives what stands, with its votes. */
  readonly openRound: (operationId: string, round: Omit<ApprovalRound, 'votes'>) => Promise<ApprovalRound>;
  /** The newest round of an operation with its votes. */
  readonly readRound: (operationId: string) => Promise<ApprovalRound | null>;
  /** Read anew; false where it cannot be read. */
  readonly mayDecide: (person: Actor, targetId: string) => Promise<boolean>;
  /** Who may decide on this client, as far as Slack tells; groups by their id. */
  readonly readApprovers: (
    targetId: string,
  ) => Promise<{ readonly groups: readonly string[]; readonly people: readonly Actor[] }>;
  /** The card comes to them directly, once each. */
  readonly showTo: (operationId: string, people: readonly Actor[]) => Promise<void>;
  /** Says once more, where it was asked, that a round waits. */
  readonly remind: (operation: Operation, reminder: Reminder) => Promise<void>;
  /** The sentence that says why effects on this client are stopped; null where they are not. */
  readonly readKillswitch: (targetId: string) => Promise<Fact<string | null>>;
}
