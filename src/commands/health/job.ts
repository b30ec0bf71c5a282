/** Carries a health check out: what GitHub knows, then the instances, then one judgement with clocks. Every part is an item that any worker may do. */
import type { Json } from '../../operations/json.ts';
import type { ItemResult, Operation, Step, StepContext, StepOutcome } from '../../operations/operation.ts';
import type { Target } from '../../operations/target.ts';
import { assembleReport } from '../../policy/health/assemble-report.ts';
import { toClientHealth } from '../../policy/health/client-health.ts';
import { decideCommonCause } from '../../policy/health/common-cause.ts';
import type { ClientHealth, ControlAnswer, Observation } from '../../policy/health/facts.ts';
import { judgeApi } from '../../policy/health/judge-api.ts';
import { judgeLatePipeline } from '../../policy/health/judge-pipeline.ts';
import { mergeClocks } from '../../policy/health/merge-clocks.ts';
import { observeUnknown } from '../../policy/health/observe-unknown.ts';
import { HealthReport } from '../../policy/health/report.ts';
import { controlMs, readAnswer } from './items.ts';
import {
  apiKey,
  controlKey,
  type HealthInput,
  isTier,
  pipelineKey,
  planApis,
  planPipelines,
  sayScope,
  toHealthClient,
  toScopeKey,
  toTargetId,
} from './plan.ts';
import type { HealthPowers } from './powers.ts';
import { findPublishing, type Publishing } from './publishing.ts';

const pipelineShare = 0.55;
const progressMs = 2_000;

export const createHealthSteps = (powers: HealthPowers): Readonly<Record<string, Step>> => ({
  /** GitHub first: it says where somebody publishes, and nobody signs in there. */
  start: async (context) => {
    const targets = await readAsked(powers, context.operation);
    const neighbours = await powers.readNeighbours(targets);
    const deadline = new Date(context.now().getTime() + remainingMs(context) * pipelineShare);
    const result = await report(powers, context, targets, new Map(), false, 'not-asked');
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
    const targets = await readAsked(powers, context.operation);
    if (items.some((item) => item.state === 'open')) return progress(powers, context, targets, items);
    const publishing = await readPublishing(powers, items, context.now());
    const deadline = new Date(context.now().getTime() + remainingMs(context));
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
    const targets = await readAsked(powers, context.operation);
    if (items.some((item) => item.state === 'open')) return progress(powers, context, targets, items);
    const clients = await judge(powers, context, targets, byKey(items));
    const asked = items.find((item) => item.key === controlKey);
    // Only where one cause is likely is a stranger's host asked whether the net is there at all.
    if (!asked && decideCommonCause(clients, 'not-asked') !== null)
      return {
        kind: 'fan',
        items: [{ key: controlKey, limitKey: 'control', input: { kind: 'control' } }],
        deadline: new Date(context.now().getTime() + controlMs),
        step: 'judge',
        memory: context.operation.memory,
      };
    const control: ControlAnswer = !asked
      ? 'not-asked'
      : readAnswer(asked)?.control === true
        ? 'reachable'
        : 'unreachable';
    const result = await report(powers, context, targets, byKey(items), true, control);
    await powers.saveChecks(context.operation, clients, context.now());
    return { kind: 'done', result, exit: HealthReport.parse(result).exitCode };
  },
});

const remainingMs = ({ operation, now }: StepContext): number =>
  Math.max(1_000, (operation.deadlineAt?.getTime() ?? now().getTime() + 60_000) - now().getTime());

const readAsked = async (powers: HealthPowers, operation: Operation): Promise<readonly Target[]> => {
  const { who } = operation.input as unknown as HealthInput;
  const targets = await powers.readTargets(
    operation.scope,
    who !== undefined && isTier(who) ? { tier: who } : {},
  );
  return targets.filter((target) => target.status !== 'archived');
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
    ...(changed ? { result: await report(powers, context, targets, byKey(items), false, 'not-asked') } : {}),
  };
};

/** A client is judged when all its items are in; at the end the missing ones are `unknown: timed out`. */
const judge = async (
  powers: HealthPowers,
  { now }: StepContext,
  targets: readonly Target[],
  items: ReadonlyMap<string, ItemResult>,
): Promise<readonly ClientHealth[]> => {
  const clocks = Map.groupBy(
    await powers.readClocks(targets.map((target) => target.id)),
    (row) => row.targetId,
  );
  return targets.map((target) => {
    const previous = (clocks.get(target.id) ?? []).map((row) => row.observation);
    const client = toHealthClient(target);
    return toClientHealth(client, mergeClocks(previous, observe(target, items, now())));
  });
};

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

const report = async (
  powers: HealthPowers,
  context: StepContext,
  targets: readonly Target[],
  items: ReadonlyMap<string, ItemResult>,
  finished: boolean,
  control: ControlAnswer,
): Promise<Json> => {
  const { operation, now } = context;
  const input = operation.input as unknown as HealthInput;
  const ready = finished ? targets : targets.filter((target) => isComplete(target, items));
  const previous = await powers.readPrevious(operation, toScopeKey(input, operation.scope));
  const earlier = previous ? HealthReport.safeParse(previous.result) : undefined;
  return assembleReport({
    scope: sayScope(input, targets),
    startedAt: operation.createdAt,
    finishedAt: finished ? now() : null,
    total: targets.length,
    clients: await judge(powers, context, ready, items),
    control,
    previous: previous && earlier?.success ? { reference: previous.spokenId, report: earlier.data } : null,
  }) as unknown as Json;
};
