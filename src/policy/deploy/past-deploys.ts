/**
 * Tells from a repository's runs, jobs and tags which deploys there were, what is live, and whose jobs must be read to know it. A run
 * that started again counts with its latest attempt and at the time of that one. Reading is left to the systems.
 */
import { deployEvents, didDeploy } from '../health/deploy-runs.ts';
import { decideTags } from '../health/deploy-tags.ts';
import type { EnvironmentName, Fact, PipelineFacts, RunFact } from '../health/facts.ts';
import { joinSights, type Sight } from '../health/sight.ts';
import type { LiveVersion, PastDeploy, SourceFacts } from './facts.ts';
import { decideOutcome, findRolledBack, listMeant, type Meant, type PastClient } from './meant-runs.ts';

export type { PastClient } from './meant-runs.ts';

const toPast = (meant: Meant, rolledBack: ReadonlySet<RunFact>): PastDeploy | null => {
  const { run, environment, at } = meant;
  const outcome = decideOutcome(meant, rolledBack);
  if (outcome === null) return null;
  return { runId: run.id, attempt: run.attempt, sha: run.headSha, environment, outcome, at, url: run.url };
};

/** Newest first. Unknown as long as the tags are: a deploy that was taken back would look like a good one. */
export const toPastDeploys = (facts: PipelineFacts, client: PastClient): Fact<readonly PastDeploy[]> => {
  const { runs, deployTags } = facts;
  if (runs.kind === 'unknown') return runs;
  if (deployTags.kind === 'unknown') return deployTags;
  const meant = listMeant(facts, client);
  const rolledBack = findRolledBack(meant, decideTags(deployTags.value));
  return {
    kind: 'known',
    value: meant.map((one) => toPast(one, rolledBack)).filter((past) => past !== null),
    ...joinSights([runs, deployTags]),
  };
};

/** Jobs of these are checks of their commit as well, but prove nothing of it. */
export const toDeployRunIds = (
  { runs }: PipelineFacts,
  { deployWorkflow }: PastClient,
): Fact<readonly number[]> => {
  if (runs.kind === 'unknown') return runs;
  const own = runs.value.filter(({ file, event }) => file === deployWorkflow && deployEvents.has(event));
  return { ...runs, value: own.map(({ id }) => id) };
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
  meant: readonly Meant[],
  environment: EnvironmentName,
  rolledBack: ReadonlySet<RunFact>,
): Candidates => {
  const runs = meant.filter(
    (one) => one.run.status === 'completed' && mayBe(one, environment) && !rolledBack.has(one.run),
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

/** A run ends some minutes after it has set its tag. */
const tagLagMs = 30 * 60_000;

/** Null says that nothing was ever deployed there, and is said of a whole history only. */
export const findLive = (
  facts: PipelineFacts,
  client: PastClient,
  environment: EnvironmentName,
): Fact<LiveVersion | null> => {
  const { runs, deployTags } = facts;
  if (deployTags.kind === 'unknown') return deployTags;
  const tags = decideTags(deployTags.value);
  const meant = listMeant(facts, client);
  const candidates = findCandidates(meant, environment, findRolledBack(meant, tags));
  if (environment === 'production' && tags.last !== null) {
    const { sha, at, name, isAnnotated } = tags.last;
    const { deployed } = candidates;
    // It may be the tag that could not be set, or a run that did not deploy what it seems to.
    if (deployed && deployed.run.headSha !== sha && deployed.at.getTime() - at.getTime() > tagLagMs)
      return say('tags and runs disagree on what is live');
    return { kind: 'known', value: { sha, at, ref: isAnnotated ? name : sha }, ...joinSights([deployTags]) };
  }
  // Else the deploy that was taken back could be named.
  if (environment === 'production' && tags.hiddenRollbacks.length > 0)
    return say('a rolled-back deploy has an annotated tag, so its commit is not read');
  return runs.kind === 'unknown' ? runs : findByRuns(facts, candidates, [runs, deployTags]);
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
  rolledBack: ReadonlySet<RunFact>,
  last: number,
): readonly Meant[] =>
  meant
    .filter((one) => mayBe(one, environment))
    .map((one) => ({ one, outcome: decideOutcome(one, rolledBack) }))
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
  const tags = decideTags(facts.deployTags.value);
  const meant = listMeant(facts, client);
  const rolledBack = findRolledBack(meant, tags);
  // Who asks for a version on staging deploys to production.
  const environments: readonly EnvironmentName[] =
    wanted.staging !== null || client.stagingBranch === null ? ['production'] : ['production', 'staging'];
  const forLive = environments
    .filter((environment) => environment === 'staging' || tags.last === null)
    .flatMap((environment) => findCandidates(meant, environment, rolledBack).unread);
  const forStaging = meant.filter((one) => one.run.headSha === wanted.staging && mayBe(one, 'staging'));
  const forLast = environments.flatMap((environment) =>
    findUnreadOfLast(meant, environment, rolledBack, wanted.last),
  );
  const unread = [...forLive, ...forStaging, ...forLast].filter(
    ({ run, job }) => job === undefined && run.status === 'completed' && run.conclusion !== 'startup_failure',
  );
  return [...new Set(unread.map(({ run }) => run))]
    .slice(0, mostPerRound)
    .map((run) => ({ runId: run.id, attempt: run.attempt }));
};
