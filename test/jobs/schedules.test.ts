/** Schedules over a real database and the real door: once per due moment whoever runs, a missed one made up once and late. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineAuditHead } from '../../src/commands/audit-head/command.ts';
import { defineTidy } from '../../src/commands/tidy/command.ts';
import { type Background, startScheduler } from '../../src/jobs/background.ts';
import type { RequestDoor } from '../../src/operations/request.ts';
import { createScheduler, type Schedule, scheduler, unseen } from '../../src/operations/schedule.ts';
import { createScheduleStore, readSchedules } from '../../src/store/schedule-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, opsChannel, people, type TestDoor } from '../support/door.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const spec = { kind: 'daily', at: '07:00' } as const;
const head: Schedule = {
  key: 'audit-head',
  spec,
  zone: 'America/Chicago',
  readPlace: async () => opsChannel,
};

let desk: DeskDatabase;
let testDoor: TestDoor;
let loops: Background[] = [];
let lines: string[] = [];
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  lines = [];
  testDoor = createTestDoor({
    database: desk.database,
    // 02:00 in Chicago.
    now: new Date('2026-11-20T08:00:00Z'),
    commands: [
      defineAuditHead({
        readHead: async () => ({ position: 1, hash: 'a', unsealed: 0 }),
        readPosted: async () => null,
        readHashAt: async () => null,
      }),
      defineTidy({ removeItems: async () => 0, removeAnswers: async () => 0 }),
    ],
  });
  testDoor.grant(scheduler, [{ role: 'desk', targetIds: null }]);
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
});

const create = (options: { door?: RequestDoor; schedules?: readonly Schedule[]; leaseMs?: number } = {}) =>
  createScheduler({
    store: createScheduleStore(desk.database, testDoor.now),
    schedules: options.schedules ?? [head],
    door: options.door ?? testDoor.door,
    now: testDoor.now,
    log: (line) => void lines.push(line),
    leaseMs: options.leaseMs ?? 5_000,
  });
const readOperations = () =>
  desk.database.db
    .selectFrom('operations')
    .select(['verb', 'delivery_key', 'input', 'actor_user'])
    .orderBy('created_at')
    .execute();
const readDue = async () =>
  (await readSchedules(desk.database.db)).map(({ nextDueAt }) => nextDueAt.toISOString());

describe('a schedule', () => {
  it('begins with its next moment, runs at it, and then at the next one', async () => {
    const one = create();
    await one.ensure();
    expect(await readDue()).toEqual(['2026-11-20T13:00:00.000Z']);
    expect(await one.runDue('me')).toBe(0);
    testDoor.pass(5 * hourMs);
    expect(await one.runDue('me')).toBe(1);
    expect(await one.runDue('me')).toBe(0);
    expect(await readOperations()).toEqual([
      {
        verb: 'audit-head',
        delivery_key: 'schedule:audit-head:2026-11-20T13:00:00.000Z',
        input: { due: '2026-11-20T13:00:00.000Z' },
        actor_user: 'schedule',
      },
    ]);
    expect(await readDue()).toEqual(['2026-11-21T13:00:00.000Z']);
    expect(await testDoor.readAuditRows()).toMatchObject([
      { event: 'asked', via: 'timer', actor: 'desk:schedule', place: 'T0DESK:C0OPS' },
    ]);
  });

  it('missed by three days is made up once, for the moment that was missed first', async () => {
    await create().ensure();
    testDoor.pass(3 * dayMs + 6 * hourMs);
    const later = create();
    // A restart in between forgets nothing.
    await later.ensure();
    expect(await later.runDue('me')).toBe(1);
    expect(await later.runDue('me')).toBe(0);
    expect((await readOperations()).map(({ input }) => input)).toEqual([{ due: '2026-11-20T13:00:00.000Z' }]);
    expect(await readDue()).toEqual(['2026-11-24T13:00:00.000Z']);
  });

  it('is asked for once by two loops', async () => {
    let asked = 0;
    const door: RequestDoor = {
      request: async (call) => {
        asked += 1;
        // Long enough for the other one to come by.
        await new Promise((resolve) => setTimeout(resolve, 60));
        return testDoor.door.request(call);
      },
    };
    await create().ensure();
    testDoor.pass(5 * hourMs);
    loops = [1, 2].map(() => startScheduler(create({ door }).runDue, () => undefined, 5));
    await expect.poll(readDue).toEqual(['2026-11-21T13:00:00.000Z']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toBe(1);
    expect(await readOperations()).toHaveLength(1);
  });

  it('that could not be asked for is asked again, and after a death behind the door is not done twice', async () => {
    await create().ensure();
    testDoor.pass(5 * hourMs);
    const away: RequestDoor = { request: () => Promise.reject(new Error('away')) };
    // The lease of the failed one must run out before anybody tries again.
    expect(await create({ door: away, leaseMs: 100 }).runDue('first')).toBe(1);
    expect(lines).toEqual(['a schedule could not be asked for and will be tried again']);
    expect(await create().runDue('second')).toBe(0);
    const dying: RequestDoor = {
      request: async (call) => {
        await testDoor.door.request(call);
        throw new Error('died between write and mark');
      },
    };
    const dyingOne = create({ door: dying, leaseMs: 100 });
    await expect.poll(() => dyingOne.runDue('third')).toBe(1);
    expect(await readOperations()).toHaveLength(1);
    const last = create();
    await expect.poll(() => last.runDue('fourth')).toBe(1);
    expect(await readOperations()).toHaveLength(1);
    expect(await readDue()).toEqual(['2026-11-21T13:00:00.000Z']);
  });

  it('takes another hour or zone over, and one that is gone is forgotten', async () => {
    const tidy: Schedule = { ...head, key: 'tidy', readPlace: async () => unseen };
    await create({ schedules: [head, tidy] }).ensure();
    await create({ schedules: [{ ...head, zone: 'Europe/Berlin' }] }).ensure();
    expect(await readDue()).toEqual(['2026-11-21T06:00:00.000Z']);
  });
});

describe('what is scheduled', () => {
  it('does not exist for people, whatever their role and whatever way they ask', async () => {
    for (const via of ['slack', 'http', 'socket'] as const)
      for (const verb of ['audit-head', 'tidy'])
        expect(
          await testDoor.request(verb, { due: '2026-11-20T13:00:00.000Z' }, { via, as: 'admin' }),
        ).toMatchObject({ kind: 'refused', refusal: { reason: 'unknown-verb' } });
    // Even one who could say that the timer asks has not the right.
    expect(
      await testDoor.request('tidy', { due: '2026-11-20T13:00:00.000Z' }, { via: 'timer', as: people.admin }),
    ).toMatchObject({ kind: 'refused', refusal: { reason: 'denied' } });
    expect(testDoor.commands.all).toEqual([]);
    expect(testDoor.commands.explainUnknown('tidi').say).not.toContain('tidy');
  });

  it('is refused where the timer has no right, and that is not tried for ever', async () => {
    testDoor.grant(scheduler, []);
    const one = create();
    await one.ensure();
    testDoor.pass(5 * hourMs);
    await one.runDue('me');
    expect(lines).toEqual(['a schedule was refused']);
    expect(await readDue()).toEqual(['2026-11-21T13:00:00.000Z']);
    expect(await readOperations()).toEqual([]);
  });
});
