/** Carries the planning of a deploy out: GitHub, then the site, then one judgement; a dry run ends there. Asking people is in `ask.ts`. */
import { z } from 'zod';
import { escapeLine } from '../../blocks/escape.ts';
import type { Json } from '../../operations/json.ts';
import type { ItemContext, Operation, Step, StepContext } from '../../operations/operation.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Target } from '../../operations/target.ts';
import { createAskSteps, type Gathered, tellAsker } from './ask.ts';
import {
  encodeReport,
  fanFacts,
  fanSite,
  finish,
  gatherAgain,
  isSiteKey,
  packFacts,
  packSite,
  readFactsItem,
  readSiteItem,
  waitForItem,
} from './gathering.ts';
import { judgeDeploy } from './judge.ts';
import { decodeReport, endLate, findEnvironment, findTargetId, readAsked, startReport } from './plan.ts';
import type { DeployPowers } from './powers.ts';
import { readFacts } from './read-facts.ts';
import { readSite } from './read-site.ts';

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

/** Gathering takes seconds; longer than both parts may take together, and something lay between. */
const longestAgeMs = 3 * 60_000;

/** `open` while it is gathered, `old` where it must be gathered anew; null where it never came together, or the client is gone. */
const readGathered = async (powers: DeployPowers, context: StepContext): Promise<Gathered> => {
  const { operation, now } = context;
  const [facts, site] = [await readFactsItem(context), await readSiteItem(context)];
  if (facts.kind === 'open' || site.kind === 'open') return 'open';
  const target = await readTarget(powers, operation);
  if (facts.kind === 'late' || site.kind === 'late' || target === null) return null;
  const oldest = facts.at < site.at ? facts.at : site.at;
  // Nobody was at work meanwhile: what was true then is no answer now.
  if (now().getTime() - oldest.getTime() > longestAgeMs) return 'old';
  const killswitch = await powers.readKillswitch(target.id);
  const report = judgeDeploy(startReport(operation, target), facts.value, site.value, killswitch, now());
  return { ...report, gatheredAt: oldest };
};

const toRefusal = async (powers: DeployPowers, operation: Operation): Promise<Refusal | Target> => {
  const target = await readTarget(powers, operation);
  if (target === null) return refuse('not-found', 'This client is not in the registry any more.');
  return findObstacle(operation, target) ?? target;
};

export const createDeploySteps = (powers: DeployPowers): Readonly<Record<string, Step>> => ({
  gather: async (context) => {
    const target = await toRefusal(powers, context.operation);
    return 'kind' in target
      ? { kind: 'refuse', refusal: target }
      : fanFacts(context, startReport(context.operation, target), 1);
  },
  /** What GitHub says is known: whether anybody may sign in, and to which tenants. */
  site: async (context) => {
    const facts = await readFactsItem(context);
    if (facts.kind === 'open') return waitForItem(context);
    const target = await toRefusal(powers, context.operation);
    const step = decodeReport(context.operation.result).approval === null ? 'judge' : 'recheck';
    if ('kind' in target) {
      if (step === 'recheck') await tellAsker(powers, context.operation);
      return { kind: 'refuse', refusal: target };
    }
    const environment = findEnvironment(target, readAsked(context.operation).env);
    return facts.kind === 'late' || environment === undefined
      ? { kind: 'next', step, memory: context.operation.memory }
      : fanSite(context, environment, facts.value, step);
  },
  judge: async (context) => {
    const report = await readGathered(powers, context);
    if (report === 'open') return waitForItem(context);
    if (report === 'old') return gatherAgain(context);
    if (report === null) return finish(endLate(decodeReport(context.operation.result), context.now()));
    if (report.isDryRun || report.state === 'blocked') return finish(report);
    return { kind: 'next', step: 'ask', memory: context.operation.memory, result: encodeReport(report) };
  },
  ...createAskSteps(powers, {
    readTarget: ({ operation }) => readTarget(powers, operation),
    readGathered: (context) => readGathered(powers, context),
  }),
});

const SiteInput = z.object({
  site: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('free') }),
    z.object({ kind: z.literal('publishing'), since: z.string(), runUrl: z.string().nullable() }),
    z.object({ kind: z.literal('unknown'), say: z.string() }),
  ]),
  testTenant: z.string().nullable(),
});

export const createDeployItems =
  (powers: DeployPowers) =>
  async (context: ItemContext): Promise<Json> => {
    const { operation, item } = context;
    const target = await readTarget(powers, operation);
    const environment = target && findEnvironment(target, readAsked(operation).env);
    // Gone since it was asked for: the step says so.
    if (!target || !environment) return null;
    const at = context.now();
    return isSiteKey(item.key)
      ? packSite({
          at,
          value: await readSite(powers, context, target, environment, SiteInput.parse(item.input)),
        })
      : packFacts({ at, value: await readFacts(powers, context, target, environment) });
  };
