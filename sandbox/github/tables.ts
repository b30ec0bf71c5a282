/** The stand-in's own tables of repositories, workflows, runs, attempts and jobs, and the ways to find them. No HTTP and no webhooks here. */
import { createHash } from 'node:crypto';
import { type CommitGraph, createCommitGraph, findTip } from './commits.ts';
import type {
  Conclusion,
  JobInput,
  RepositoryInput,
  RunInput,
  RunStatus,
  StepInput,
  WorkflowState,
} from './types.ts';

export interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly log: string;
  readonly steps: readonly StepInput[];
}

export interface AttemptRow {
  readonly number: number;
  readonly startedAt: number;
  status: RunStatus;
  conclusion: Conclusion | null;
  updatedAt: number;
  jobs: readonly JobRow[];
}

export interface WorkflowRow {
  readonly id: number;
  readonly file: string;
  readonly name: string;
  readonly createdAt: number;
  state: WorkflowState;
}

export interface RunRow {
  readonly id: number;
  readonly number: number;
  readonly workflow: WorkflowRow;
  readonly event: string;
  readonly branch: string;
  readonly headSha: string;
  readonly actor: string;
  readonly displayTitle: string;
  readonly createdAt: number;
  /** Oldest first, never empty. */
  readonly attempts: AttemptRow[];
}

export interface RepositoryRow {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly createdAt: number;
  accessible: boolean;
  readonly branches: Set<string>;
  readonly workflows: Map<string, WorkflowRow>;
  /** In the order they were added; the routes sort by creation time. */
  readonly runs: Map<number, RunRow>;
  /** The commit of each. */
  readonly tags: Map<string, string>;
  /** Of annotated tags, by name: the sha of the tag's own object. */
  readonly tagObjects: Map<string, string>;
  /** Empty where nobody seeded commits: then the library behind has its own. */
  readonly commits: CommitGraph;
  /** By environment, the repository's own under the empty name. An environment is there when it has an entry. */
  readonly variables: Map<string, Map<string, VariableRow>>;
  /** Those of the organisation that are shared with this repository. */
  readonly organizationVariables: Map<string, VariableRow>;
}

export interface VariableRow {
  readonly name: string;
  readonly value: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const toSha = (text: string): string => createHash('sha1').update(text).digest('hex');

export const latestAttempt = (run: RunRow): AttemptRow => {
  const attempt = run.attempts.at(-1);
  if (!attempt) throw new Error(`run ${run.id} has no attempt`);
  return attempt;
};

const statusOf = (job: JobInput): string => job.status ?? (job.conclusion === null ? 'queued' : 'completed');

/** Ids like GitHub's: run and job ids are beyond 32 bits. */
const createIds = () => {
  const next = { repository: 500_000, workflow: 100_000, run: 19_000_000_000, job: 52_000_000_000 };
  return (kind: keyof typeof next): number => {
    next[kind] += 1;
    return next[kind];
  };
};

export type Tables = ReturnType<typeof createTables>;

export const createTables = (options: { readonly owner: string; readonly clock: () => number }) => {
  const nextId = createIds();
  const repositories = new Map<string, RepositoryRow>();

  const findRepository = (name: string): RepositoryRow | undefined => {
    const bare = name.startsWith(`${options.owner}/`) ? name.slice(options.owner.length + 1) : name;
    return repositories.get(bare.toLowerCase());
  };

  const repository = (name: string): RepositoryRow => {
    const row = findRepository(name);
    if (!row) throw new Error(`no repository "${name}" in the GitHub stand-in; addRepository first`);
    return row;
  };

  const addRepository = (input: RepositoryInput): RepositoryRow => {
    if (findRepository(input.name)) throw new Error(`repository "${input.name}" was added before`);
    const row: RepositoryRow = {
      id: nextId('repository'),
      owner: options.owner,
      name: input.name,
      private: input.private ?? true,
      createdAt: options.clock(),
      accessible: input.accessible ?? true,
      branches: new Set(['main', ...(input.branches ?? [])]),
      workflows: new Map(),
      runs: new Map(),
      tags: new Map(),
      tagObjects: new Map(),
      commits: createCommitGraph(),
      variables: new Map([
        ['', new Map()],
        ['production', new Map()],
      ]),
      organizationVariables: new Map(),
    };
    repositories.set(input.name.toLowerCase(), row);
    return row;
  };

  const toJobs = (jobs: readonly JobInput[], from: number, until: number): JobRow[] => {
    const each = jobs.length === 0 ? 0 : Math.floor((until - from) / jobs.length);
    return jobs.map((job, index) => {
      const status = statusOf(job);
      const startedAt = job.startedAt?.getTime() ?? from + index * each;
      const ended =
        job.completedAt?.getTime() ?? (job.conclusion === 'skipped' ? startedAt : from + (index + 1) * each);
      return {
        id: nextId('job'),
        name: job.name,
        status,
        conclusion: job.conclusion,
        startedAt,
        completedAt: status === 'completed' ? Math.max(ended, startedAt) : null,
        log: job.log ?? `${job.name}: ${job.conclusion ?? status}\n`,
        steps: job.steps ?? [{ name: `Run ${job.name}`, conclusion: job.conclusion, status }],
      };
    });
  };

  const toAttempt = (input: RunInput, number: number, isLast: boolean): AttemptRow => {
    const startedAt = input.createdAt.getTime();
    const status = isLast ? (input.status ?? 'completed') : 'completed';
    const updatedAt =
      input.updatedAt?.getTime() ?? (status === 'completed' ? startedAt + 360_000 : startedAt);
    const failed = input.jobs.some((job) => job.conclusion === 'failure' || job.conclusion === 'timed_out');
    const guessed: Conclusion = failed || !isLast ? 'failure' : 'success';
    const conclusion = status === 'completed' ? (isLast ? (input.conclusion ?? guessed) : 'failure') : null;
    return {
      number,
      startedAt,
      status,
      conclusion,
      updatedAt,
      jobs: toJobs(input.jobs, startedAt, updatedAt),
    };
  };

  const addRun = (name: string, input: RunInput): RunRow => {
    const row = repository(name);
    const workflow = row.workflows.get(input.file);
    if (!workflow) throw new Error(`no workflow "${input.file}" in "${name}"; addWorkflow first`);
    const last = input.attempt ?? 1;
    const attempts = Array.from({ length: last }, (_, index) =>
      toAttempt(input, index + 1, index + 1 === last),
    );
    const id = nextId('run');
    const branch = input.branch ?? 'main';
    const run: RunRow = {
      id,
      number: row.runs.size + 1,
      workflow,
      event: input.event,
      branch,
      headSha: input.headSha ?? findTip(row, branch)?.sha ?? toSha(`${row.name}/${id}`),
      actor: input.actor ?? 'dana-lee',
      displayTitle: input.displayTitle ?? `${workflow.name} on ${branch}`,
      createdAt: input.createdAt.getTime(),
      attempts,
    };
    row.runs.set(id, run);
    row.branches.add(run.branch);
    return run;
  };

  const addWorkflow = (
    name: string,
    input: { file: string; name: string; state?: WorkflowState | undefined },
  ): WorkflowRow => {
    const row = repository(name);
    const workflow: WorkflowRow = {
      id: nextId('workflow'),
      file: input.file,
      name: input.name,
      createdAt: row.createdAt,
      state: input.state ?? 'active',
    };
    row.workflows.set(input.file, workflow);
    return workflow;
  };

  const putVariable = (
    there: Map<string, VariableRow>,
    { name, value }: { readonly name: string; readonly value: string },
  ): void => {
    // GitHub keeps names in capitals.
    const key = name.toUpperCase();
    const now = options.clock();
    there.set(key, { name: key, value, createdAt: there.get(key)?.createdAt ?? now, updatedAt: now });
  };

  const setVariable = (
    repo: string,
    input: { readonly name: string; readonly value: string; readonly environment: string },
  ): void => {
    const { variables } = repository(repo);
    // GitHub finds environments in any case.
    const environment = input.environment.toLowerCase();
    const there = variables.get(environment) ?? new Map<string, VariableRow>();
    variables.set(environment, there);
    putVariable(there, input);
  };

  return {
    setVariable,
    setOrganizationVariable: (repo: string, input: { readonly name: string; readonly value: string }) =>
      putVariable(repository(repo).organizationVariables, input),
    repository,
    findRepository,
    addRepository,
    addWorkflow,
    addRun,
    toJobs,
    list: () => [...repositories.values()],
  };
};

/** By numeric id or by file name, as GitHub takes both. */
export const findWorkflow = (row: RepositoryRow, idOrFile: string): WorkflowRow | undefined =>
  row.workflows.get(idOrFile) ??
  [...row.workflows.values()].find((workflow) => String(workflow.id) === idOrFile);

export const findJob = (
  row: RepositoryRow,
  id: number,
): { run: RunRow; attempt: AttemptRow; job: JobRow } | undefined => {
  for (const run of row.runs.values()) {
    for (const attempt of run.attempts) {
      const job = attempt.jobs.find((candidate) => candidate.id === id);
      if (job) return { run, attempt, job };
    }
  }
  return undefined;
};
