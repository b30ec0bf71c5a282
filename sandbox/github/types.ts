/** What a story tells the GitHub stand-in: repositories, workflows, runs and jobs as plain input. How they are kept and shown is the business of the other files. */

export type WorkflowState = 'active' | 'disabled_manually' | 'disabled_inactivity';
export type RunStatus = 'requested' | 'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed';
export type Conclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'neutral'
  | 'timed_out'
  | 'action_required'
  | 'stale'
  | 'startup_failure';

export interface StepInput {
  readonly name: string;
  readonly conclusion: string | null;
  readonly status?: string | undefined;
}

export interface JobInput {
  readonly name: string;
  readonly conclusion: string | null;
  /** Left out: `completed` where there is a conclusion, else `queued`. */
  readonly status?: string | undefined;
  readonly log?: string | undefined;
  readonly steps?: readonly StepInput[] | undefined;
  readonly startedAt?: Date | undefined;
  readonly completedAt?: Date | undefined;
}

export interface RunInput {
  /** Workflow file name such as `ci.yml`; the workflow must have been added. */
  readonly file: string;
  readonly event: string;
  readonly branch?: string | undefined;
  /** Left out: `completed`. */
  readonly status?: RunStatus | undefined;
  /** Left out on a completed run: `failure` if a job failed, else `success`. */
  readonly conclusion?: Conclusion | null | undefined;
  readonly createdAt: Date;
  /** Left out: six minutes after the start for a completed run, else the start. */
  readonly updatedAt?: Date | undefined;
  /** Above 1, the earlier attempts are made up as failed ones. */
  readonly attempt?: number | undefined;
  readonly headSha?: string | undefined;
  readonly actor?: string | undefined;
  readonly displayTitle?: string | undefined;
  readonly jobs: readonly JobInput[];
  /** True sends the `requested` webhook, as for a run that starts now. Seeding is silent. */
  readonly announce?: boolean | undefined;
}

export interface RunPatch {
  readonly status?: RunStatus | undefined;
  readonly conclusion?: Conclusion | null | undefined;
  readonly updatedAt?: Date | undefined;
  /** Merged by name into the jobs of the newest attempt. */
  readonly jobs?: readonly JobInput[] | undefined;
}

export interface RepositoryInput {
  readonly name: string;
  /** Left out: private, as every client's repository is. */
  readonly private?: boolean | undefined;
  /** False: neither the token nor the installation may see it. */
  readonly accessible?: boolean | undefined;
  readonly branches?: readonly string[] | undefined;
}

export interface WorkflowInput {
  readonly file: string;
  readonly name: string;
  readonly state?: WorkflowState | undefined;
}

export interface CommitInput {
  /** Left out: made from repository, title and time. */
  readonly sha?: string | undefined;
  readonly title: string;
  readonly body?: string | undefined;
  /** A login. */
  readonly author: string;
  readonly at: Date;
  /** Left out: the branch's tip; of a new branch, the tip of `main`; of an empty repository, none. */
  readonly parents?: readonly string[] | undefined;
  /** Left out: `main`. Its tip moves to this commit. */
  readonly branch?: string | undefined;
  /** Path to whole text; null deletes. All else is as the first parent had it. */
  readonly files?: Readonly<Record<string, string | null>> | undefined;
  readonly isVerified?: boolean | undefined;
  /** The merged pull request that brought the commit. */
  readonly pull?: PullInput | undefined;
}

export interface PullInput {
  readonly number: number;
  readonly title: string;
}

export interface CheckInput {
  readonly name: string;
  /** Null: still in progress. */
  readonly conclusion: string | null;
  /** When it ended, or began if it is in progress. Left out: three minutes after the commit. */
  readonly at?: Date | undefined;
}

/** A commit status of the older kind, as other CI systems leave them. */
export interface StatusInput {
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** Left out: three minutes after the commit. */
  readonly at?: Date | undefined;
}

export interface Call {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  /** 0 where no answer was sent. */
  readonly status: number;
  /** Primary quota that the call cost: 0 or 1. */
  readonly charged: number;
  readonly at: number;
}

export type Level = 'read' | 'write';
export type Permissions = Readonly<Record<string, Level>>;
