/**
 * Tells from a repository's runs, jobs and tags which deploys there were, what is live, and whose jobs must be read to know it. A run
 * that started again counts with its latest attempt and at the time of that one. Reading is left to the systems.
 */
import { deployEvents, didDeploy, readDeployJob, readTitle } from '../health/deploy-runs.ts';
import { decideTags } from '../health/deploy-tags.ts';
import type { DeployJobFact, EnvironmentName, Fact, PipelineFacts, RunFact } from '../health/facts.ts';
import { isTitledDryRun, toLatestAttempts } from '../health/runs.ts';
import { joinSights, type Sight } from '../health/sight.ts';
import type { LiveVersion, PastDeploy, SourceFacts } from './facts.ts';

export interface PastClient {
  readonly deployWorkflow: string;
  readonly productionBranch: string;
  /** Null where no staging is configured. */
  readonly stagingBranch: string | null;
}

/** One run that was meant to deploy, with what is known of its deploy job. */
interface Meant {
  readonly run: RunFact;
  readonly job: DeployJobFact | undefined;
  readonly environment: EnvironmentName | null;
  /** The end of its deploy; as long as its job is not read, the last change of the run, which is never before that. */
  readonly at: Date;
}

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
  const named = readTitle(run.title);
  return named === 'unnamed' ? null : named;
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

const listMeant = (facts: PipelineFacts, client: PastClient): readonly Meant[] => {
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

/** The tags tell of production only: that a version was taken back there says nothing of staging. */
const isRolledBack = ({ run, environment }: Meant, rolledBackShas: ReadonlySet<string>): boolean =>
  environment !== 'staging' && rolledBackShas.has(run.headSha);

/** What a run that did not fail says of its deploy, by its job; null where it was none. */
const decideByJob = ({ job }: Meant): PastDeploy['outcome'] | null => {
  if (job === undefined || job.conclusion === null) return 'unread';
  if (didDeploy(job)) return 'success';
  if (failing.has(job.conclusion)) return 'failure';
  return job.conclusion === 'cancelled' ? 'cancelled' : null;
};

/**
 * A failed run stays a failure whatever its job says: where a build or an earlier step fails, GitHub skips the job or its publish
 * step, and both look like a dry run.
 */
const decideOutcome = (meant: Meant, rolledBackShas: ReadonlySet<string>): PastDeploy['outcome'] | null => {
  const { status, conclusion } = meant.run;
  if (status !== 'completed') return 'running';
  const ended = failing.has(conclusion ?? '')
    ? 'failure'
    : conclusion === 'cancelled'
      ? 'cancelled'
      : decideByJob(meant);
  return ended !== null && isRolledBack(meant, rolledBackShas) ? 'rolled-back' : ended;
};

const toPast = (meant: Meant, rolledBackShas: ReadonlySet<string>): PastDeploy | null => {
  const { run, environment, at } = meant;
  const outcome = decideOutcome(meant, rolledBackShas);
  if (outcome === null) return null;
  return { runId: run.id, attempt: run.attempt, sha: run.headSha, environment, outcome, at, url: run.url };
};

/** Newest first. Unknown as long as the tags are: a deploy that was taken back would look like a good one. */
export const toPastDeploys = (facts: PipelineFacts, client: PastClient): Fact<readonly PastDeploy[]> => {
  const { runs, deployTags } = facts;
  if (runs.kind === 'unknown') return runs;
  if (deployTags.kind === 'unknown') return deployTags;
  const { rolledBackShas } = decideTags(deployTags.value);
  return {
    kind: 'known',
    value: listMeant(facts, client)
      .map((meant) => toPast(meant, rolledBackShas))
      .filter((past) => past !== null),
    ...joinSights([runs, deployTags]),
  };
};

const mayBe = ({ environment: named }: Meant, environment: EnvironmentName): boolean =>
  named === null || named === environment;

interface Candidates {
  /** The newest that is known to have deployed there. A run that failed later, in its checks, left its version live. */
  readonly deployed: Meant | undefined;
  /** Newer runs that deployed, nobody can tell where to. */
  readonly unnamed: readonly Meant[];
  /** Newer runs whose jobs were not read. */
  readonly unread: readonly Meant[];
}

const findCandidates = (
  facts: PipelineFacts,
  client: PastClient,
  environment: EnvironmentName,
  rolledBackShas: ReadonlySet<string>,
): Candidates => {
  const runs = listMeant(facts, client).filter(
    (meant) =>
      meant.run.status === 'completed' && mayBe(meant, environment) && !isRolledBack(meant, rolledBackShas),
  );
  const deployed = runs.find((meant) => didDeploy(meant.job) && meant.environment === environment);
  const newer = deployed === undefined ? runs : runs.slice(0, runs.indexOf(deployed));
  return {
    deployed,
    unnamed: newer.filter(({ job }) => didDeploy(job)),
    // A run that could not start has no jobs.
    unread: newer.filter(({ run, job }) => job === undefined && run.conclusion !== 'startup_failure'),
  };
};

const say = (text: string): Extract<Fact<never>, { kind: 'unknown' }> => ({
  kind: 'unknown',
  reason: 'unavailable',
  say: text,
});

const findByRuns = (
  facts: PipelineFacts,
  { deployed, unnamed, unread }: Candidates,
  sights: readonly [Sight, ...Sight[]],
): Fact<LiveVersion | null> => {
  if (unread.length > 0) return say('deploy jobs of recent runs not read');
  if (unnamed.length > 0) return say('the newest deploy run does not say which environment');
  if (deployed === undefined && facts.olderDeploys !== undefined) return facts.olderDeploys;
  const sha = deployed?.run.headSha ?? '';
  const value = deployed === undefined ? null : { sha, ref: sha, at: deployed.at };
  return { kind: 'known', value, ...joinSights(sights) };
};

/** Null says that nothing was ever deployed there, and is said of a whole history only. */
export const findLive = (
  facts: PipelineFacts,
  client: PastClient,
  environment: EnvironmentName,
): Fact<LiveVersion | null> => {
  const { runs, deployTags } = facts;
  if (deployTags.kind === 'unknown') return deployTags;
  const { last, rolledBackShas, isRollbackHidden } = decideTags(deployTags.value);
  if (environment === 'production' && last !== null) {
    const { sha, at, name, isAnnotated } = last;
    return { kind: 'known', value: { sha, at, ref: isAnnotated ? name : sha }, ...joinSights([deployTags]) };
  }
  // Else the deploy that was taken back could be named.
  if (environment === 'production' && isRollbackHidden)
    return say('a rolled-back deploy has an annotated tag, so its commit is not read');
  if (runs.kind === 'unknown') return runs;
  const candidates = findCandidates(facts, client, environment, rolledBackShas);
  return findByRuns(facts, candidates, [runs, deployTags]);
};

/** Names the commit where a tag was annotated: only the comparison with it tells which one it marks. */
export const toLiveCommit = (
  live: Fact<LiveVersion | null>,
  change: SourceFacts['change'],
): Fact<LiveVersion | null> => {
  if (live.kind === 'unknown' || live.value === null || live.value.ref === live.value.sha) return live;
  if (change === null) return say('the commit of the live tag not read');
  if (change.kind === 'unknown') return change;
  return { ...live, value: { ...live.value, sha: change.value.base } };
};

export interface DeployReadsWanted {
  /** The version that must have been on staging; null where that is not asked. */
  readonly staging: string | null;
  /** How many finished deploys of an environment are to be known. */
  readonly last: number;
}

const mostPerRound = 10;

/** Of the last finished ones: those that may be no deploy at all, and those whose job may name where they went. */
const findUnreadOfLast = (
  meant: readonly Meant[],
  environment: EnvironmentName,
  rolledBackShas: ReadonlySet<string>,
  last: number,
): readonly Meant[] =>
  meant
    .filter((one) => mayBe(one, environment))
    .map((one) => ({ one, outcome: decideOutcome(one, rolledBackShas) }))
    .filter(({ outcome }) => outcome !== null && outcome !== 'running' && outcome !== 'cancelled')
    .slice(0, last)
    .filter(({ one, outcome }) => outcome === 'unread' || one.environment === null)
    .map(({ one }) => one);

/**
 * Whose jobs are needed next: for what is live, for the wanted version on staging, then for the last deploys. Asked again with what
 * was read, it wants less each time and in the end nothing.
 */
export const planDeployReads = (
  facts: PipelineFacts,
  client: PastClient,
  wanted: DeployReadsWanted,
): { readonly runId: number; readonly attempt: number }[] => {
  if (facts.deployTags.kind === 'unknown') return [];
  const { last, rolledBackShas } = decideTags(facts.deployTags.value);
  const meant = listMeant(facts, client);
  // Who asks for a version on staging deploys to production.
  const environments: readonly EnvironmentName[] =
    wanted.staging !== null || client.stagingBranch === null ? ['production'] : ['production', 'staging'];
  const forLive = environments
    .filter((environment) => environment === 'staging' || last === null)
    .flatMap((environment) => findCandidates(facts, client, environment, rolledBackShas).unread);
  const forStaging = meant.filter((one) => one.run.headSha === wanted.staging && mayBe(one, 'staging'));
  const forLast = environments.flatMap((environment) =>
    findUnreadOfLast(meant, environment, rolledBackShas, wanted.last),
  );
  const unread = [...forLive, ...forStaging, ...forLast].filter(
    ({ run, job }) => job === undefined && run.status === 'completed' && run.conclusion !== 'startup_failure',
  );
  return [...new Set(unread.map(({ run }) => run))]
    .slice(0, mostPerRound)
    .map((run) => ({ runId: run.id, attempt: run.attempt }));
};
