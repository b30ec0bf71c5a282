/** What is known before a deploy is judged: the version, the repository, the instance, the deploys before it. Read by systems and steps, judged by this folder; no I/O here. */
import type { ApiFact, EnvironmentName, Fact, Observation, Verdict } from '../health/facts.ts';

export interface CommitFact {
  /** 40 hex digits. */
  readonly sha: string;
  /** First line of the message. */
  readonly title: string;
  /** GitHub login where GitHub knows one, else the name in the commit. */
  readonly author: string;
  /** Whether GitHub could verify the signature; unsigned is false. */
  readonly isVerified: boolean;
}

export interface PullFact {
  readonly number: number;
  readonly title: string;
  readonly url: string;
}

/** How the wanted version stands to the live one. */
export interface ChangeFact {
  /** Full SHA of the live commit, also where what is live was named by a tag. */
  readonly base: string;
  readonly standing: 'identical' | 'ahead' | 'behind' | 'diverged';
  readonly aheadBy: number;
  readonly behindBy: number;
  /** Newest first; GitHub gives at most 250, `aheadBy` counts all. */
  readonly commits: readonly CommitFact[];
  /** Paths; GitHub lists at most 300. */
  readonly files: readonly string[];
  readonly areFilesCut: boolean;
  /** Of the newest commits, without doubles, newest first. */
  readonly pulls: readonly PullFact[];
  readonly url: string;
}

export interface CheckFact {
  readonly name: string;
  /** Null while it runs. */
  readonly conclusion: string | null;
  readonly url: string | null;
  /** The workflow run that it is a job of; null where it is of something else. */
  readonly runId: number | null;
}

export interface WorkflowInputFact {
  readonly name: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
  /** Of a choice; null where any text goes. */
  readonly options: readonly string[] | null;
}

/** The deploy workflow as it is at the wanted version. */
export interface WorkflowFileFact {
  readonly blobSha: string;
  /** False where nobody can dispatch it. */
  readonly isDispatchable: boolean;
  readonly inputs: readonly WorkflowInputFact[];
  /** Names of all `vars.…` that it reads. */
  readonly variables: readonly string[];
  /** True where it reads them in a way that does not name which. */
  readonly readsAllVariables: boolean;
  /** Other repositories that it checks out scripts from, the main one first. */
  readonly engines: readonly WorkflowEngine[];
  /** Actions of others that a tag or branch names, so that they may change unseen: "org/action@v1". */
  readonly unpinned: readonly string[];
  /** Why nobody can see here what it runs: "runs another workflow: org/repo/…@main"; null where it can be seen. */
  readonly isOpaque: string | null;
  /** False where its publish replaces what is published (`--no-merge`), null where the file does not show which. */
  readonly doesMerge: boolean | null;
}

export interface WorkflowEngine {
  readonly repo: string;
  readonly ref: EngineRef;
}

/** A fixed ref, or a variable with what stands in where it is not set. */
export type EngineRef =
  | { readonly kind: 'fixed'; readonly ref: string }
  | { readonly kind: 'variable'; readonly name: string; readonly fallback: string | null };

export interface EngineFact {
  readonly repo: string;
  readonly ref: string;
  readonly sha: string;
}

/** Everything that the client's repository says of one version. Where the version itself is unknown, all of it is. */
export interface SourceFacts {
  readonly commit: Fact<CommitFact>;
  /** Null where nothing is live to compare with. */
  readonly change: Fact<ChangeFact> | null;
  /** Whether the environment's branch holds it; null where that was not asked, as the version is that branch. */
  readonly onBranch: Fact<boolean> | null;
  readonly checks: Fact<readonly CheckFact[]>;
  /** Null: there is no such file at that version. */
  readonly workflow: Fact<WorkflowFileFact | null>;
  /** Whatever else the workflow checks out, the main one first; unknown where that cannot be seen. */
  readonly engines: Fact<readonly EngineFact[]>;
  /** Those of the organisation, overridden by those of the repository, and these by those of the environment. */
  readonly variables: Fact<Readonly<Record<string, string>>>;
  /** Text of `acuops.yaml` at that version; null where there is none. */
  readonly settings: Fact<string | null>;
  /** Text of `instance-manifest.json` at that version; null where there is none. */
  readonly manifest: Fact<string | null>;
}

/** `acuops.yaml`, as far as a deploy needs it (contracts 1b iv). */
export interface ProjectSettings {
  /** Null where the file names none: the variable `CUSTOMIZATION_PROJECT_NAME` decides. */
  readonly project: string | null;
  readonly coPublish: readonly string[];
  /** `known_projects` and `isv_packages`, wherever they stand. */
  readonly known: readonly string[];
  readonly isTestTenantEnabled: boolean;
  /** Hours of the day in the client's zone, Monday to Friday. Default 6 and 18. */
  readonly businessHours: { readonly start: number; readonly end: number };
  /** Default 15. */
  readonly cooldownMinutes: number;
}

export interface PublishedFact {
  /** Names of the published projects, as the instance lists them. */
  readonly projects: readonly string[];
}

export interface InstanceFacts {
  readonly api: ApiFact;
  readonly published: Fact<PublishedFact>;
  /** Null where no test tenant is configured. */
  readonly testTenant: { readonly tenant: string; readonly api: ApiFact } | null;
}

/** One past run of the deploy workflow that was meant to deploy. */
export interface PastDeploy {
  readonly runId: number;
  readonly attempt: number;
  readonly sha: string;
  /** Null where nobody can tell. */
  readonly environment: EnvironmentName | null;
  /** `unread`: it completed well, but whether it deployed was not looked into. */
  readonly outcome: 'success' | 'failure' | 'rolled-back' | 'cancelled' | 'running' | 'unread';
  readonly at: Date;
  readonly url: string;
}

export interface LiveVersion {
  /** The commit; of an annotated tag, the tag's own object: `toLiveCommit` tells the commit. */
  readonly sha: string;
  /** What GitHub can compare with: the name of an annotated tag, else the commit. */
  readonly ref: string;
  readonly at: Date;
}

/** The runbook's qualify step in its order (contracts 1b iv), then what the desk itself insists on. */
export const gateNames = [
  'health',
  'orphans',
  'scope',
  'failures',
  'cooldown',
  'hours',
  'staging-first',
  'test-tenant',
  'checks',
  'workflow',
  'co-publish',
  'killswitch',
] as const;
export type GateName = (typeof gateNames)[number];

/** Fail and unknown block; warn is shown to whoever decides. */
export interface Gate {
  readonly name: GateName;
  readonly verdict: Verdict;
  /** Stable, for tests and grouping: `sign-in-refused`, `checks-failed` … */
  readonly cause: string;
  /** Short clause: "2 checks failed: test, lint". No trailing period. */
  readonly say: string;
  /** Belongs to the end of `say`, kept apart so that each reader sees it in their own zone: "publishing" + since 01:40. */
  readonly moment: NonNullable<Observation['moment']> | null;
  /** What to do, one clause, or null. */
  readonly next: string | null;
  readonly url: string | null;
  /** Age of the oldest fact that was judged. */
  readonly observedAt: Date;
}
