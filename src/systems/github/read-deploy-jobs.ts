/** Reads the jobs of exactly the run attempts that the plan asks for; those of a completed attempt are kept for ever. */
import type { DeployJobFact, Fact, RunFact } from '../../policy/health/facts.ts';
import { JobsPage } from './answers.ts';
import { type CachedAnswer, toJobsKey, toMarkKey } from './cached-answer.ts';
import { type ReadThroughParts, readThrough } from './read-through.ts';
import type { RepoName } from './repo-name.ts';
import { type Attempt, toDeployJobFact } from './to-facts.ts';

export interface JobsWanted {
  readonly runId: number;
  readonly attempt: number;
}

export interface DeployJobsParts {
  readonly repo: RepoName;
  readonly repoText: string;
  readonly signal: AbortSignal;
  readonly parts: ReadThroughParts;
  readonly readCache: (keys: readonly string[]) => Promise<ReadonlyMap<string, CachedAnswer>>;
  readonly plan: (sofar: ReadonlyMap<string, DeployJobFact>) => readonly JobsWanted[];
  readonly runs: Fact<readonly RunFact[]>;
  /** Of an earlier reading; these are handed on and not read again. */
  readonly known: ReadonlyMap<string, DeployJobFact>;
}

/** A plan that never has enough must end: with plans of five, this is twenty runs. */
const mostRounds = 4;

const toKey = ({ runId, attempt }: JobsWanted): string => `${runId}/${attempt}`;

const toAttempt = ({ runId, attempt }: JobsWanted, runs: Fact<readonly RunFact[]>): Attempt => {
  const run = runs.kind === 'known' ? runs.value.find(({ id }) => id === runId) : undefined;
  const isCompleted = run !== undefined && (run.attempt > attempt || run.status === 'completed');
  return { runId, attempt, event: run?.event ?? '', title: run?.title ?? '', isCompleted };
};

export const readDeployJobs = async (
  options: DeployJobsParts,
): Promise<ReadonlyMap<string, DeployJobFact>> => {
  const { repo, repoText, signal, parts, readCache, plan, runs } = options;
  const known = new Map<string, DeployJobFact>(options.known);
  const tried = new Set<string>();

  const readOne = async (wanted: JobsWanted, cached: ReadonlyMap<string, CachedAnswer>): Promise<void> => {
    const attempt = toAttempt(wanted, runs);
    const { runId: run_id, attempt: attempt_number } = wanted;
    const read = await readThrough<JobsPage>(
      {
        repo,
        key: toJobsKey(repoText, wanted.runId, wanted.attempt),
        schema: JobsPage,
        question: {
          route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
          parameters: { run_id, attempt_number, per_page: 100 },
          signal,
        },
        trim: (page) => ({ ...page, is_final: attempt.isCompleted }),
        isFinal: (page) => page.is_final,
      },
      { ...parts, cached },
    );
    if (read.kind === 'known') known.set(toKey(wanted), toDeployJobFact(read.value, attempt));
  };

  for (let round = 0; round < mostRounds; round += 1) {
    const wanted = plan(known).filter((one) => !tried.has(toKey(one)));
    if (wanted.length === 0) break;
    const keys = wanted.map((one) => toJobsKey(repoText, one.runId, one.attempt));
    const cached = await readCache(keys.flatMap((key) => [key, toMarkKey(key)]));
    for (const one of wanted) tried.add(toKey(one));
    await Promise.all(wanted.map((one) => readOne(one, cached)));
  }
  return known;
};
