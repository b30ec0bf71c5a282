/** Judges how long ago production was last deployed (runbook: at most 30 days; the warning at 25 is ours). */

import {
  type DeployClient,
  findDeployed,
  findUnnamedDeploy,
  planDeployJobs,
  readDeployJob,
} from './deploy-runs.ts';
import { decideTags } from './deploy-tags.ts';
import type { HealthClient, Observation, PipelineFacts, RunFact, Thresholds, Verdict } from './facts.ts';
import { observeUnknown } from './observe-unknown.ts';
import { joinSights, type Sight } from './sight.ts';

const dayMs = 86_400_000;

interface LastDeploy {
  readonly at: Date;
  readonly url: string | null;
}

/** Exact elapsed time, not calendar days: 30 days and a minute is over 30 days. */
const decideVerdict = (ageMs: number, thresholds: Thresholds): Verdict => {
  if (ageMs <= thresholds.deployWarnDays * dayMs) return 'pass';
  return ageMs <= thresholds.deployFailDays * dayMs ? 'warn' : 'fail';
};

const sayDays = (ageMs: number, verdict: Verdict, thresholds: Thresholds): string => {
  const days = Math.floor(ageMs / dayMs);
  if (days < 1) return 'deployed within the last day';
  // "30 days ago, limit 30 days" would read like a mistake.
  const justOver = verdict === 'fail' && days === thresholds.deployFailDays ? 'just over ' : '';
  const ago = `last deploy ${justOver}${days} ${days === 1 ? 'day' : 'days'} ago`;
  return verdict === 'pass' ? ago : `${ago}, limit ${thresholds.deployFailDays}`;
};

const judgeAge = (last: LastDeploy, thresholds: Thresholds, sight: Sight, now: Date): Observation => {
  const ageMs = now.getTime() - last.at.getTime();
  const verdict = decideVerdict(ageMs, thresholds);
  return {
    criterion: 'last-deploy',
    verdict,
    cause: verdict === 'pass' ? 'deployed' : 'deploy-too-old',
    say: sayDays(ageMs, verdict, thresholds),
    next: verdict === 'pass' ? null : 'agree a deploy with the client, or find out why none is wanted',
    url: last.url,
    ...sight,
  };
};

const toLastDeploy = (facts: PipelineFacts, run: RunFact | undefined): LastDeploy | null => {
  if (run === undefined) return null;
  return { at: readDeployJob(facts, run)?.completedAt ?? run.updatedAt, url: run.url };
};

const observeUnnamed = (last: LastDeploy, sight: Sight): Observation => ({
  criterion: 'last-deploy',
  verdict: 'unknown',
  cause: 'environment-not-named',
  say: 'the newest deploy run does not say which environment',
  next: 'have the pipeline tag deploys to production, or name the environment in its run-name',
  url: last.url,
  ...sight,
});

/** No tag decides: the newest run whose deploy job published decides, once every newer run's jobs were read. */
const judgeByRuns = (
  client: DeployClient & Pick<HealthClient, 'thresholds'>,
  facts: PipelineFacts,
  sight: Sight,
  now: Date,
): Observation => {
  const judge = (last: LastDeploy | null) =>
    last === null ? null : judgeAge(last, client.thresholds, sight, now);
  const judged = judge(toLastDeploy(facts, findDeployed(facts, client)));
  // An unread newer run could only be a younger deploy, so a pass stands without it; anything else has to wait.
  if (judged?.verdict === 'pass') return judged;
  if (planDeployJobs(facts, client, 1).length > 0) {
    const say = 'deploy jobs of recent runs not read';
    return {
      ...observeUnknown('last-deploy', { kind: 'unknown', reason: 'unavailable', say }, now),
      cause: 'jobs-not-read',
    };
  }
  const unnamed = toLastDeploy(facts, findUnnamedDeploy(facts, client));
  const ifProduction = judge(unnamed);
  if (unnamed !== null && ifProduction !== null) {
    if (ifProduction.verdict !== (judged?.verdict ?? 'fail')) return observeUnnamed(unnamed, sight);
    // Too old wherever it went, so "never" would say more than is known.
    if (judged === null) return ifProduction;
  }
  if (judged !== null) return judged;
  // "Never" is said of a whole history only.
  if (facts.olderDeploys !== undefined) return observeUnknown('last-deploy', facts.olderDeploys, now);
  const next = 'make the first deploy, or check the name of the deploy workflow';
  const base = {
    criterion: 'last-deploy',
    verdict: 'fail',
    cause: 'never-deployed',
    url: null,
    ...sight,
  } as const;
  return { ...base, say: 'never deployed', next };
};

/** Tags are decisive where they exist, so as long as they cannot be read nothing can be said. */
export const judgeLastDeploy = (
  client: DeployClient & Pick<HealthClient, 'thresholds'>,
  facts: PipelineFacts,
  now: Date,
): Observation => {
  const { deployTags, runs } = facts;
  if (deployTags.kind === 'unknown') return observeUnknown('last-deploy', deployTags, now);
  const { last } = decideTags(deployTags.value);
  if (last !== null) {
    const run =
      runs.kind === 'known'
        ? runs.value.find((entry) => entry.headSha === last.sha && entry.file === client.deployWorkflow)
        : undefined;
    return judgeAge({ at: last.at, url: run?.url ?? null }, client.thresholds, joinSights([deployTags]), now);
  }
  if (runs.kind === 'unknown') return observeUnknown('last-deploy', runs, now);
  return judgeByRuns(client, facts, joinSights([runs, deployTags]), now);
};
