/** Finds the runs that can be a production deploy and says whose jobs must be read next. Judging the age is left to judge-last-deploy. */
import { decideTags } from './deploy-tags.ts';
import type { DeployJobFact, HealthClient, PipelineFacts, RunFact } from './facts.ts';
import { byNewest, toLatestAttempts } from './runs.ts';

export type DeployClient = Pick<HealthClient, 'deployWorkflow' | 'productionBranch'>;

const deployEvents: ReadonlySet<string> = new Set(['push', 'workflow_dispatch', 'repository_dispatch']);

/**
 * The run list does not carry dispatch inputs; where the run's name says staging (and not production) it was no production
 * deploy. A push is judged by its branch alone: there the title is a commit message.
 */
const isForProduction = (run: RunFact): boolean =>
  run.event === 'push' || !/\bstaging\b/i.test(run.title) || /\bprod(uction)?\b/i.test(run.title);

/** Newest first. A run that failed later, in its checks after the deploy job, is still a candidate. */
export const findDeployRuns = (facts: PipelineFacts, client: DeployClient): readonly RunFact[] => {
  if (facts.runs.kind === 'unknown' || facts.deployTags.kind === 'unknown') return [];
  const { rolledBackShas } = decideTags(facts.deployTags.value);
  return toLatestAttempts(facts.runs.value)
    .filter((run) => run.file === client.deployWorkflow && run.branch === client.productionBranch)
    .filter((run) => deployEvents.has(run.event) && run.status === 'completed' && isForProduction(run))
    .filter((run) => !rolledBackShas.has(run.headSha))
    .toSorted(byNewest);
};

export const readDeployJob = (facts: PipelineFacts, run: RunFact): DeployJobFact | undefined =>
  facts.deployJobs.get(`${run.id}/${run.attempt}`);

export const isDeployed = (job: DeployJobFact | undefined): boolean =>
  job !== undefined && job.conclusion === 'success' && !job.dryRun;

/** The newest run that is known to have deployed, as far as jobs were read. */
export const findDeployed = (facts: PipelineFacts, client: DeployClient): RunFact | undefined =>
  findDeployRuns(facts, client).find((run) => isDeployed(readDeployJob(facts, run)));

/**
 * Whose jobs are needed next, newest first, at most `limit`. Empty when the answer is already settled: by tags, by a
 * successful deploy with nothing unread before it, or because nothing readable is left.
 */
export const planDeployJobs = (
  facts: PipelineFacts,
  client: DeployClient,
  limit = 5,
): { readonly runId: number; readonly attempt: number }[] => {
  if (facts.deployTags.kind === 'unknown' || decideTags(facts.deployTags.value).last !== null) return [];
  const runs = findDeployRuns(facts, client);
  const settledAt = runs.findIndex((run) => isDeployed(readDeployJob(facts, run)));
  const open = settledAt === -1 ? runs : runs.slice(0, settledAt);
  return open
    .filter((run) => readDeployJob(facts, run) === undefined)
    .slice(0, limit)
    .map((run) => ({ runId: run.id, attempt: run.attempt }));
};
