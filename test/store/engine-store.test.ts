/** Leases and fences on a real database: one holder at a time whatever the interleaving, and nothing is written under a fence that moved. */

import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isFenced } from '../../src/errors.ts';
import type { Operation } from '../../src/operations/operation.ts';
import type { SaveStep } from '../../src/operations/ports.ts';
import { createRequestStore, wake } from '../../src/store/request-store.ts';
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
  spine = createSpine(desk, defineWork({ steps: {} }));
});

const toSave = (given: Partial<SaveStep> = {}): SaveStep => ({
  state: 'open',
  step: 'start',
  memory: {},
  exit: null,
  dueAt: spine.door.now(),
  newItems: [],
  itemsDeadline: null,
  redraw: false,
  audit: null,
  ...given,
});

const isRejected = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return false;
  } catch (error) {
    if (!isFenced(error)) throw error;
    return true;
  }
};

const claimed = (operation: Operation | null | undefined): Operation => {
  if (!operation) throw new Error('nothing was claimed');
  return operation;
};

describe('a claim', () => {
  it('of many workers at once gives each operation to one', async () => {
    for (let at = 0; at < 40; at += 1) await spine.start();
    const takes = await Promise.all(
      Array.from({ length: 8 }, (_, worker) => spine.store.claimDue(`w${worker}`, leaseMs, 10)),
    );
    const ids = takes.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // Whoever was passed over because others held the rows at that moment comes again.
    const rest = await spine.store.claimDue('last', leaseMs, 40);
    expect(ids.length + rest.length).toBe(40);
  });

  it('by hint and by timer at once gives the operation to one', async () => {
    for (let time = 0; time < 15; time += 1) {
      const { id } = await spine.start();
      const [one, two, due] = await Promise.all([
        spine.store.claimOne('a', leaseMs, id),
        spine.store.claimOne('b', leaseMs, id),
        spine.store.claimDue('c', leaseMs, 1),
      ]);
      expect([one, two, ...due].filter(Boolean)).toHaveLength(1);
    }
  });

  it('takes nothing before its time, nothing finished, nothing leased', async () => {
    const { id } = await spine.start();
    const first = claimed(await spine.store.claimOne('a', leaseMs, id));
    expect(await spine.store.claimOne('b', leaseMs, id)).toBeNull();
    await spine.store.saveStep(first, toSave({ dueAt: new Date(spine.door.now().getTime() + 1_000) }));
    expect(await spine.store.claimOne('b', leaseMs, id)).toBeNull();
    spine.door.pass(1_000);
    const second = claimed(await spine.store.claimOne('b', leaseMs, id));
    expect(second.fence).toBe(first.fence + 1);
    await spine.store.saveStep(second, toSave({ state: 'done', dueAt: null, exit: 0 }));
    expect(await spine.store.claimOne('a', leaseMs, id)).toBeNull();
  });

  it('is not kept from an operation by a card that is just being added to it', async () => {
    const { id } = await spine.start();
    await desk.database.transact(async (tx) => {
      await createRequestStore(desk.database, spine.door.now).addCard(
        tx,
        id,
        {
          team: 'T0DESK',
          channel: 'C0ELSEWHERE',
          thread: null,
        },
        { team: 'T0DESK', user: 'U0ANY' },
      );
      expect(await spine.store.claimOne('a', leaseMs, id)).not.toBeNull();
    });
  });
});

describe('a lease', () => {
  it('is renewed for what is at work only, so that a forgotten one runs out', async () => {
    const kept = claimed(await spine.store.claimOne('a', 5_000, (await spine.start()).id));
    const forgotten = claimed(await spine.store.claimOne('a', 5_000, (await spine.start()).id));
    await spine.store.renewLeases('a', leaseMs, { operations: [kept], items: [] });
    await passLeases(desk, 5_000);
    const taken = await spine.store.claimDue('b', leaseMs, 10);
    expect(taken.map(({ id }) => id)).toEqual([forgotten.id]);
  });

  it('that ran out is not renewed', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    await spine.expireLeases();
    await spine.store.renewLeases('a', leaseMs, { operations: [held], items: [] });
    expect(await spine.store.claimDue('b', leaseMs, 1)).toHaveLength(1);
  });

  it('is handed back on an orderly stop: due at once for another', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    await spine.store.claimOne('b', leaseMs, (await spine.start()).id);
    await spine.store.releaseLeases('a');
    expect((await spine.store.claimDue('c', leaseMs, 10)).map(({ id }) => id)).toEqual([held.id]);
  });
});

describe('a save', () => {
  it('says that the operation was woken, and makes it due now', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    await desk.database.transact((tx) => wake(tx, held.id, spine.door.now()));
    const later = new Date(spine.door.now().getTime() + 3_600_000);
    expect(await spine.store.saveStep(held, toSave({ dueAt: later }))).toBe('woken');
    expect(await spine.store.claimOne('a', leaseMs, held.id)).not.toBeNull();
  });

  it('writes all or nothing: items, audit and state belong together', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    const broken = toSave({
      newItems: [{ key: 'k', limitKey: 'other', input: null }],
      itemsDeadline: spine.door.now(),
      state: 'nonsense' as 'open',
      audit: { said: 'never' },
    });
    await expect(spine.store.saveStep(held, broken)).rejects.toThrow();
    expect(await spine.store.readItems(held.id)).toEqual([]);
    expect((await spine.door.readAuditRows()).map(({ event }) => event)).toEqual(['asked']);
  });

  it('of the end is found by who may read its target only', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    const target = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001';
    await sql`update operations set target_id = ${target} where id = ${held.id}`.execute(desk.database.db);
    await spine.store.saveStep(held, toSave({ state: 'done', dueAt: null, exit: 0, audit: {} }));
    const rows = await spine.door.readAuditRows();
    expect(rows.find(({ event }) => event === 'finished')?.targetId).toBe(target);
  });

  it('of ten thousand items goes through', async () => {
    const held = claimed(await spine.store.claimOne('a', leaseMs, (await spine.start()).id));
    const newItems = Array.from({ length: 10_000 }, (_, at) => ({
      key: `k${at}`,
      limitKey: 'other',
      input: { at },
    }));
    await spine.store.saveStep(held, toSave({ newItems, itemsDeadline: spine.door.now() }));
    expect(await spine.store.readItems(held.id)).toHaveLength(10_000);
  });
});

interface Move {
  readonly kind: 'claim' | 'renew' | 'save' | 'release' | 'expire' | 'wake';
  readonly worker: number;
}

const arbitraryMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('claim', 'claim', 'renew', 'save', 'release', 'expire', 'wake'),
    worker: fc.nat(2),
  }),
  { minLength: 5, maxLength: 30 },
);

/** What must be true, told without a database: who holds which fence, and whether the lease is live. */
interface Model {
  fence: number;
  live: { owner: number } | null;
  readonly holds: Map<number, Operation>;
}

const play = async (model: Model, id: string, move: Move): Promise<void> => {
  if (move.kind === 'expire') {
    await spine.expireLeases();
    model.live = null;
    return;
  }
  if (move.kind === 'wake') return desk.database.transact((tx) => wake(tx, id, spine.door.now()));
  const owner = `w${move.worker}`;
  const held = model.holds.get(move.worker);
  if (move.kind === 'claim') {
    const got = await spine.store.claimOne(owner, leaseMs, id);
    expect(got !== null).toBe(model.live === null);
    if (!got) return;
    expect(got.fence).toBe(model.fence + 1);
    model.fence = got.fence;
    model.live = { owner: move.worker };
    model.holds.set(move.worker, got);
  } else if (move.kind === 'renew') {
    await spine.store.renewLeases(owner, leaseMs, { operations: held ? [held] : [], items: [] });
  } else if (move.kind === 'release') {
    await spine.store.releaseLeases(owner);
    if (model.live?.owner === move.worker) model.live = null;
  } else if (held) {
    const refused = await isRejected(spine.store.saveStep(held, toSave({ memory: { by: move.worker } })));
    expect(refused).toBe(held.fence !== model.fence);
    if (!refused) model.live = null;
    else expect((await spine.read(id)).fence).toBe(model.fence);
    model.holds.delete(move.worker);
  }
};

describe('any interleaving of three workers', () => {
  it('leaves one holder at a time, and only the newest fence writes', async () => {
    const found = await fc.check(
      fc.asyncProperty(arbitraryMoves, async (moves) => {
        await clearSpine(desk);
        const { id } = await spine.start();
        const model: Model = { fence: 0, live: null, holds: new Map() };
        for (const move of moves) await play(model, id, move);
      }),
      { numRuns: 40 },
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  }, 60_000);
});
