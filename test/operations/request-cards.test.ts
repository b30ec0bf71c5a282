/** Buttons through the request door on a real database: one press counts, its card moves or is left behind, and ids from elsewhere are nothing. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/operations/request.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, opsChannel, type TestDoor } from '../support/door.ts';
import { defineSay } from './say-command.ts';
import { clearSpine, createSpine, defineWork } from './spine.ts';

let desk: DeskDatabase;
let door: TestDoor;

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  door = createTestDoor({
    database: desk.database,
    commands: [
      defineSay(),
      defineWork({ steps: {}, joinKey: ({ what }, scope) => `${what} ${JSON.stringify(scope)}` }),
    ],
  });
});

const count = async (table: 'operations' | 'cards'): Promise<number> => {
  const { rows } = await sql<{ count: string }>`select count(*) from ${sql.table(table)}`.execute(
    desk.database.db,
  );
  return Number(rows[0]?.count);
};
const readCards = () => desk.database.db.selectFrom('cards').selectAll().orderBy('created_at').execute();
const started = (receipt: Receipt) => {
  if (receipt.kind !== 'started') throw new Error(JSON.stringify(receipt));
  return receipt;
};
const other = { ...opsChannel, channel: 'C0OTHER' };

describe('a button', () => {
  const press = async (place = opsChannel, given: object = {}) => {
    const [card] = await readCards();
    if (!card) throw new Error('no card');
    return { card: { id: card.id, version: card.decision_version, takeOver: true, ...given }, place };
  };

  it('pressed twice counts once, and the second is told', async () => {
    await door.ask('work');
    const pressed = await press();
    const receipts = await Promise.all([door.ask('work anew', pressed), door.ask('work anew', pressed)]);
    expect(receipts.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'started']);
    expect(receipts.find(({ kind }) => kind === 'refused')).toMatchObject({
      refusal: { reason: 'stale-card', say: expect.stringContaining('before you') },
    });
    expect(await count('operations')).toBe(2);
    const [card] = await readCards();
    expect(await count('cards')).toBe(1);
    expect(card?.operation_id).toBe(
      receipts.map((receipt) => receipt.kind === 'started' && receipt.operation.id).find(Boolean),
    );
  });

  it('whose press is delivered three times won each time', async () => {
    await door.ask('work');
    const pressed = { ...(await press()), key: 'same' };
    const receipts = await Promise.all([1, 2, 3].map(() => door.ask('work anew', pressed)));
    for (const receipt of receipts) started(receipt);
    expect(await count('operations')).toBe(2);
  });

  it('draws its card again once it is won, so that its buttons can be pressed', async () => {
    await door.ask('work');
    await sql`update cards set delivered_version = wanted_version`.execute(desk.database.db);
    await door.ask('say hello', await press(opsChannel, { takeOver: false }));
    const [card] = await readCards();
    expect(card?.wanted_version).toBeGreaterThan(card?.delivered_version ?? 0);
    expect(card?.decision_version).toBe(2);
  });

  it('of an older card leaves it behind, superseded, and makes a new one', async () => {
    await door.ask('work one');
    const old = await press();
    await new Promise((resolve) => setTimeout(resolve, 2));
    door.pass(1_000);
    await door.ask('work two');
    const { operation } = started(await door.ask('work anew', old));
    const cards = await readCards();
    expect(cards).toHaveLength(3);
    expect(cards[0]?.superseded_by).toBe(operation.id);
    expect(await door.ask('work', { ...old, card: { ...old.card, version: 2 } })).toMatchObject({
      refusal: { reason: 'stale-card' },
    });
  });

  it('is of its own place: a card id from elsewhere is not there', async () => {
    await door.ask('work');
    expect(await door.ask('work anew', await press(other))).toMatchObject({
      refusal: { reason: 'stale-card', say: expect.stringContaining('gone') },
    });
    const [card] = await readCards();
    expect(card?.decision_version).toBe(1);
  });

  it('with made-up ids changes nothing', async () => {
    for (const id of ['', 'x', "' or 1=1", '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0009'])
      expect(await door.ask('work', { card: { id, version: 1, takeOver: true } })).toMatchObject({
        refusal: { reason: 'stale-card' },
      });
    expect(await count('operations')).toBe(0);
  });

  it('pressed at the moment its check ends waits for nobody who waits for it', async () => {
    const spine = createSpine(
      desk,
      defineWork({
        joinKey: () => 'one',
        steps: { start: async () => ({ kind: 'done', result: null, exit: 0 }) },
      }),
    );
    for (let time = 0; time < 8; time += 1) {
      await spine.start();
      const { rows } = await sql<{ id: string; version: number }>`
        select id, decision_version as version from cards order by created_at desc limit 1`.execute(
        desk.database.db,
      );
      const [card] = rows;
      if (!card) throw new Error('no card');
      const startedAt = performance.now();
      const [receipt] = await Promise.all([
        spine.door.ask('work', { card: { ...card, takeOver: true } }),
        spine.settle(),
      ]);
      expect(receipt.kind).toBe('started');
      // Postgres looks for a deadlock after a second.
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await spine.settle();
      spine.door.pass(1_000);
    }
  });
});
