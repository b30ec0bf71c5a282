/** Carries a health check out: what GitHub knows, then the instances, then one judgement with clocks. Every part is an item that any worker may do. */
import { type Json, toJson } from '../../operations/json.ts';
import type { ItemResult, Operation, Step, StepContext, StepOutcome } from '../../operations/operation.ts';
import type { Target } from '../../operations/target.ts';
import { assembleReport, type ReportInput } from '../../policy/health/assemble-report.ts';
import { toClientHealth } from '../../policy/health/client-health.ts';
import { decideCommonCause } from '../../policy/health/common-cause.ts';
import type { ClientHealth, ControlAnswer, Observation } from '../../policy/health/facts.ts';
import { toHealthClient } from '../../policy/health/health-client.ts';
import { judgeApi } from '../../policy/health/judge-api.ts';
import { judgeLatePipeline } from '../../policy/health/judge-pipeline.ts';
import { mergeClocks } from '../../policy/health/merge-clocks.ts';
import { observeUnknown } from '../../policy/health/observe-unknown.ts';
import { HealthReport } from '../../policy/health/report.ts';
import { findPublishing, type Publishing } from '../../policy/publishing.ts';
import { controlMs, readAnswer } from './items.ts';
import {
  apiKey,
  controlKey,
  isTier,
  pipelineKey,
  planApis,
  planPipelines,
  readAsked,
  sayScope,
  toScopeKey,
  toTargetId,
} from './plan.ts';
import type { EarlierCheck, HealthPowers, StoredClock } from './powers.ts';

const pipelineShare = 0.55;
const progressMs = 2_000;

export const createHealthSteps = (powers: HealthPowers): Readonly<Record<string, Step>> => ({
  /** GitHub first: it says where somebody publishes, and nobody signs in there. */
  start: async (context) => {
    const targets = await readTargets(powers, context.operation);
    const neighbours = await powers.readNeighbours(targets);
    const deadline = new Date(context.now().getTime() + remainingMs(context) * pipelineShare);
    const result = await reportSoFar(powers, context, targets, new Map());
    return {
      kind: 'fan',
      items: planPipelines(targets, neighbours),
      deadline,
      step: 'instances',
      memory: { until: deadline.toISOString() },
      result,
    };
  },
  instances: async (context) => {
    const items = await context.items();
    const targets = await readTargets(powers, context.operation);
    if (items.some((item) => item.state === 'open')) return progress(powers, context, targets, items);
    const publishing = await readPublishing(powers, items, context.now());
    const deadline = new Date(context.now().getTime() + remainingMs(context, controlMs));
    return {
      kind: 'fan',
      items: planApis(targets, publishing),
      deadline,
      step: 'judge',
      memory: { until: deadline.toISOString() },
    };
  },
  judge: async (context) => {
    const items = await context.items();
    const targets = await readTargets(powers, context.operation);
    if (items.some((item) => item.state === 'open')) return progress(powers, context, targets, items);
    const seen = observeAll(targets, byKey(items), context.now());
    const asked = items.find((item) => item.key === controlKey);
    // Only where one cause is likely is a stranger's host asked whether the net is there at all.
    const leftMs = Math.min(controlMs, toDeadlineMs(context));
    if (!asked && leftMs >= leastMs && decideCommonCause(await judge(powers, seen), 'not-asked') !== null)
      return {
        kind: 'fan',
        items: [{ key: controlKey, limitKey: 'control', input: { kind: 'control' } }],
        deadline: new Date(context.now().getTime() + leftMs),
        step: 'judge',
        memory: context.operation.memory,
      };
    const control: ControlAnswer = !asked
      ? 'not-asked'
      : readAnswer(asked)?.control === true
        ? 'reachable'
        : 'unreachable';
    // The card shows the clocks that were written, not those that were read before another check wrote.
    const clients = await powers.saveChecks(context.operation, toIds(seen), context.now(), (clocks) =>
      toClients(seen, clocks),
    );
    const result = await report(powers, context, targets, clients, { isFinished: true, control });
    return { kind: 'done', result, exit: HealthReport.parse(result).exitCode };
  },
});

/** Less is not worth asking anybody. */
const leastMs = 1_000;

const toDeadlineMs = ({ operation, now }: StepContext): number =>
  (operation.deadlineAt?.getTime() ?? now().getTime() + 60_000) - now().getTime();

/** What is left until the deadline, but for what is kept for the steps after this one. */
const remainingMs = (context: StepContext, keptMs = 0): number =>
  Math.max(leastMs, toDeadlineMs(context) - keptMs);

const readTargets = async (powers: HealthPowers, operation: Operation): Promise<readonly Target[]> => {
  const { who } = readAsked(operation);
  const tier = who !== undefined && isTier(who) ? who : undefined;
  const targets = await powers.readTargets(operation.scope, tier === undefined ? {} : { tier });
  // An archived client is no part of the fleet, but whoever asks for it alone must not be told that all is well.
  const isAlone =
    tier === undefined && operation.scope.kind === 'only' && operation.scope.targetIds.length === 1;
  return isAlone ? targets : targets.filter((target) => target.status !== 'archived');
};

/** As the pipelines told; where one did not answer in time, as was known of it before. */
const readPublishing = async (
  powers: HealthPowers,
  items: readonly ItemResult[],
  now: Date,
): Promise<readonly Publishing[]> => {
  const told = items.flatMap((item) => readAnswer(item)?.publishing ?? []);
  const late = items.filter((item) => item.state === 'timed-out').map((item) => toTargetId(item.key));
  if (late.length === 0) return told;
  const targets = await powers.readTargets({ kind: 'only', targetIds: late }, {});
  const known = await powers.readKnownRuns(targets);
  return [...told, ...targets.flatMap((target) => findPublishing(target, known.get(target.id) ?? null, now))];
};

const byKey = (items: readonly ItemResult[]): ReadonlyMap<string, ItemResult> =>
  new Map(items.map((item) => [item.key, item]));

const progress = async (
  powers: HealthPowers,
  context: StepContext,
  targets: readonly Target[],
  items: readonly ItemResult[],
): Promise<StepOutcome> => {
  const { memory } = context.operation;
  const until = typeof memory['until'] === 'string' ? Date.parse(memory['until']) : context.now().getTime();
  const done = items.filter((item) => item.state === 'done').length;
  const changed = memory['done'] !== done;
  const next = new Date(
    Math.min(context.now().getTime() + progressMs, Math.max(until, context.now().getTime() + 50)),
  );
  return {
    kind: 'wait',
    until: next,
    memory: { ...memory, done },
    ...(changed ? { result: await reportSoFar(powers, context, targets, byKey(items)) } : {}),
  };
};

interface Seen {
  readonly target: Target;
  readonly observations: readonly Observation[];
}

const observeAll = (
  targets: readonly Target[],
  items: ReadonlyMap<string, ItemResult>,
  now: Date,
): readonly Seen[] => targets.map((target) => ({ target, observations: observe(target, items, now) }));

const toIds = (seen: readonly Seen[]): readonly string[] => seen.map(({ target }) => target.id);

const toClients = (seen: readonly Seen[], clocks: readonly StoredClock[]): readonly ClientHealth[] => {
  const byTarget = Map.groupBy(clocks, (row) => row.targetId);
  return seen.map(({ target, observations }) => {
    const previous = (byTarget.get(target.id) ?? []).map((row) => row.observation);
    return toClientHealth(toHealthClient(target), mergeClocks(previous, observations));
  });
};

const judge = async (powers: HealthPowers, seen: readonly Seen[]): Promise<readonly ClientHealth[]> =>
  toClients(seen, await powers.readClocks(toIds(seen)));

const observe = (
  target: Target,
  items: ReadonlyMap<string, ItemResult>,
  now: Date,
): readonly Observation[] => {
  const apis = target.environments.flatMap((environment): readonly Observation[] => {
    const answer = readAnswer(items.get(apiKey(target.id, environment.name)));
    return (
      answer?.observations ?? [
        judgeApi({
          environment: environment.name,
          host: new URL(environment.url).host,
          api: { kind: 'timed-out', at: now },
        }),
      ]
    );
  });
  const nowhere = { kind: 'unknown', reason: 'not-configured', say: 'no instance configured' } as const;
  const pipeline =
    readAnswer(items.get(pipelineKey(target.id)))?.observations ??
    judgeLatePipeline(toHealthClient(target), now);
  return [...(apis.length > 0 ? apis : [observeUnknown('api', nowhere, now, 'production')]), ...pipeline];
};

const isComplete = (target: Target, items: ReadonlyMap<string, ItemResult>): boolean =>
  target.status !== 'active' ||
  [
    pipelineKey(target.id),
    ...target.environments.map((environment) => apiKey(target.id, environment.name)),
  ].every((key) => items.get(key)?.state === 'done');

/** A client is judged when all its items are in; at the end the missing ones are `unknown: timed out`. */
const reportSoFar = async (
  powers: HealthPowers,
  context: StepContext,
  targets: readonly Target[],
  items: ReadonlyMap<string, ItemResult>,
): Promise<Json> => {
  const ready = targets.filter((target) => isComplete(target, items));
  const clients = await judge(powers, observeAll(ready, items, context.now()));
  return report(powers, context, targets, clients);
};

const report = async (
  powers: HealthPowers,
  { operation, now }: StepContext,
  targets: readonly Target[],
  clients: readonly ClientHealth[],
  { isFinished, control }: { isFinished: boolean; control: ControlAnswer } = {
    isFinished: false,
    control: 'not-asked',
  },
): Promise<Json> => {
  const input = readAsked(operation);
  const report = assembleReport({
    scope: sayScope(input, targets),
    startedAt: operation.createdAt,
    finishedAt: isFinished ? now() : null,
    total: targets.length,
    clients,
    control,
    previous: await readEarlier(powers, operation, targets),
  });
  return toJson(report);
};

/**
 * A fleet is compared with the last picture of the same fleet, so that what somebody saw of one client in between is still news
 * here. One client, or clients never checked together, are compared with the last check of each, whatever its scope.
 */
const readEarlier = async (
  powers: HealthPowers,
  operation: Operation,
  targets: readonly Target[],
): Promise<ReportInput['previous']> => {
  const input = readAsked(operation);
  const same =
    targets.length > 1 ? await powers.readPrevious(operation, toScopeKey(input, operation.scope)) : null;
  if (same !== null) return toEarlier([same]);
  const ids = targets.filter(({ status }) => status === 'active').map(({ id }) => id);
  const last = toEarlier(await powers.readLastOfEach(operation, ids));
  const seen = new Set(
    last.flatMap(({ report: { clients } }) => clients.map(({ client }) => client.targetId)),
  );
  // Of clients that were never looked at nothing is new: everything would be.
  return ids.every((id) => seen.has(id)) ? last : [];
};

const toEarlier = (checks: readonly EarlierCheck[]): ReportInput['previous'] =>
  checks.flatMap(({ spokenId, result }) => {
    const { success, data } = HealthReport.safeParse(result);
    return success ? [{ reference: spokenId, report: data }] : [];
  });
