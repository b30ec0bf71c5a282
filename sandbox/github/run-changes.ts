/** How a run moves: a patch, a re-run of its failed jobs, a cancel. Each move changes the tables and says which webhooks it causes. */
import { type AttemptRow, type JobRow, latestAttempt, type RunRow, type Tables } from './tables.ts';
import type { JobInput, RunPatch } from './types.ts';

export type Happening =
  | { readonly event: 'workflow_run'; readonly action: 'requested' | 'in_progress' | 'completed' }
  | { readonly event: 'workflow_job'; readonly action: string; readonly job: JobRow };

export type RunChanges = ReturnType<typeof createRunChanges>;

/** `startup_failure` and friends on a run: what its unfinished jobs end as. The first takes the run's end, the others never ran. */
const finishJobs = (jobs: readonly JobRow[], conclusion: string, at: number): JobRow[] => {
  let isTaken = conclusion === 'success';
  return jobs.map((job) => {
    if (job.status === 'completed') return job;
    const end = conclusion === 'success' ? 'success' : isTaken ? 'skipped' : conclusion;
    isTaken = true;
    return {
      ...job,
      status: 'completed',
      conclusion: end,
      startedAt: Math.min(job.startedAt, at),
      completedAt: at,
      steps: job.steps.map((step) =>
        step.conclusion === null ? { name: step.name, conclusion: end } : step,
      ),
    };
  });
};

export const createRunChanges = (tables: Tables, clock: () => number) => {
  const mergeJobs = (attempt: AttemptRow, patches: readonly JobInput[], at: number): readonly JobRow[] => {
    const merged = attempt.jobs.map((job) => {
      const patch = patches.find((candidate) => candidate.name === job.name);
      if (!patch) return job;
      const [fresh] = tables.toJobs([patch], at, at);
      if (!fresh) return job;
      const wasWaiting = job.status === 'queued' || job.status === 'waiting';
      return {
        ...fresh,
        id: job.id,
        startedAt: patch.startedAt?.getTime() ?? (wasWaiting ? at : job.startedAt),
        log: patch.log ?? (fresh.status === 'completed' && job.log === '' ? fresh.log : job.log),
        steps: patch.steps ?? fresh.steps,
      };
    });
    const added = patches.filter((patch) => !attempt.jobs.some((job) => job.name === patch.name));
    return [...merged, ...tables.toJobs(added, at, at)];
  };

  const compareJobs = (before: readonly JobRow[], after: readonly JobRow[]): Happening[] =>
    after.flatMap((job): Happening[] => {
      const old = before.find((candidate) => candidate.id === job.id);
      return old?.status === job.status ? [] : [{ event: 'workflow_job', action: job.status, job }];
    });

  /** The run itself moved: `in_progress` is told before its jobs' news, `completed` after it. */
  const compareRun = (before: string, after: string, told: 'in_progress' | 'completed'): Happening[] =>
    before !== after && after === told ? [{ event: 'workflow_run', action: told }] : [];

  const patch = (run: RunRow, change: RunPatch): Happening[] => {
    const attempt = latestAttempt(run);
    const at = change.updatedAt?.getTime() ?? clock();
    const { status, jobs } = attempt;
    attempt.updatedAt = at;
    attempt.jobs = mergeJobs(attempt, change.jobs ?? [], at);
    attempt.status = change.status ?? (change.conclusion ? 'completed' : status);
    if (attempt.status === 'completed') {
      attempt.conclusion = change.conclusion ?? attempt.conclusion ?? 'success';
      attempt.jobs = finishJobs(attempt.jobs, attempt.conclusion, at);
    } else {
      attempt.conclusion = null;
    }
    return [
      ...compareRun(status, attempt.status, 'in_progress'),
      ...compareJobs(jobs, attempt.jobs),
      ...compareRun(status, attempt.status, 'completed'),
    ];
  };

  /** Same run id, attempt + 1; `only: 'failed'` keeps the jobs that went well as they were. */
  const rerun = (run: RunRow, only: 'failed' | 'all'): Happening[] => {
    const last = latestAttempt(run);
    const at = clock();
    const isAgain = (job: JobRow): boolean => only === 'all' || job.conclusion !== 'success';
    const inputs = last.jobs.map((job): JobInput => {
      if (isAgain(job))
        return {
          name: job.name,
          conclusion: null,
          log: '',
          steps: job.steps.map(({ name }) => ({ name, conclusion: null })),
        };
      return { ...job, startedAt: new Date(job.startedAt), completedAt: new Date(job.completedAt ?? at) };
    });
    const jobs = tables.toJobs(inputs, at, at);
    run.attempts.push({
      number: last.number + 1,
      startedAt: at,
      status: 'queued',
      conclusion: null,
      updatedAt: at,
      jobs,
    });
    const queued = jobs.filter((job) => job.status === 'queued');
    return [
      { event: 'workflow_run', action: 'requested' },
      ...queued.map((job): Happening => ({ event: 'workflow_job', action: 'queued', job })),
    ];
  };

  return {
    patch,
    rerun,
    cancel: (run: RunRow): Happening[] => patch(run, { status: 'completed', conclusion: 'cancelled' }),
  };
};
