/** Which runs were meant to deploy, where they went and how each ended. What is live, and whose jobs are read for it, is left to `past-deploys.ts`. */
import { deployEvents, didDeploy, readDeployJob, readTitle } from '../health/deploy-runs.ts';
import type { TagsSay } from '../health/deploy-tags.ts';
import type { DeployJobFact, EnvironmentName, PipelineFacts, RunFact } from '../health/facts.ts';
import { isTitledDryRun, toLatestAttempts } from '../health/runs.ts';
import type { PastDeploy } from './facts.ts';

export interface PastClient {
  readonly deployWorkflow: string;
  readonly productionBranch: string;
  /** Null where no staging is configured. */
  readonly stagingBranch: string | null;
}

/** One run that was meant to deploy, with what is known of its deploy job. */
export interface Meant {
  readonly run: RunFact;
  readonly job: DeployJobFact | undefined;
  readonly environment: EnvironmentName | null;
  /** The end of its deploy; as long as its job is not read, the last change of the run, which is never before that. */
  readonly at: Date;
}

type Outcome = PastDeploy['outcome'];

const failing: ReadonlySet<string> = new Set(['failure', 'timed_out', 'startup_failure']);

/** A push goes where its branch goes. Where both environments have one branch, nobody can tell. */
const readBranch = (branch: string | null, client: PastClient): EnvironmentName | null => {
  const isProduction = branch === client.productionBranch;
  const isStaging = branch === client.stagingBranch;
  if (isProduction === isStaging) return null;
  return isProduction ? 'production' : 'staging';
};

/** A dispatch is told where by an input that no list shows, so only a name may tell; its branch may go to either. */
const readEnvironment = (
  run: RunFact,
  job: DeployJobFact | undefined,
  client: PastClient,
): EnvironmentName | null => {
  if (job?.environment) return job.environment;
  if (run.event === 'push') return readBranch(run.branch, client);
  return readTitle(run.title);
};

/** The title of a push is a commit message: one that speaks of dry runs deploys all the same. */
const isMeant = (run: RunFact, client: PastClient): boolean => {
  if (run.file !== client.deployWorkflow || !deployEvents.has(run.event) || run.conclusion === 'skipped')
    return false;
  if (run.event !== 'push') return !isTitledDryRun(run);
  return (
    run.branch === client.productionBranch || (run.branch !== null && run.branch === client.stagingBranch)
  );
};

/** Newest first by the end, not by the start: an old run that was started again deployed later than it was made. */
const byLatest = (a: Meant, b: Meant): number => b.at.getTime() - a.at.getTime() || b.run.id - a.run.id;

export const listMeant = (facts: PipelineFacts, client: PastClient): readonly Meant[] => {
  if (facts.runs.kind === 'unknown') return [];
  return toLatestAttempts(facts.runs.value)
    .filter((run) => isMeant(run, client))
    .map((run) => {
      const job = readDeployJob(facts, run);
      const at = job?.completedAt ?? run.updatedAt;
      return { run, job, environment: readEnvironment(run, job, client), at };
    })
    .toSorted(byLatest);
};

/** What a run that did not fail says of its deploy, by its job; null where it was none. */
const decideByJob = ({ job }: Meant): Outcome | null => {
  if (job === undefined || job.conclusion === null) return 'unread';
  if (didDeploy(job)) return 'success';
  if (failing.has(job.conclusion)) return 'failure';
  return job.conclusion === 'cancelled' ? 'cancelled' : null;
};

/**
 * A failed run stays a failure whatever its job says: where a build or an earlier step fails, GitHub skips the job or its publish
 * step, and both look like a dry run.
 */
const decideByRun = (meant: Meant): Outcome | null => {
  const { status, conclusion } = meant.run;
  if (status !== 'completed') return 'running';
  if (failing.has(conclusion ?? '')) return 'failure';
  return conclusion === 'cancelled' ? 'cancelled' : decideByJob(meant);
};

const settled: ReadonlySet<Outcome | null> = new Set(['success', 'failure']);

/**
 * Which deploy a tag means that tells its stamp alone: the tag is set while its run goes on. Where no run is known to have gone on then,
 * it may be any that ended before, up to the newest good one: rather one too many than one that was taken back and looks good.
 */
const findHidden = (there: readonly Meant[], at: Date): readonly Meant[] => {
  const [stamp, ended] = [at.getTime(), there.filter(({ run }) => run.status === 'completed')];
  const around = ended.filter(
    ({ run }) => run.createdAt.getTime() <= stamp && stamp <= run.updatedAt.getTime(),
  );
  if (around.some((one) => settled.has(decideByRun(one)))) return around;
  const before = ended.find((one) => one.at.getTime() <= stamp && decideByRun(one) === 'success');
  return before === undefined ? around : [...around, before];
};

/** The tags tell of production only: that a version was taken back there says nothing of staging. */
export const findRolledBack = (
  meant: readonly Meant[],
  { rolledBackShas, hiddenRollbacks }: Pick<TagsSay, 'rolledBackShas' | 'hiddenRollbacks'>,
): ReadonlySet<RunFact> => {
  const there = meant.filter(({ environment }) => environment !== 'staging');
  const told = there.filter(({ run }) => rolledBackShas.has(run.headSha));
  // One whose job is not read yet is judged when it is.
  const hidden = hiddenRollbacks
    .flatMap((at) => findHidden(there, at))
    .filter((one) => decideByRun(one) !== 'unread');
  return new Set([...told, ...hidden].map(({ run }) => run));
};

export const decideOutcome = (meant: Meant, rolledBack: ReadonlySet<RunFact>): Outcome | null => {
  const ended = decideByRun(meant);
  return ended !== null && ended !== 'running' && rolledBack.has(meant.run) ? 'rolled-back' : ended;
};
