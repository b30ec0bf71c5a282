/** Reads all that a deploy is judged by, each where what it depends on is known, and judges it. What could not be had is unknown and blocks. */
import type { ItemContext } from '../../operations/operation.ts';
import type { Environment, Target } from '../../operations/target.ts';
import { type PlannedInputs, planInputs } from '../../policy/deploy/deploy-inputs.ts';
import type { InstanceFacts, LiveVersion, SourceFacts } from '../../policy/deploy/facts.ts';
import { judgeGates, summarizeGates } from '../../policy/deploy/gates.ts';
import { findLive, planDeployReads, toLiveCommit, toPastDeploys } from '../../policy/deploy/past-deploys.ts';
import { planDeploy, planProjects } from '../../policy/deploy/plan.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';
import type { Fact, PipelineFacts } from '../../policy/health/facts.ts';
import { toHealthClient } from '../../policy/health/health-client.ts';
import { findPublishing, type Held, toHeld, toKnownRuns } from '../../policy/publishing.ts';
import { parseFiles } from './files.ts';
import { findEnvironment, startReport, toDeployClient } from './plan.ts';
import type { DeployPowers } from './powers.ts';
import { toReport } from './to-report.ts';

/** GitHub is given this long, so that the instance has the rest. */
const githubMs = 40_000;
const lastDeploys = 10;
/** What is planned is the deploy itself: whoever agrees to a plan agrees to that. */
const wish = { isDryRun: false, skipsBackup: false };

/** One plan in the making. */
interface Gathering {
  readonly powers: DeployPowers;
  readonly context: ItemContext;
  readonly target: Target;
  readonly environment: Environment;
  /** Ends what is asked of GitHub. */
  readonly signal: AbortSignal;
}

export const gatherReport = async (
  powers: DeployPowers,
  context: ItemContext,
  target: Target,
): Promise<DeployReport> => {
  const begun = startReport(context.operation, target);
  const environment = findEnvironment(target, begun.environment);
  if (!environment) throw new Error(`${target.key} has no ${begun.environment} environment any more`);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(githubMs)]);
  const gathering: Gathering = { powers, context, target, environment, signal };
  const client = toDeployClient(target);

  const [first, neighbours] = await Promise.all([readHistory(gathering, null), readNeighbours(gathering)]);
  const found = findLive(first, client, environment.name);
  const [source, there] = await Promise.all([
    readSource(gathering, begun.ref, found),
    readPublishing(gathering, first, neighbours),
  ]);
  const pipeline = await readStaging(gathering, first, source);
  const live = toLiveCommit(found, source.change);
  const files = parseFiles(source);
  const instance = await readInstance(gathering, there.held, files.testTenant);
  const projects = planProjects(source.variables, files.settings);
  const past = toPastDeploys(pipeline, client);
  const gates = judgeGates({
    now: context.now(),
    environment: environment.name,
    client: { ...target, hasStaging: findEnvironment(target, 'staging') !== undefined },
    source,
    settings: files.settings,
    manifest: files.manifest,
    projects,
    past,
    olderDeploys: pipeline.olderDeploys ?? null,
    live,
    instance,
    testTenant: files.testTenant,
    workflowState: toWorkflowState(pipeline, target),
    inputs: toInputs(source, environment),
    killswitch: await powers.readKillswitch(target.id),
  });
  const planned = planDeploy({
    target,
    environment,
    ref: begun.ref,
    source,
    settings: files.settings,
    live: live.kind === 'known' ? (live.value?.sha ?? null) : null,
    wish,
  });
  const missing = [...(planned.kind === 'incomplete' ? planned.missing : []), ...there.missing];
  return {
    ...toReport(begun, { source, live, past, gates }),
    state: summarizeGates(gates).state === 'ready' && missing.length === 0 ? 'ready' : 'blocked',
    gatheredAt: context.now(),
    planned: planned.kind === 'planned' ? { plan: planned.plan, digest: planned.digest } : null,
    missing,
    neighbours: neighbours.length,
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

const readSource = (
  { powers, target, environment, signal }: Gathering,
  ref: string,
  found: Fact<LiveVersion | null>,
): Promise<SourceFacts> =>
  powers.readSource({
    repo: target.repo,
    ref,
    workflow: target.deployWorkflow,
    environment: environment.name,
    live: found.kind === 'known' ? (found.value?.ref ?? null) : null,
    signal,
  });

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

interface Publishings {
  readonly held: Held | null;
  /** Whose runs nobody could see: they may publish right now. */
  readonly missing: readonly string[];
}

const readPublishing = async (
  { powers, context, target, environment, signal }: Gathering,
  own: PipelineFacts,
  neighbours: readonly Target[],
): Promise<Publishings> => {
  const others = await Promise.all(
    neighbours.map(async (other) => ({
      other,
      facts: await powers.readPipeline(toHealthClient(other), { maxAgeMs: 0, signal, planJobs: () => [] }),
    })),
  );
  const there = [{ other: target, facts: own }, ...others]
    .flatMap(({ other, facts }) => findPublishing(other, toKnownRuns(facts), context.now()))
    .filter(({ instanceId }) => instanceId === environment.instanceId);
  return {
    held: toHeld(there, target.id),
    missing: others.flatMap(({ facts: { runs } }) =>
      runs.kind === 'unknown' ? [`whether another client of this site publishes now: ${runs.say}`] : [],
    ),
  };
};

/** Nobody signs in while somebody publishes there. */
const readInstance = (
  { powers, context, target, environment }: Gathering,
  held: Held | null,
  testTenant: Fact<string | null>,
): Promise<InstanceFacts> | InstanceFacts =>
  held === null
    ? powers.readInstance(context, {
        environment,
        targetId: target.id,
        testTenant: testTenant.kind === 'known' ? testTenant.value : null,
      })
    : {
        api: { kind: 'publishing', since: new Date(held.since), runUrl: held.runUrl, at: context.now() },
        published: { kind: 'unknown', reason: 'held-back', say: 'not asked: publishing' },
        testTenant: null,
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
