/** What must hold in the transaction that writes an intent: killswitch, fence, subject. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EffectIntent } from '../../src/operations/effect.ts';
import { openDatabase, toDb } from '../../src/store/database.ts';
import { createEffectStore } from '../../src/store/effect-store.ts';
import { ensureKillswitch, setKillswitch } from '../../src/store/killswitch-store.ts';
import { clearSpine, createSpine, defineWork, leaseMs } from '../operations/spine.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { people } from '../support/door.ts';

let desk: DeskDatabase;
let ids: Readonly<Record<string, string>>;
let at = new Date('2026-11-20T08:00:00Z');
beforeAll(async () => {
  desk = await createDeskDatabase();
  ids = await writeTestClients(desk.database, [toTestClient('heritage'), toTestClient('other')]);
});
afterAll(() => desk.drop());
beforeEach(async () => {
  at = new Date('2026-11-20T08:00:00Z');
  await clearSpine(desk);
  await ensureKillswitch(desk.database.db, at);
});

const store = () => createEffectStore(desk.database, () => at);
let keys = 0;
const toIntent = (given: Partial<EffectIntent> = {}): EffectIntent => {
  keys += 1;
  return {
    key: `key-${keys}`,
    kind: 'dispatch',
    holder: null,
    operationId: null,
    targetId: ids['heritage'] ?? null,
    subject: 'instance:1',
    underKillswitch: 'stops',
    detail: {},
    ...given,
  };
};
const turn = (targetKey: string, state: 'on' | 'off') =>
  desk.database.transact((tx) =>
    setKillswitch(tx, { targetKey, state, by: people.admin, reason: 'wrong package', at }),
  );
/** Nobody writes until everybody has looked: what a busy moment brings about by chance. */
const meeting = async <T>(many: number, work: () => Promise<T>): Promise<readonly T[]> => {
  const wide = openDatabase({ url: desk.url, max: 1, log: () => undefined });
  try {
    return await Promise.all(
      await wide.transact(async (tx) => {
        await sql`lock table effects in share mode`.execute(toDb(tx));
        const all = Array.from({ length: many }, work);
        await new Promise((resolve) => setTimeout(resolve, 150));
        // In an array, so that the lock is not held until they have ended.
        return all;
      }),
    );
  } finally {
    await wide.close();
  }
};
const count = async () => (await desk.database.db.selectFrom('effects').select('id').execute()).length;

describe('the killswitch', () => {
  it('off lets every effect go', async () => {
    expect(await store().begin(toIntent())).toMatchObject({ kind: 'go', effect: { state: 'intended' } });
  });

  it('on for all stops, and nothing is written', async () => {
    await turn('*', 'on');
    expect(await store().begin(toIntent())).toMatchObject({ kind: 'stopped' });
    expect(await store().begin(toIntent({ targetId: null }))).toMatchObject({ kind: 'stopped' });
    expect(await count()).toBe(0);
  });

  it('on for one target stops that one only', async () => {
    await turn('heritage', 'on');
    expect(await store().begin(toIntent())).toMatchObject({
      kind: 'stopped',
      say: expect.stringContaining('wrong package'),
    });
    expect(await store().begin(toIntent({ targetId: ids['other'] ?? null }))).toMatchObject({ kind: 'go' });
    await turn('heritage', 'off');
    expect(await store().begin(toIntent())).toMatchObject({ kind: 'go' });
  });

  it('off for a target does not open what is stopped for all', async () => {
    await turn('*', 'on');
    await turn('heritage', 'off');
    expect(await store().begin(toIntent())).toMatchObject({ kind: 'stopped' });
  });

  it('whose row is gone counts as on', async () => {
    await sql`delete from killswitches`.execute(desk.database.db);
    expect(await store().begin(toIntent())).toMatchObject({ kind: 'stopped' });
  });

  it('whose row says nonsense counts as on', async () => {
    await sql`alter table killswitches drop constraint killswitches_state_check`.execute(desk.database.db);
    try {
      await sql`update killswitches set state = 'perhaps'`.execute(desk.database.db);
      expect(await store().begin(toIntent())).toMatchObject({ kind: 'stopped' });
    } finally {
      await sql`update killswitches set state = 'off'`.execute(desk.database.db);
      await sql`alter table killswitches add constraint killswitches_state_check check (state in ('on', 'off'))`.execute(
        desk.database.db,
      );
    }
  });

  it('whose table cannot be read lets nothing go', async () => {
    await sql`alter table killswitches rename to killswitches_away`.execute(desk.database.db);
    try {
      expect(await store().begin(toIntent())).toMatchObject({ kind: 'stopped' });
      expect(await store().begin(toIntent({ underKillswitch: 'goes-on' }))).toMatchObject({ kind: 'go' });
    } finally {
      await sql`alter table killswitches_away rename to killswitches`.execute(desk.database.db);
    }
  });

  it('lets posting and looking go on', async () => {
    await turn('*', 'on');
    expect(await store().begin(toIntent({ underKillswitch: 'goes-on' }))).toMatchObject({ kind: 'go' });
  });
});

describe('one subject', () => {
  it('holds one unsettled effect of a kind at a time, however many ask at once', async () => {
    const begun = await meeting(5, () => store().begin(toIntent({ exclusiveMs: 60_000 })));
    expect(begun.map(({ kind }) => kind).toSorted()).toEqual(['go', 'held', 'held', 'held', 'held']);
  });

  it('lets one of many try the same attempt again', async () => {
    const intent = toIntent();
    const first = await store().begin(intent);
    if (first.kind !== 'go') throw new Error('not begun');
    const again = await meeting(5, () => store().beginAgain(intent, first.effect.id, 1));
    expect(again.map(({ kind }) => kind).toSorted()).toEqual(['go', 'known', 'known', 'known', 'known']);
  });

  it('is free again when the effect is settled, and when its time has passed', async () => {
    const first = await store().begin(toIntent({ exclusiveMs: 60_000 }));
    const held = await store().begin(toIntent({ exclusiveMs: 60_000 }));
    expect(held).toEqual({ kind: 'held', until: new Date(at.getTime() + 60_000) });
    if (first.kind === 'go') await store().settle(first.effect.id, 'confirmed', null);
    const second = await store().begin(toIntent({ exclusiveMs: 60_000 }));
    expect(second.kind).toBe('go');
    if (second.kind === 'go') await store().settle(second.effect.id, 'ambiguous', null);
    expect((await store().begin(toIntent({ exclusiveMs: 60_000 }))).kind).toBe('held');
    at = new Date(at.getTime() + 60_000);
    expect((await store().begin(toIntent({ exclusiveMs: 60_000 }))).kind).toBe('go');
  });

  it('is not taken by a second try while another effect came in between', async () => {
    const intent = toIntent({ exclusiveMs: 60_000 });
    const first = await store().begin(intent);
    if (first.kind !== 'go') throw new Error('not begun');
    at = new Date(at.getTime() + 60_000);
    const [again, other] = await Promise.all([
      store().beginAgain(intent, first.effect.id, 1),
      store().begin(toIntent({ exclusiveMs: 60_000 })),
    ]);
    expect([again.kind, other.kind].toSorted()).toEqual(['go', 'held']);
  });

  it('leaves other subjects and kinds alone', async () => {
    await store().begin(toIntent({ exclusiveMs: 60_000 }));
    expect((await store().begin(toIntent({ exclusiveMs: 60_000, subject: 'instance:2' }))).kind).toBe('go');
    expect((await store().begin(toIntent({ exclusiveMs: 60_000, kind: 'sign-in' }))).kind).toBe('go');
  });
});

describe('the fence', () => {
  it('of an operation must be the newest and its lease live', async () => {
    const spine = createSpine(desk, defineWork({ steps: {} }));
    const { id } = await spine.start();
    const operation = await spine.store.claimOne('a', leaseMs, id);
    if (!operation) throw new Error('not claimed');
    expect((await store().begin(toIntent({ holder: { operation } }))).kind).toBe('go');
    await spine.expireLeases();
    await expect(store().begin(toIntent({ holder: { operation } }))).rejects.toMatchObject({
      code: 'fenced',
    });
    const next = await spine.store.claimOne('b', leaseMs, id);
    if (!next) throw new Error('not claimed');
    await expect(store().begin(toIntent({ holder: { operation } }))).rejects.toMatchObject({
      code: 'fenced',
    });
    expect((await store().begin(toIntent({ holder: { operation: next } }))).kind).toBe('go');
    expect(await count()).toBe(2);
  });

  it('is asked again before a second try', async () => {
    const spine = createSpine(desk, defineWork({ steps: {} }));
    const operation = await spine.store.claimOne('a', leaseMs, (await spine.start()).id);
    if (!operation) throw new Error('not claimed');
    const intent = toIntent({ holder: { operation } });
    const begun = await store().begin(intent);
    await spine.expireLeases();
    if (begun.kind !== 'go') throw new Error('not begun');
    await expect(store().beginAgain(intent, begun.effect.id, 1)).rejects.toMatchObject({ code: 'fenced' });
  });
});

describe('what is settled', () => {
  it('stays settled, whatever comes late', async () => {
    const begun = await store().begin(toIntent());
    if (begun.kind !== 'go') throw new Error('not begun');
    await store().settle(begun.effect.id, 'rejected', null, { say: 'no' });
    await store().settle(begun.effect.id, 'confirmed', 'run-1');
    expect(await store().beginAgain(toIntent(), begun.effect.id, 1)).toMatchObject({
      kind: 'known',
      effect: { state: 'rejected', externalId: null },
    });
  });
});
