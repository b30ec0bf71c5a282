/** Carries the planning of a deploy out: one item gathers and judges, whichever worker it is; a dry run ends there. Asking people is in `ask.ts`. */
import { escapeLine } from '../../blocks/escape.ts';
import type { Json } from '../../operations/json.ts';
import type { ItemContext, Operation, Step } from '../../operations/operation.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Target } from '../../operations/target.ts';
import { createAskSteps } from './ask.ts';
import { gatherReport } from './gather.ts';
import { encodeReport, fanOut, finish, readGathered, waitForItem } from './gathering.ts';
import { findEnvironment, findTargetId, readAsked, startReport } from './plan.ts';
import type { DeployPowers } from './powers.ts';

const readTarget = async (powers: DeployPowers, operation: Operation): Promise<Target | null> => {
  const targetId = findTargetId(operation);
  return targetId === null ? null : powers.readTarget(targetId);
};

const findObstacle = (operation: Operation, target: Target): Refusal | null => {
  const { env, dryRun } = readAsked(operation);
  const name = `*${escapeLine(target.name)}*`;
  // Whoever decides must be another person: a user of the desk's machine could be anybody in Slack.
  if (!dryRun && operation.actor.team === 'local')
    return refuse(
      'denied',
      'Nobody can tell which person of the workspace a user of this machine is, so a deploy is not asked for like this. Ask in Slack, or with a personal token: `/acuops token create laptop`. A plan alone: `--dry-run`.',
    );
  if (target.status !== 'active')
    return refuse('conflict', `${name} is ${target.status}: nothing is deployed there.`);
  if (findEnvironment(target, env) === undefined)
    return refuse(
      'conflict',
      `${name} has no ${env} environment in the registry, so nothing can be deployed there. An admin adds one with \`/acuops edit-client\`.`,
    );
  return null;
};

export const createDeploySteps = (powers: DeployPowers): Readonly<Record<string, Step>> => ({
  gather: async (context) => {
    const { operation } = context;
    const target = await readTarget(powers, operation);
    const refusal =
      target === null
        ? refuse('not-found', 'This client is not in the registry any more.')
        : findObstacle(operation, target);
    if (target === null || refusal !== null)
      return { kind: 'refuse', refusal: refusal ?? refuse('not-found', 'This client is gone.') };
    return fanOut(context, target, startReport(operation, target), { gathering: 1, step: 'judge' });
  },
  judge: async (context) => {
    const report = await readGathered(context);
    if (report === null) return waitForItem(context);
    if (report.isDryRun || report.state === 'blocked') return finish(report);
    return { kind: 'next', step: 'ask', memory: { gathering: 1 }, result: encodeReport(report) };
  },
  ...createAskSteps(powers, (context) => readTarget(powers, context.operation)),
});

export const createDeployItems =
  (powers: DeployPowers) =>
  async (context: ItemContext): Promise<Json> => {
    const target = await readTarget(powers, context.operation);
    if (target === null) throw new Error(`the target of ${context.operation.spokenId} is gone`);
    return encodeReport(await gatherReport(powers, context, target));
  };
