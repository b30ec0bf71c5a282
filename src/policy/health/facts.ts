/** What a health check may know about one client before anything is judged. Read by the systems, judged by this folder; no I/O here. */
import type { Sight } from './sight.ts';

/** pass | warn | fail | unknown: never another word (design §2). */
export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

export type Criterion = 'last-deploy' | 'ci' | 'workflow' | 'api';
export const criteria: readonly Criterion[] = ['api', 'workflow', 'last-deploy', 'ci'];

export type Tier = 'premium' | 'standard' | 'self-service';
export type ClientStatus = 'active' | 'offboarding' | 'archived';

/** Why a fact could not be had. Never the client's fault. */
export type UnknownReason =
  | 'no-access'
  | 'rate-limited'
  | 'unavailable'
  | 'malformed'
  | 'timed-out'
  | 'not-configured'
  | 'held-back';

/** A fact with its age, or the reason there is none. `say` is a short clause such as "GitHub answered 503". */
export type Fact<T> =
  | ({ readonly kind: 'known'; readonly value: T } & Sight)
  | {
      readonly kind: 'unknown';
      readonly reason: UnknownReason;
      readonly say: string;
      /** A moment that belongs to `say`: when a limit ends. */
      readonly until?: Date | undefined;
    };

export interface WorkflowFact {
  /** File name such as `acuops-deploy.yml`. */
  readonly file: string;
  /** GitHub's word: active, disabled_manually, disabled_inactivity, disabled_fork, deleted. */
  readonly state: string;
  readonly url?: string | undefined;
}

export interface RunFact {
  readonly id: number;
  readonly attempt: number;
  readonly file: string;
  readonly event: string;
  readonly branch: string | null;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly title: string;
  readonly url: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the jobs of one run attempt say about deploying; immutable once the run is completed. */
export interface DeployJobFact {
  readonly runId: number;
  readonly attempt: number;
  /** Conclusion of the job named `deploy`, null while it runs, `missing` if the run has no such job. */
  readonly conclusion: string | null;
  readonly completedAt: Date | null;
  /** True when the job only validated: its publish step was skipped, or the run's title says dry run. */
  readonly dryRun: boolean;
  /** What the job's name says it deployed to; null or absent where it names none. */
  readonly environment?: EnvironmentName | null | undefined;
}

export interface TagFact {
  /** Full name, for instance `deploy/prod/20261101-204500` or with `-ROLLED-BACK`. */
  readonly name: string;
  /** The commit; of an annotated tag, the tag's own object, which no run and no commit has. */
  readonly sha: string;
  readonly isAnnotated?: boolean | undefined;
}

/** Everything one repository says. `deployJobs` holds what was read so far, keyed `${runId}/${attempt}`. */
export interface PipelineFacts {
  readonly repo: string;
  readonly workflows: Fact<readonly WorkflowFact[]>;
  /** Runs of the deploy and CI workflows, newest first; each is judged on its own branch. */
  readonly runs: Fact<readonly RunFact[]>;
  readonly deployTags: Fact<readonly TagFact[]>;
  readonly deployJobs: ReadonlyMap<string, DeployJobFact>;
  /** Why runs of the deploy workflow before those in `runs` were not read; absent where there are none. */
  readonly olderDeploys?: Extract<Fact<never>, { kind: 'unknown' }> | undefined;
}

/** How one sign-in ended, by status and body (contracts 1b, platform-facts E1). */
export type SignIn =
  | { readonly kind: 'signed-in'; readonly tookMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'user-limit'; readonly status: number }
  | { readonly kind: 'wrong-tenant' }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'connection-refused' }
  | { readonly kind: 'name-not-found' }
  | { readonly kind: 'connection-lost'; readonly say: string }
  | { readonly kind: 'blocked-address'; readonly say: string }
  | { readonly kind: 'unexpected'; readonly status: number; readonly excerpt: string };

/** What is known of one environment's instance, or why it was not asked. */
export type ApiFact =
  | { readonly kind: 'asked'; readonly signIn: SignIn; readonly at: Date }
  /** A run deploys there now: no sign-in. No link where the run is another client's. */
  | { readonly kind: 'publishing'; readonly since: Date; readonly runUrl: string | null; readonly at: Date }
  /** The same credential was refused before and has not changed: trying again would lock the account. */
  | { readonly kind: 'credential-held'; readonly refusedAt: Date; readonly at: Date }
  /** A worker died holding a session: none is opened until then. */
  | { readonly kind: 'session-held'; readonly until: Date; readonly at: Date }
  /** No credentials: an unsigned request answered (or did not, then `signIn` of a connection kind). */
  | { readonly kind: 'reachable'; readonly at: Date }
  | { readonly kind: 'unreadable-credential'; readonly say: string; readonly at: Date }
  /** Somebody may publish there, and nobody could see. */
  | { readonly kind: 'not-asked'; readonly say: string; readonly at: Date }
  | { readonly kind: 'timed-out'; readonly at: Date };

export type EnvironmentName = 'production' | 'staging';

/** What one environment's instance said. Production comes first wherever environments are listed. */
export interface EnvironmentApi {
  readonly environment: EnvironmentName;
  /** Host name of the instance without path, for instance `heritage.example.com`; null where none is configured. */
  readonly host: string | null;
  readonly api: ApiFact;
}

/** What the control host (an address that is not Acumatica) said in the same check (contracts A20). */
export type ControlAnswer = 'reachable' | 'unreachable' | 'not-asked';

/** Figures that a client may override; defaults are the runbook's (seed 000, Health Check Criteria) and this issue's. */
export interface Thresholds {
  /** Up to this many days pass. Default 25. */
  readonly deployWarnDays: number;
  /** Up to this many days warn, more fail. Default 30. */
  readonly deployFailDays: number;
  /** This many failures in a row fail. Default 3. */
  readonly ciFailStreak: number;
}
export const defaultThresholds: Thresholds = { deployWarnDays: 25, deployFailDays: 30, ciFailStreak: 3 };

/** The client as health needs it. */
export interface HealthClient {
  readonly targetId: string;
  readonly key: string;
  readonly name: string;
  readonly repo: string;
  readonly tier: Tier;
  readonly status: ClientStatus;
  readonly zone: string;
  readonly deployWorkflow: string;
  readonly ciWorkflows: readonly string[];
  /** Where deploys to production come from. */
  readonly productionBranch: string;
  /** Where CI is judged; the same for most clients. */
  readonly defaultBranch: string;
  readonly thresholds: Thresholds;
  readonly productionUrl: string | null;
}

/** One criterion judged at one moment. */
export interface Observation extends Sight {
  readonly criterion: Criterion;
  readonly verdict: Verdict;
  /** Stable, for grouping and tests: `sign-in-refused`, `never-deployed`, `disabled_inactivity` … */
  readonly cause: string;
  /** Short clause for the card: "sign-in refused". No trailing period. */
  readonly say: string;
  /** What to do next, one clause, or null: "rotate the API password and update the secret". */
  readonly next: string | null;
  readonly url: string | null;
  /** Age of the fact that was judged, not of the judgement. */
  readonly observedAt: Date;
  /** When the fact was found to stand still, where nobody may ask for it anew (a refused credential). */
  readonly askedAt?: Date | undefined;
  /** Which of several: the environment for `api`, the workflow file for `ci`; absent where the criterion has only one. */
  readonly subject?: string | undefined;
  /** A moment that belongs to `say`, kept apart so that each reader sees it in their own zone: "publishing" + since 01:40. */
  readonly moment?: { readonly word: 'since' | 'until' | 'at'; readonly at: Date } | undefined;
  /** True where a connection failed, false where one was made, absent where none was tried (feeds "probably one cause"). */
  readonly connection?: boolean | undefined;
  /** Host of the instance that was or would have been asked. */
  readonly host?: string | undefined;
}

/**
 * An observation with the clock it runs: `since` is the first failing observation, kept across checks, null when passing.
 * An unknown or warning observation keeps a `since` that an earlier failure started.
 */
export interface ClockedObservation extends Observation {
  readonly since: Date | null;
}

export type Priority = 'P1' | 'P2' | 'critical' | 'none';

export interface ClientHealth {
  readonly client: HealthClient;
  readonly state: Verdict | 'not-judged';
  readonly observations: readonly ClockedObservation[];
  readonly priority: Priority;
  /** Deadline of the response clock, null where none runs. */
  readonly respondBy: Date | null;
}
