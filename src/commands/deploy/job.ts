/** Carries the planning of a deploy out: one item gathers and judges, whichever worker it is; nothing is changed anywhere. */
import { z } from 'zod';
import { escapeLine } from '../../blocks/escape.ts';
import { type Json, toJson } from '../../operations/json.ts';
import type { ItemContext, Step, StepContext, StepOutcome } from '../../operations/operation.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Target } from '../../operations/target.ts';
import { DeployReport } from '../../policy/deploy/report.ts';
import { gatherReport } from './gather.ts';
import { endLate, findEnvironment, findTargetId, readAsked, startReport, toExit } from './plan.ts';
import type { DeployPowers } from './powers.ts';

/** The whole of it: GitHub has half, the instance the other half. */
export const deadlineMs = 90_000;
const itemMs = 75_000;
const lookAgainMs = 2_000;

const encode = (report: DeployReport): Json => toJson(z.encode(DeployReport, report));

const toStopped = (say: string): StepOutcome => ({ kind: 'refuse', refusal: refuse('conflict', say) });

const readTarget = async (
  powers: DeployPowers,
  context: StepContext | ItemContext,
): Promise<Target | null> => {
  const targetId = findTargetId(context.operation);
  return targetId === null ? null : powers.readTarget(targetId);
};

const explainTarget = (target: Target, environment: 'production' | 'staging'): string | null => {
  const name = `*${escapeLine(target.name)}*`;
  if (target.status !== 'active') return `${name} is ${target.status}: nothing is deployed there.`;
  if (findEnvironment(target, environment) === undefined)
    return `${name} has no ${environment} environment in the registry, so nothing can be deployed there. An admin adds one with \`/acuops edit-client\`.`;
  return null;
};

export const createDeploySteps = (powers: DeployPowers): Readonly<Record<string, Step>> => ({
  gather: async (context) => {
    const target = await readTarget(powers, context);
    if (target === null) return toStopped('This client is not in the registry any more.');
    const { env } = readAsked(context.operation);
    const why = explainTarget(target, env);
    const environment = findEnvironment(target, env);
    if (why !== null || environment === undefined) return toStopped(why ?? '');
    return {
      kind: 'fan',
      items: [{ key: 'facts', limitKey: `instance:${environment.instanceId}`, input: {} }],
      deadline: new Date(context.now().getTime() + itemMs),
      step: 'judge',
      memory: {},
      result: encode(startReport(context.operation, target)),
    };
  },
  judge: async (context) => {
    const [item] = await context.items();
    const { operation } = context;
    if (item?.state === 'open')
      return {
        kind: 'wait',
        until: new Date(context.now().getTime() + lookAgainMs),
        memory: operation.memory,
      };
    if (item?.state === 'done') {
      const report = z.decode(DeployReport, item.result as z.input<typeof DeployReport>);
      return { kind: 'done', result: item.result, exit: toExit(report) };
    }
    const begun = z.decode(DeployReport, operation.result as z.input<typeof DeployReport>);
    const report = endLate(begun, context.now());
    return { kind: 'done', result: encode(report), exit: toExit(report) };
  },
});

export const createDeployItems =
  (powers: DeployPowers) =>
  async (context: ItemContext): Promise<Json> => {
    const target = await readTarget(powers, context);
    if (target === null) throw new Error(`the target of ${context.operation.spokenId} is gone`);
    return encode(await gatherReport(powers, context, target));
  };
