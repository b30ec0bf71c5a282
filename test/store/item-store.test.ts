/** Items on a real database: limits hold over all workers, nothing runs twice at once, everybody gets a turn. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item, ItemPlan, Operation } from '../../src/operations/operation.ts';
import { clearSpine, createSpine, defineWork, leaseMs, passLeases, type Spine } from '../operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let spine: Spine;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  spine = createSpine(desk, defineWork({ steps: {} }), { byPrefix: { instance: 1, github: 5 }, others: 20 });
});

const fan = async (items: readonly ItemPlan[], deadlineMs = 60_000): Promise<Operation> => {
  const { id } = await spine.start();
  const operation = await spine.store.claimOne('w', leaseMs, id);
  if (!operation) throw new Error('not claimed');
  await spine.store.saveStep(operation, {
    state: 'open',
    step: 'join',
    memory: {},
    exit: null,
    dueAt: new Date(spine.door.now().getTime() + deadlineMs),
    newItems: items,
    itemsDeadline: new Date(spine.door.now().getTime() + deadlineMs),
    redraw: false,
    audit: null,
  });
  return operation;
};

const items = (count: number, toLimitKey: (at: number) => string): ItemPlan[] =>
  Array.from({ length: count }, (_, at) => ({
    key: `k${String(at).padStart(4, '0')}`,
    limitKey: toLimitKey(at),
    input: { at },
  }));

const countBy = (taken: readonly { item: Item }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { item } of taken) counts[item.limitKey] = (counts[item.limitKey] ?? 0) + 1;
  return counts;
};

describe('taking items', () => {
  it('never has more of a limit key at work than allowed, over workers that take at the same moment', async () => {
    const keys = ['github', 'instance:a', 'instance:b', 'other'];
    await fan(items(200, (at) => keys[at % 4] ?? ''));
    const most: Record<string, number> = {};
    const busy: Record<string, number> = {};
    const seen = new Set<string>();
    const work = async (owner: string): Promise<void> => {
      for (let idle = 0; idle < 60 && seen.size < 200; idle += 1) {
        const taken = await spine.store.takeItems(owner, leaseMs, 30);
        for (const { item } of taken) {
          idle = 0;
          expect(seen.has(item.key)).toBe(false);
          seen.add(item.key);
          busy[item.limitKey] = (busy[item.limitKey] ?? 0) + 1;
          most[item.limitKey] = Math.max(most[item.limitKey] ?? 0, busy[item.limitKey] ?? 0);
        }
        await Promise.all(
          taken.map(async ({ item }, at) => {
            await new Promise((resolve) => setTimeout(resolve, at % 7));
            // Counted down before the write: the row may be free a moment before this process hears of it.
            busy[item.limitKey] = (busy[item.limitKey] ?? 0) - 1;
            await spine.store.finishItem(item, null);
          }),
        );
        if (taken.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await Promise.all([work('one'), work('two')]);
    expect(seen.size).toBe(200);
    expect(most).toEqual({ github: 5, 'instance:a': 1, 'instance:b': 1, other: expect.any(Number) });
    expect(most['other']).toBeLessThanOrEqual(20);
  }, 60_000);

  it('counts those at work whoever holds them, and frees the place of one whose lease ran out', async () => {
    await fan(items(3, () => 'instance:a'));
    expect(await spine.store.takeItems('one', leaseMs, 10)).toHaveLength(1);
    expect(await spine.store.takeItems('two', leaseMs, 10)).toHaveLength(0);
    await spine.expireLeases();
    const again = await spine.store.takeItems('two', leaseMs, 10);
    expect(again.map(({ item }) => [item.key, item.attempt])).toEqual([['k0000', 2]]);
  });

  it('lets a small check pass a large one that was asked first', async () => {
    await fan(items(300, () => 'github'));
    spine.door.pass(1_000);
    const small = await fan(items(1, () => 'github'));
    const taken = await spine.store.takeItems('one', leaseMs, 50);
    expect(countBy(taken)).toEqual({ github: 5 });
    expect(taken.some(({ operation }) => operation.id === small.id)).toBe(true);
  });

  it('passes over items of an operation that ended, and those past their deadline', async () => {
    const ended = await fan(items(2, () => 'other'));
    spine.door.pass(60_000);
    const again = await spine.store.claimOne('w', leaseMs, ended.id);
    if (!again) throw new Error('not claimed');
    await spine.store.saveStep(again, {
      state: 'refused',
      step: 'join',
      memory: {},
      exit: 4,
      dueAt: null,
      newItems: [],
      itemsDeadline: null,
      redraw: false,
      audit: null,
    });
    await fan(
      items(2, () => 'github'),
      1_000,
    );
    spine.door.pass(1_000);
    expect(await spine.store.takeItems('one', leaseMs, 50)).toEqual([]);
  });

  it('waits as long as a failed item was told to', async () => {
    await fan(items(1, () => 'other'));
    const [taken] = await spine.store.takeItems('one', leaseMs, 1);
    if (!taken) throw new Error('nothing taken');
    await spine.store.releaseItem(taken.item, 500);
    expect(await spine.store.takeItems('one', leaseMs, 1)).toHaveLength(0);
    spine.door.pass(500);
    expect(await spine.store.takeItems('one', leaseMs, 1)).toHaveLength(1);
  });
});

describe('finishing an item', () => {
  it('is refused to a worker whose lease was taken over; the other one counts', async () => {
    const { id } = await fan(items(1, () => 'other'));
    const [late] = await spine.store.takeItems('one', leaseMs, 1);
    await spine.expireLeases();
    const [next] = await spine.store.takeItems('two', leaseMs, 1);
    if (!late || !next) throw new Error('not taken');
    await expect(spine.store.finishItem(late.item, 'late')).rejects.toMatchObject({ code: 'fenced' });
    await spine.store.releaseItem(late.item, 0);
    await spine.store.finishItem(next.item, 'right');
    expect(await spine.store.readItems(id)).toEqual([{ key: 'k0000', state: 'done', result: 'right' }]);
  });

  it('is given back on an orderly stop', async () => {
    await fan(items(2, () => 'other'));
    expect(await spine.store.takeItems('one', leaseMs, 5)).toHaveLength(2);
    await spine.store.releaseLeases('one');
    expect(await spine.store.takeItems('two', leaseMs, 5)).toHaveLength(2);
  });

  it('leaves no lease behind that is renewed for nobody', async () => {
    await fan(items(2, () => 'other'));
    const taken = await spine.store.takeItems('one', 5_000, 5);
    const [kept] = taken;
    await spine.store.renewLeases('one', leaseMs, { operations: [], items: kept ? [kept.item] : [] });
    await passLeases(desk, 5_000);
    const again = await spine.store.takeItems('two', leaseMs, 5);
    expect(again).toHaveLength(1);
    expect(again[0]?.item.key).not.toBe(kept?.item.key);
  });
});
