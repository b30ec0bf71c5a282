/** Reads all that a repository says of a deploy, each where what it depends on is known, and plans it. What could not be had is unknown and blocks. The instance is asked afterwards, in `read-site.ts`. */
import type { ItemContext } from '../../operations/operation.ts';
import type { Environment, Target } from '../../operations/target.ts';
import { type PlannedInputs, planInputs } from '../../policy/deploy/deploy-inputs.ts';
import type { LiveVersion, SourceFacts } from '../../policy/deploy/facts.ts';
import type { GateFacts } from '../../policy/deploy/gates.ts';
import {
  findLive,
  planDeployReads,
  toDeployRunIds,
  toLiveCommit,
  toPastDeploys,
} from '../../policy/deploy/past-deploys.ts';
import { planDeploy, planProjects } from '../../policy/deploy/plan.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';
import type { Fact, PipelineFacts } from '../../policy/health/facts.ts';
import { toHealthClient } from '../../policy/health/health-client.ts';
import { findPublishing, toHeld, toKnownRuns } from '../../policy/publishing.ts';
import { parseFiles } from './files.ts';
import { findEnvironment, startReport, toDeployClient } from './plan.ts';
import type { DeployPowers } from './powers.ts';

/** GitHub is given this long. */
const githubMs = 40_000;
const lastDeploys = 10;
/** What is planned is the deploy itself: whoever agrees to a plan agrees to that. */
const wish = { isDryRun: false, skipsBackup: false };

/** All that gates judge by but the instance and the killswitch, and what was planned with it. */
export interface DeployFacts {
  readonly gates: Omit<GateFacts, 'now' | 'instance' | 'killswitch'>;
  readonly planned: DeployReport['planned'];
  /** What keeps the plan from being whole. */
  readonly missing: readonly string[];
  readonly site: SiteFacts;
  readonly neighbours: number;
}

/** What must be known before anybody signs in. */
export type SiteFacts =
  | { readonly kind: 'free' }
  | { readonly kind: 'publishing'; readonly since: string; readonly runUrl: string | null }
  /** Nobody could see whether somebody publishes there. */
  | { readonly kind: 'unknown'; readonly say: string };

/** One plan in the making. */
interface Gathering {
  readonly powers: DeployPowers;
  readonly context: ItemContext;
  readonly target: Target;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

export const readFacts = async (
  powers: DeployPowers,
  context: ItemContext,
  target: Target,
  environment: Environment,
): Promise<DeployFacts> => {
  const { ref } = startReport(context.operation, target);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(githubMs)]);
  const gathering: Gathering = { powers, context, target, environment, signal };
  const client = toDeployClient(target);

  const [first, neighbours] = await Promise.all([readHistory(gathering, null), readNeighbours(gathering)]);
  const found = findLive(first, client, environment.name);
  const [source, site] = await Promise.all([
    readSource(gathering, ref, found),
    readPublishing(gathering, first, neighbours),
  ]);
  const pipeline = await readStaging(gathering, first, source);
  const live = toLiveCommit(found, source.change);
  const files = parseFiles(source);
  const planned = planDeploy({
    target,
    environment,
    ref,
    source,
    settings: files.settings,
    live: live.kind === 'known' ? (live.value?.sha ?? null) : null,
    wish,
    fingerprint: powers.fingerprint,
  });
  return {
    gates: {
      environment: environment.name,
      client: {
        key: target.key,
        name: target.name,
        zone: target.zone,
        status: target.status,
        deployWorkflow: target.deployWorkflow,
        hasStaging: findEnvironment(target, 'staging') !== undefined,
      },
      branch: findBranch(gathering),
      source: withoutTexts(source),
      deployRunIds: toDeployRunIds(pipeline, client),
      settings: files.settings,
      manifest: files.manifest,
      projects: planProjects(source.variables, files.settings),
      past: toPastDeploys(pipeline, client),
      olderDeploys: pipeline.olderDeploys ?? null,
      live,
      testTenant: files.testTenant,
      workflowState: toWorkflowState(pipeline, target),
      inputs: toInputs(source, environment),
    },
    planned: planned.kind === 'planned' ? { plan: planned.plan, digest: planned.digest } : null,
    missing: planned.kind === 'incomplete' ? planned.missing : [],
    site,
    neighbours: neighbours.length,
  };
};

/** What was read of files and variables is planned by now; the texts themselves, which may hold a secret, are handed on to nobody. */
const withoutTexts = (source: SourceFacts): SourceFacts => {
  const without = <T>(fact: Fact<T>, value: T): Fact<T> =>
    fact.kind === 'known' ? { ...fact, value } : fact;
  return {
    ...source,
    variables: without(source.variables, {}),
    settings: without(source.settings, null),
    manifest: without(source.manifest, null),
  };
};

/** `staging` is the version that must have been there, where that is known and asked. */
const readHistory = ({ powers, target, signal }: Gathering, staging: string | null): Promise<PipelineFacts> =>
  powers.readHistory(toHealthClient(target), {
    signal,
    planJobs: (facts) => planDeployReads(facts, toDeployClient(target), { staging, last: lastDeploys }),
  });

/** Which version must have been on staging is known only when the ref is resolved. */
const readStaging = async (
  gathering: Gathering,
  first: PipelineFacts,
  { commit }: SourceFacts,
): Promise<PipelineFacts> => {
  const { target, environment } = gathering;
  const isAsked = environment.name === 'production' && findEnvironment(target, 'staging') !== undefined;
  return isAsked && commit.kind === 'known' ? readHistory(gathering, commit.value.sha) : first;
};

/** Where deploys to this environment come from. */
const findBranch = ({ target, environment }: Gathering): string =>
  environment.branch ?? (environment.name === 'production' ? target.branch : 'staging');

const readSource = (
  gathering: Gathering,
  ref: string,
  found: Fact<LiveVersion | null>,
): Promise<SourceFacts> => {
  const { powers, target, environment, signal } = gathering;
  const branch = findBranch(gathering);
  return powers.readSource({
    repo: target.repo,
    // A tag may have the branch's name.
    ref: ref === branch ? `heads/${branch}` : ref,
    workflow: target.deployWorkflow,
    environment: environment.name,
    live: found.kind === 'known' ? (found.value?.ref ?? null) : null,
    branch: ref === branch ? null : branch,
    signal,
  });
};

/** Everybody else who may publish on this instance. */
const readNeighbours = async ({
  powers,
  target,
  environment: { instanceId },
}: Gathering): Promise<readonly Target[]> =>
  (await powers.readNeighbours([target])).filter(
    ({ status, environments }) =>
      status !== 'archived' && environments.some((environment) => environment.instanceId === instanceId),
  );

/** Nobody signs in while somebody publishes there, nor where nobody can tell. */
const readPublishing = async (
  { powers, context, target, environment, signal }: Gathering,
  own: PipelineFacts,
  neighbours: readonly Target[],
): Promise<SiteFacts> => {
  const others = await Promise.all(
    neighbours.map(async (other) => ({
      other,
      facts: await powers.readHistory(toHealthClient(other), { signal, planJobs: () => [] }),
    })),
  );
  const all = [{ other: target, facts: own }, ...others];
  const there = all
    .flatMap(({ other, facts }) => findPublishing(other, toKnownRuns(facts), context.now()))
    .filter(({ instanceId }) => instanceId === environment.instanceId);
  const held = toHeld(there, target.id);
  if (held !== null) return { kind: 'publishing', ...held };
  const unseen = all.flatMap(({ facts: { runs } }) => (runs.kind === 'unknown' ? [runs.say] : []))[0];
  return unseen === undefined ? { kind: 'free' } : { kind: 'unknown', say: unseen };
};

/** Null where the workflow file is not known. */
const toInputs = ({ workflow }: SourceFacts, environment: Environment): PlannedInputs | null =>
  workflow.kind === 'known' && workflow.value !== null
    ? planInputs(workflow.value, { ...wish, environment: environment.name })
    : null;

const toWorkflowState = ({ workflows }: PipelineFacts, { deployWorkflow }: Target): Fact<string | null> =>
  workflows.kind === 'unknown'
    ? workflows
    : { ...workflows, value: workflows.value.find(({ file }) => file === deployWorkflow)?.state ?? null };
