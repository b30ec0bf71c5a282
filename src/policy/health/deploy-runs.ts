/** Finds the runs that can be a production deploy and says whose jobs must be read next. Judging the age is left to judge-last-deploy. */
import { decideTags } from './deploy-tags.ts';
import type { DeployJobFact, EnvironmentName, HealthClient, PipelineFacts, RunFact } from './facts.ts';
import { byNewest, toLatestAttempts } from './runs.ts';

export type DeployClient = Pick<HealthClient, 'deployWorkflow' | 'productionBranch'>;

export const deployEvents: ReadonlySet<string> = new Set([
  'push',
  'workflow_dispatch',
  'repository_dispatch',
]);

type Aim = EnvironmentName | 'unnamed';

/** Null where nothing says which one, or both are named. */
export const readTitle = (title: string): EnvironmentName | null => {
  const isStaging = /\b(?:staging|stg)\b/i.test(title);
  const isProduction = /\bprod(?:uction)?\b/i.test(title);
  if (isStaging === isProduction) return null;
  return isStaging ? 'staging' : 'production';
};

/**
 * Where a run deployed to. A job's own name is surest; a push goes where its branch goes, and its title is only a commit message.
 * No list and no job carries the inputs of a dispatch, and both environments can be dispatched from one branch (contracts 1b), so
 * a dispatch that names neither may be either: GitHub's own title is the workflow's name. The deployments of `production` would
 * tell, but need one more right of the App; the pipeline tags each deploy to production, so few clients ever come to this.
 */
const decideAim = (run: RunFact, job: DeployJobFact | undefined): Aim =>
  job?.environment ?? (run.event === 'push' ? 'production' : (readTitle(run.title) ?? 'unnamed'));

/** Newest first. A run that failed later, in its checks after the deploy job, is still a candidate. */
const findDeployRuns = (facts: PipelineFacts, client: DeployClient): readonly RunFact[] => {
  if (facts.runs.kind === 'unknown' || facts.deployTags.kind === 'unknown') return [];
  const { rolledBackShas } = decideTags(facts.deployTags.value);
  return toLatestAttempts(facts.runs.value)
    .filter((run) => run.file === client.deployWorkflow && run.branch === client.productionBranch)
    .filter((run) => deployEvents.has(run.event) && run.status === 'completed')
    .filter((run) => run.event === 'push' || readTitle(run.title) !== 'staging')
    .filter((run) => !rolledBackShas.has(run.headSha))
    .toSorted(byNewest);
};

export const readDeployJob = (facts: PipelineFacts, run: RunFact): DeployJobFact | undefined =>
  facts.deployJobs.get(`${run.id}/${run.attempt}`);

export const didDeploy = (job: DeployJobFact | undefined): boolean =>
  job !== undefined && job.conclusion === 'success' && !job.dryRun;

const findTo = (aim: Aim, facts: PipelineFacts, runs: readonly RunFact[]): RunFact | undefined =>
  runs.find((run) => {
    const job = readDeployJob(facts, run);
    return didDeploy(job) && decideAim(run, job) === aim;
  });

/** The newest run that is known to have deployed to production, as far as jobs were read. */
export const findDeployed = (facts: PipelineFacts, client: DeployClient): RunFact | undefined =>
  findTo('production', facts, findDeployRuns(facts, client));

const findOpen = (facts: PipelineFacts, client: DeployClient): readonly RunFact[] => {
  const runs = findDeployRuns(facts, client);
  const settledBy = findTo('production', facts, runs);
  return settledBy === undefined ? runs : runs.slice(0, runs.indexOf(settledBy));
};

/** The newest run that deployed, nobody can tell where to; only after the newest to production does it matter. */
export const findUnnamedDeploy = (facts: PipelineFacts, client: DeployClient): RunFact | undefined =>
  findTo('unnamed', facts, findOpen(facts, client));

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
  return findOpen(facts, client)
    .filter((run) => readDeployJob(facts, run) === undefined)
    .slice(0, limit)
    .map((run) => ({ runId: run.id, attempt: run.attempt }));
};
