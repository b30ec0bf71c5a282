/** How facts are gathered while a deploy goes on: first what GitHub says, then the site, each an item that any worker may do; and how an operation waits for them or ends. */
import { z } from 'zod';
import { type Json, toJson } from '../../operations/json.ts';
import type { Operation, StepContext, StepOutcome } from '../../operations/operation.ts';
import { pack, unpack } from '../../operations/packed.ts';
import type { Environment } from '../../operations/target.ts';
import type { InstanceFacts } from '../../policy/deploy/facts.ts';
import { DeployReport } from '../../policy/deploy/report.ts';
import { decodeReport, toExit } from './plan.ts';
import type { DeployFacts } from './read-facts.ts';

const factsMs = 45_000;
/** Two sign-ins, and whoever else asks the same instance comes first. */
const siteMs = 60_000;
const lookAgainMs = 2_000;

export const encodeReport = (report: DeployReport): Json => toJson(z.encode(DeployReport, report));

/** What an item read, and when. */
export interface Dated<T> {
  readonly at: Date;
  readonly value: T;
}

export const packFacts = (facts: Dated<DeployFacts>): Json => pack(facts);
export const packSite = (site: Dated<InstanceFacts>): Json => pack(site);

/** Gathered once for each plan that people are asked about, and once more after they agreed. */
export const readGathering = ({ memory }: Operation): number =>
  typeof memory['gathering'] === 'number' ? memory['gathering'] : 1;

const toFactsKey = (gathering: number): string => `facts-${gathering}`;
const toSiteKey = (gathering: number): string => `site-${gathering}`;

export const isSiteKey = (key: string): boolean => key.startsWith('site-');

/** Asks GitHub anew, and shows `report` meanwhile. */
export const fanFacts = (context: StepContext, report: DeployReport, gathering: number): StepOutcome => ({
  kind: 'fan',
  items: [{ key: toFactsKey(gathering), limitKey: 'github', input: {} }],
  deadline: new Date(context.now().getTime() + factsMs),
  step: 'site',
  memory: { gathering },
  result: encodeReport(report),
});

/** Under the next number, as what is there is too old. */
export const gatherAgain = (context: StepContext): StepOutcome =>
  fanFacts(context, decodeReport(context.operation.result), readGathering(context.operation) + 1);

/** One at a time at each instance, whoever's tenant it is. */
export const fanSite = (
  context: StepContext,
  { instanceId }: Environment,
  facts: DeployFacts,
  step: string,
): StepOutcome => {
  const { testTenant } = facts.gates;
  return {
    kind: 'fan',
    items: [
      {
        key: toSiteKey(readGathering(context.operation)),
        limitKey: `instance:${instanceId}`,
        input: { site: facts.site, testTenant: testTenant.kind === 'known' ? testTenant.value : null },
      },
    ],
    deadline: new Date(context.now().getTime() + siteMs),
    step,
    memory: context.operation.memory,
  };
};

type Gathered<T> =
  | { readonly kind: 'open' }
  | { readonly kind: 'late' }
  | ({ readonly kind: 'done' } & Dated<T>);

const readItem = async <T>(context: StepContext, key: string): Promise<Gathered<T>> => {
  const item = (await context.items()).find((one) => one.key === key);
  if (item?.state === 'open') return { kind: 'open' };
  // Of its own writing, a moment ago; null where the item found nothing to read any more.
  return item?.state === 'done' && item.result !== null
    ? { kind: 'done', ...(unpack(item.result) as Dated<T>) }
    : { kind: 'late' };
};

export const readFactsItem = (context: StepContext): Promise<Gathered<DeployFacts>> =>
  readItem(context, toFactsKey(readGathering(context.operation)));

export const readSiteItem = (context: StepContext): Promise<Gathered<InstanceFacts>> =>
  readItem(context, toSiteKey(readGathering(context.operation)));

export const waitForItem = ({ operation, now }: StepContext): StepOutcome => ({
  kind: 'wait',
  until: new Date(now().getTime() + lookAgainMs),
  memory: operation.memory,
});

export const finish = (report: DeployReport): StepOutcome => ({
  kind: 'done',
  result: encodeReport(report),
  exit: toExit(report),
});
