/** Items through the engine on a real database: deadlines, hanging ones, several fans, and the join that is woken exactly once. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ItemPlan } from '../../src/operations/operation.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { clearSpine, createSpine, defineWork, leaseMs, toItems } from './spine.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => clearSpine(desk));

const never = new AbortController().signal;

describe('items', () => {
  const fanOut = (items: readonly ItemPlan[], run: () => Promise<null>, deadlineMs = 10_000) => {
    const joins: string[] = [];
    const command = defineWork({
      steps: {
        start: async ({ now }) => ({
          kind: 'fan',
          items,
          deadline: new Date(now().getTime() + deadlineMs),
          step: 'join',
          memory: {},
        }),
        join: async ({ items: read, now }) => {
          const all = await read();
          joins.push(all.map(({ state }) => state).join(' '));
          return all.some(({ state }) => state === 'open')
            ? { kind: 'wait', until: new Date(now().getTime() + 2_000), memory: {} }
            : { kind: 'done', result: all.map(({ key, state }) => `${key} ${state}`), exit: 0 };
        },
      },
      items: run,
    });
    return { command, joins };
  };

  it('that never come are read as timed out when the deadline passes, and are left open for nobody', async () => {
    const { command, joins } = fanOut(toItems(2), () => Promise.reject(new Error('dead host')));
    const spine = createSpine(desk, command);
    const { id } = await spine.start();
    for (let round = 0; round < 7; round += 1) {
      await spine.settle();
      spine.door.pass(2_000);
    }
    expect(joins.at(-1)).toBe('timed-out timed-out');
    expect((await spine.read(id)).state).toBe('done');
    const { rows } = await sql<{ state: string }>`select distinct state from operation_items`.execute(
      desk.database.db,
    );
    expect(rows).toEqual([{ state: 'late' }]);
    expect((await spine.store.readItems(id)).map(({ state }) => state)).toEqual(['timed-out', 'timed-out']);
  });

  it('that hang past their deadline give their place back', async () => {
    const { command } = fanOut(toItems(1), () => new Promise(() => undefined), 20);
    const spine = createSpine(desk, command);
    await spine.start();
    const [operation] = await spine.store.claimDue('a', leaseMs, 1);
    if (operation) await spine.engine.advance(operation, never);
    const [taken] = await spine.store.takeItems('a', leaseMs, 5);
    if (!taken) throw new Error('nothing taken');
    const startedAt = performance.now();
    await spine.engine.runItem(taken.item, taken.operation, never);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const { rows } = await sql<{
      lease_owner: string | null;
    }>`select lease_owner from operation_items`.execute(desk.database.db);
    expect(rows).toEqual([{ lease_owner: null }]);
  });

  it('that were told to stop leave their answer to another worker: it may only say that they were stopped', async () => {
    const stop = new AbortController();
    let tries = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ now }) => ({
            kind: 'fan',
            items: toItems(1),
            deadline: new Date(now().getTime() + 10_000),
            step: 'join',
            memory: {},
          }),
          join: async ({ items }) => ({ kind: 'done', result: (await items())[0]?.result ?? null, exit: 0 }),
        },
        items: async ({ signal }) => {
          tries += 1;
          if (tries > 1) return 'it answers';
          stop.abort();
          return signal.aborted ? 'no answer' : 'not stopped';
        },
      }),
    );
    const { id } = await spine.start();
    const [operation] = await spine.store.claimDue('a', leaseMs, 1);
    if (operation) await spine.engine.advance(operation, never);
    const [taken] = await spine.store.takeItems('a', leaseMs, 5);
    if (!taken) throw new Error('nothing taken');
    await spine.engine.runItem(taken.item, taken.operation, stop.signal);
    expect(await spine.store.readItems(id)).toMatchObject([{ state: 'open' }]);
    expect(spine.logged).toEqual([]);
    await spine.settle('b');
    expect(await spine.read(id)).toMatchObject({ state: 'done', result: 'it answers' });
  });

  it('of a second fan wake the join although one of the first timed out', async () => {
    let fans = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ items, now }) => {
            fans += 1;
            const all = await items();
            if (fans === 1)
              return {
                kind: 'fan',
                items: toItems(1),
                deadline: new Date(now().getTime() + 1_000),
                step: 'start',
                memory: {},
              };
            if (fans === 2)
              return {
                kind: 'fan',
                items: [{ key: 'second', limitKey: 'other', input: null }],
                deadline: new Date(now().getTime() + 60_000),
                step: 'start',
                memory: {},
              };
            return { kind: 'done', result: all.map(({ state }) => state), exit: 0 };
          },
        },
        items: async ({ item }) => {
          if (item.key === 'second') return null;
          throw new Error('dead host');
        },
      }),
    );
    const { id } = await spine.start();
    await spine.settle();
    spine.door.pass(1_000);
    await spine.settle();
    expect(await spine.read(id)).toMatchObject({ state: 'done', result: ['timed-out', 'done'] });
  });

  it('wake the join exactly once, however many end at the same moment', async () => {
    for (let time = 0; time < 20; time += 1) {
      await clearSpine(desk);
      const { command, joins } = fanOut(toItems(50), async () => null);
      const spine = createSpine(desk, command);
      const { id } = await spine.start();
      const [operation] = await spine.store.claimDue('a', leaseMs, 1);
      if (operation) await spine.engine.advance(operation, never);
      const taken = await spine.store.takeItems('a', leaseMs, 50);
      expect(taken).toHaveLength(50);
      const ends = await Promise.all(taken.map(({ item }) => spine.store.finishItem(item, null)));
      expect(ends.filter(({ lastOne }) => lastOne)).toHaveLength(1);
      // Due by the wake alone: the clock has not moved.
      await spine.settle();
      expect((await spine.read(id)).state).toBe('done');
      expect(joins).toHaveLength(1);
    }
  }, 60_000);
});
