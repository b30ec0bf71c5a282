/** Carries doctor out: one item per area, each bounded by itself, then one report. What cannot be looked at is unknown and says so. */
import { z } from 'zod';
import { escapeLine } from '../../blocks/escape.ts';
import { AcuopsError } from '../../errors.ts';
import type { Json } from '../../operations/json.ts';
import type { ItemContext, ItemResult, Step, StepContext } from '../../operations/operation.ts';
import { untilAborted } from '../../runtime/bounded.ts';
import {
  type Area,
  areaNames,
  areas,
  type DoctorReport,
  Finding,
  find,
  sortFindings,
  toExit,
} from './findings.ts';
import { judgeCards } from './judge-cards.ts';
import { judgeChannels, judgeSlack } from './judge-slack.ts';
import { judgeGithub, judgeRegistry } from './judge-systems.ts';
import { judgeStore, judgeWork } from './judge-work.ts';
import type { DoctorPowers } from './powers.ts';

/** The whole of it. */
export const deadlineMs = 30_000;
/** What one area is given. */
const areaMs = 20_000;
const lookAgainMs = 2_000;

const ItemInput = z.object({ area: z.enum(areas) });
const ItemAnswer = z.object({ findings: z.array(Finding) });

const look: Readonly<
  Record<Area, (powers: DoctorPowers, context: ItemContext) => Promise<readonly Finding[]>>
> = {
  slack: async (powers) => judgeSlack(await powers.readSlack()),
  channels: async (powers) => judgeChannels(await powers.readChannels()),
  store: async (powers) => judgeStore(await powers.readStore()),
  work: async (powers, { now }) => judgeWork(await powers.readWork(now()), now()),
  cards: async (powers, { now, signal }) => judgeCards(await powers.sendStuckCards(now(), signal)),
  github: async (powers, { now, signal }) => judgeGithub(await powers.readGithub(signal), now()),
  registry: async (powers, { now }) => judgeRegistry(await powers.readRegistry(now()), now()),
};

const unknownArea = (area: Area, why: string): Finding =>
  find(
    `Check of ${areaNames[area]}`,
    'unknown',
    `It could not be done: ${escapeLine(why)}.`,
    'Ask again in a minute; if it stays, the workers’ log says why.',
  );

/** A part that waits for somebody who never answers is left behind when the time is over. */
const toNoAnswer = (): Error =>
  new AcuopsError({ code: 'broken', message: 'stopped waiting', say: 'no answer in time' });

export const createDoctorItems =
  (powers: DoctorPowers, log: (line: string, detail: object) => void) =>
  async (context: ItemContext): Promise<Json> => {
    const { area } = ItemInput.parse(context.item.input);
    try {
      return { findings: [...(await untilAborted(look[area](powers, context), context.signal, toNoAnswer))] };
    } catch (error) {
      // An orderly stop hands the part back; everything else is itself a finding.
      if (context.signal.aborted) throw error;
      log('doctor could not look at a part', { area, error });
      return { findings: [unknownArea(area, error instanceof AcuopsError ? error.say : 'something broke')] };
    }
  };

export const createDoctorSteps = (): Readonly<Record<string, Step>> => ({
  look: async (context) => {
    const deadline = new Date(context.now().getTime() + Math.min(areaMs, remainingMs(context)));
    return {
      kind: 'fan',
      items: areas.map((area) => ({ key: area, limitKey: `doctor:${area}`, input: { area } })),
      deadline,
      step: 'judge',
      memory: { until: deadline.toISOString() },
      result: report(context, [], false),
    };
  },
  judge: async (context) => {
    const items = await context.items();
    const { memory } = context.operation;
    if (items.some(({ state }) => state === 'open')) {
      const done = items.filter(({ state }) => state === 'done').length;
      const now = context.now().getTime();
      const until = typeof memory['until'] === 'string' ? Date.parse(memory['until']) : now;
      return {
        kind: 'wait',
        until: new Date(Math.min(now + lookAgainMs, Math.max(until, now + 50))),
        memory: { ...memory, done },
        ...(memory['done'] === done ? {} : { result: report(context, items, false) }),
      };
    }
    return { kind: 'done', result: report(context, items, true), exit: toExit(toFindings(items, true)) };
  },
});

const remainingMs = ({ operation, now }: StepContext): number =>
  Math.max(
    1_000,
    (operation.deadlineAt?.getTime() ?? now().getTime() + deadlineMs) - now().getTime() - 2_000,
  );

const toFindings = (items: readonly ItemResult[], finished: boolean): readonly Finding[] =>
  sortFindings(
    areas.flatMap((area) => {
      const item = items.find(({ key }) => key === area);
      const answer = item?.state === 'done' ? ItemAnswer.safeParse(item.result) : null;
      if (answer?.success) return answer.data.findings;
      return finished ? [unknownArea(area, 'no answer in time')] : [];
    }),
  );

const report = ({ operation, now }: StepContext, items: readonly ItemResult[], finished: boolean): Json => {
  const told: DoctorReport = {
    schema: 'acuops.doctor/1',
    startedAt: operation.createdAt.toISOString(),
    finishedAt: finished ? now().toISOString() : null,
    looked: items.filter(({ state }) => state === 'done').length,
    areas: areas.length,
    findings: [...toFindings(items, finished)],
  };
  return told;
};
