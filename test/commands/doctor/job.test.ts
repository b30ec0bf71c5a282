/** Doctor's parts by themselves: one that hangs or breaks is unknown and delays no other. */
import { expect, it } from 'vitest';
import { createDoctorItems, createDoctorSteps } from '../../../src/commands/doctor/job.ts';
import type { DoctorPowers } from '../../../src/commands/doctor/powers.ts';
import { AcuopsError } from '../../../src/errors.ts';
import type { ItemContext, ItemResult, StepContext } from '../../../src/operations/operation.ts';
import { makeOperation } from '../../support/card-memory.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const powers: DoctorPowers = {
  readSlack: async () => [{ name: 'slack token', state: 'pass', say: 'Connected.' }],
  readChannels: never,
  readStore: async () => {
    throw new AcuopsError({ code: 'store-unavailable', message: 'gone', say: 'The database is away' });
  },
  readWork: never,
  sendStuckCards: never,
  readGithub: never,
  readRegistry: async () => {
    throw new Error('secret detail');
  },
};
const now = () => new Date('2026-11-20T08:00:00Z');
const operation = makeOperation({ verb: 'doctor', input: {}, createdAt: now() });
const lines: string[] = [];
const items = createDoctorItems(powers, (line) => void lines.push(line));

const runItem = (area: string, signal: AbortSignal = AbortSignal.timeout(5_000)) =>
  items({
    operation,
    item: {
      operationId: operation.id,
      key: area,
      limitKey: 'doctor',
      input: { area },
      fence: 1,
      attempt: 1,
      deadlineAt: now(),
    },
    now,
    signal,
  } satisfies ItemContext);

const step = (name: 'look' | 'judge', results: readonly ItemResult[]) => {
  const run = createDoctorSteps()[name];
  if (!run) throw new Error(`no step ${name}`);
  const context: StepContext = {
    operation,
    now,
    signal: new AbortController().signal,
    items: async () => results,
  };
  return run(context);
};

it('asks for every part at once, none behind another', async () => {
  const outcome = await step('look', []);
  expect(outcome.kind === 'fan' && outcome.items.map(({ key }) => key)).toEqual([
    'slack',
    'channels',
    'store',
    'work',
    'cards',
    'github',
    'registry',
  ]);
  expect(outcome.kind === 'fan' && new Set(outcome.items.map(({ limitKey }) => limitKey)).size).toBe(7);
  expect(outcome.kind === 'fan' && outcome.deadline).toEqual(new Date('2026-11-20T08:00:20Z'));
});

it('a part that breaks is a finding, with our words or none of anybody else’s', async () => {
  expect(await runItem('store')).toMatchObject({
    findings: [
      { name: 'Check of database', state: 'unknown', say: 'It could not be done: The database is away.' },
    ],
  });
  const broken = JSON.stringify(await runItem('registry'));
  expect(broken).toContain('something broke');
  expect(broken).not.toContain('secret detail');
  expect(lines).toHaveLength(2);
});

it('a part that hangs is left behind at its deadline', async () => {
  await expect(runItem('github', AbortSignal.timeout(20))).rejects.toThrow('stopped waiting');
});

it('at the deadline the others are told and the missing ones are unknown', async () => {
  const slack = { key: 'slack', state: 'done', result: await runItem('slack') } as const;
  const rest = ['channels', 'store', 'work', 'cards', 'github', 'registry'];
  const late = rest.map((key): ItemResult => ({ key, state: 'timed-out', result: null }));
  const waiting = await step('judge', [slack, ...late.map((item) => ({ ...item, state: 'open' }) as const)]);
  expect(waiting.kind).toBe('wait');
  const outcome = await step('judge', [slack, ...late]);
  expect(outcome).toMatchObject({ kind: 'done', exit: 4 });
  expect(JSON.stringify(outcome)).toContain('Connected.');
  expect(JSON.stringify(outcome).match(/no answer in time/gu)).toHaveLength(6);
});
