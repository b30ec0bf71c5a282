/** How facts are gathered while a deploy goes on: one item for each time, its outcome as a report, and how an operation waits for it or ends. */
import { z } from 'zod';
import { type Json, toJson } from '../../operations/json.ts';
import type { ItemResult, Operation, StepContext, StepOutcome } from '../../operations/operation.ts';
import type { Target } from '../../operations/target.ts';
import { DeployReport } from '../../policy/deploy/report.ts';
import { decodeReport, endLate, findEnvironment, toExit } from './plan.ts';

/** GitHub has half of it, the instance the other half. */
const itemMs = 75_000;
const lookAgainMs = 2_000;

export const encodeReport = (report: DeployReport): Json => toJson(z.encode(DeployReport, report));

/** Facts are gathered once for each plan that people are asked about, and once more after they agreed. */
const toItemKey = (gathering: number): string => `facts-${gathering}`;

/** Gathers anew, and shows `report` meanwhile. */
export const fanOut = (
  context: StepContext,
  target: Target,
  report: DeployReport,
  next: { readonly gathering: number; readonly step: string },
): StepOutcome => {
  const environment = findEnvironment(target, report.environment);
  return {
    kind: 'fan',
    items: [
      {
        key: toItemKey(next.gathering),
        // One session at a time at each instance, whoever's tenant it is.
        limitKey: `instance:${environment?.instanceId ?? target.id}`,
        input: {},
      },
    ],
    deadline: new Date(context.now().getTime() + itemMs),
    step: next.step,
    memory: { gathering: next.gathering },
    result: encodeReport(report),
  };
};

export const readGathering = ({ memory }: Operation): number =>
  typeof memory['gathering'] === 'number' ? memory['gathering'] : 1;

/** null while the item is open. */
export const readGathered = async (context: StepContext): Promise<DeployReport | null> => {
  const { operation } = context;
  const key = toItemKey(readGathering(operation));
  const item = (await context.items()).find((one: ItemResult) => one.key === key);
  if (item?.state === 'open') return null;
  return item?.state === 'done'
    ? decodeReport(item.result)
    : endLate(decodeReport(operation.result), context.now());
};

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
