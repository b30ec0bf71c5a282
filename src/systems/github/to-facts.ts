/** GitHub's fields as the facts that health judges; pure. */
import type { DeployJobFact, RunFact, TagFact, WorkflowFact } from '../../policy/health/facts.ts';
import { isTitledDryRun } from '../../policy/health/runs.ts';
import type { JobsPage, Run, TagsPage, WorkflowsPage } from './answers.ts';

/** `.github/workflows/ci.yml@refs/heads/main` and `.github/workflows/ci.yml` are `ci.yml`. */
export const toFile = (path: string): string => path.split('@')[0]?.split('/').at(-1) ?? path;

export const toWorkflowFacts = (page: WorkflowsPage): readonly WorkflowFact[] =>
  page.workflows.map(({ path, state, html_url: url }) => ({ file: toFile(path), state, url }));

export const toRunFact = (run: Run): RunFact => ({
  id: run.id,
  attempt: run.run_attempt,
  file: toFile(run.path),
  event: run.event,
  branch: run.head_branch,
  status: run.status ?? 'queued',
  conclusion: run.conclusion,
  headSha: run.head_sha,
  title: run.display_title.slice(0, 200),
  url: run.html_url,
  createdAt: new Date(run.created_at),
  updatedAt: new Date(run.updated_at),
});

/** Newest first; of the same run only what was seen last. */
export const toRunFacts = (runs: readonly Run[], files: readonly string[]): readonly RunFact[] => {
  const wanted = runs.map(toRunFact).filter((run) => files.includes(run.file));
  const byId = new Map<number, RunFact>();
  for (const run of wanted) {
    const other = byId.get(run.id);
    if (other === undefined || isNewer(run, other)) byId.set(run.id, run);
  }
  return [...byId.values()].toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id);
};

/** Order of what happened to one run: attempts first, then time (whole seconds), then that an end comes after everything else. */
export const isNewer = (
  one: Pick<RunFact, 'attempt' | 'updatedAt' | 'status'>,
  other: Pick<RunFact, 'attempt' | 'updatedAt' | 'status'>,
): boolean => {
  if (one.attempt !== other.attempt) return one.attempt > other.attempt;
  const gap = one.updatedAt.getTime() - other.updatedAt.getTime();
  return gap === 0 ? other.status !== 'completed' && one.status !== other.status : gap > 0;
};

/** The prefix is asked for, but GitHub matches it loosely. */
export const deployTagPrefix = 'deploy/prod/';

export const toTagFacts = (page: TagsPage): readonly TagFact[] =>
  page
    .map(({ ref, object }) => ({
      name: ref.replace(/^refs\/tags\//, ''),
      sha: object.sha,
      ...(object.type === 'tag' ? { isAnnotated: true } : {}),
    }))
    .filter(({ name }) => name.startsWith(deployTagPrefix));

/** `deploy`, `call / deploy` (a reusable workflow) and `deploy (production)` (a matrix). */
const isDeployJob = (name: string): boolean =>
  /^deploy(?: \(|$)/i.test(name.split(' / ').at(-1)?.trim() ?? '');

type Job = JobsPage['jobs'][number];

const readEnvironment = (name: string): DeployJobFact['environment'] => {
  if (/\bprod(?:uction)?\b/i.test(name)) return 'production';
  return /\bstaging\b/i.test(name) ? 'staging' : null;
};

/** Of several, one for each environment, the one for production is asked about. */
const findDeployJob = ({ jobs }: JobsPage): Job | undefined => {
  const all = jobs.filter(({ name }) => isDeployJob(name));
  return all.find(({ name }) => readEnvironment(name) === 'production') ?? all[0];
};

const hasSkippedPublish = ({ steps = [] }: Job): boolean => {
  const publish = steps.filter((step) => /\bpublish/i.test(step.name));
  return publish.length > 0 && publish.every((step) => step.conclusion === 'skipped');
};

export interface Attempt {
  readonly runId: number;
  readonly attempt: number;
  readonly event: string;
  readonly title: string;
  readonly isCompleted: boolean;
}

/** The title of a push is a commit message: one that speaks of dry runs deploys all the same. */
const isTitledSo = ({ event, title }: Attempt): boolean => event !== 'push' && isTitledDryRun({ title });

export const toDeployJobFact = (page: JobsPage, of: Attempt): DeployJobFact => {
  const { runId, attempt, isCompleted } = of;
  const job = findDeployJob(page);
  if (job === undefined) {
    // A job that waits for others is listed only when its turn comes.
    return { runId, attempt, conclusion: isCompleted ? 'missing' : null, completedAt: null, dryRun: false };
  }
  const completedAt = job.completed_at === null ? null : new Date(job.completed_at);
  const dryRun = isTitledSo(of) || hasSkippedPublish(job);
  return {
    runId,
    attempt,
    conclusion: job.status === 'completed' ? job.conclusion : null,
    completedAt,
    dryRun,
    environment: readEnvironment(job.name),
  };
};
