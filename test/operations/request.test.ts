/** The request door on a real database: recorded once however often it comes, joined, pressed, denied; nothing kept of what must not be. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/operations/request.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, opsChannel, type TestDoor } from '../support/door.ts';
import { defineSay } from './say-command.ts';
import { clearSpine, defineWork } from './spine.ts';

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

const count = async (table: 'operations' | 'audit_rows' | 'cards'): Promise<number> => {
  const { rows } = await sql<{ count: string }>`select count(*) from ${sql.table(table)}`.execute(
    desk.database.db,
  );
  return Number(rows[0]?.count);
};
const events = async () => (await door.readAuditRows()).map(({ event }) => event);
const readCards = () => desk.database.db.selectFrom('cards').selectAll().orderBy('created_at').execute();
const started = (receipt: Receipt) => {
  if (receipt.kind !== 'started') throw new Error(JSON.stringify(receipt));
  return receipt;
};
const other = { ...opsChannel, channel: 'C0OTHER' };

describe('one delivery that comes three times at once', () => {
  it('of a long command is one operation, one record, one card and one answer', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => door.ask('work', { key: 'same' })));
    expect(new Set(receipts.map((receipt) => started(receipt).operation.id)).size).toBe(1);
    expect(receipts.map((receipt) => started(receipt).joined)).toEqual([false, false, false]);
    expect([await count('operations'), await count('audit_rows'), await count('cards')]).toEqual([1, 1, 1]);
  });

  it('of a command that is answered at once gives the same answer, the secret to one', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => door.ask('say hello', { key: 'same' })));
    for (const receipt of receipts)
      expect(receipt).toMatchObject({ kind: 'answered', answer: { message: { text: 'hello' }, exit: 1 } });
    const secrets = receipts.filter((receipt) => receipt.kind === 'answered' && receipt.answer.secret);
    expect(secrets).toHaveLength(1);
    expect([await count('operations'), await count('audit_rows')]).toEqual([1, 1]);
  });

  it('of a refused one is refused with the same words, without running again', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => door.ask('say wrong', { key: 'same' })));
    for (const receipt of receipts)
      expect(receipt).toMatchObject({ refusal: { reason: 'conflict', say: 'Wrong, 1 times.' } });
    expect(await count('audit_rows')).toBe(1);
  });

  it('of a denied one is recorded once and denied each time', async () => {
    const receipts = await Promise.all(
      [1, 2, 3].map(() => door.ask('say hello', { key: 'same', as: 'outsider' })),
    );
    for (const receipt of receipts) expect(receipt).toMatchObject({ refusal: { reason: 'denied' } });
    expect(await events()).toEqual(['denied']);
  });

  it('that joined stays joined, also when the one it joined has ended', async () => {
    await door.ask('work');
    const joined = await Promise.all([1, 2, 3].map(() => door.ask('work', { key: 'same', as: 'viewer' })));
    expect(joined.map((receipt) => started(receipt).joined)).toEqual([true, true, true]);
    await sql`update operations set state = 'done', due_at = null`.execute(desk.database.db);
    expect(started(await door.ask('work', { key: 'same', as: 'viewer' })).joined).toBe(true);
    expect(await events()).toEqual(['joined', 'asked']);
    expect(await count('operations')).toBe(1);
  });

  it('is not answered to somebody else, nor for another command', async () => {
    await door.ask('say hello', { key: 'same' });
    for (const receipt of [
      await door.ask('say hello', { key: 'same', as: 'operator' }),
      await door.ask('work', { key: 'same' }),
    ])
      expect(receipt).toMatchObject({ kind: 'refused', refusal: { reason: 'conflict' } });
    expect(await count('operations')).toBe(1);
  });
});

describe('two people who ask the same at once', () => {
  it('share one operation and have a card each in their place', async () => {
    for (let time = 0; time < 10; time += 1) {
      await clearSpine(desk);
      const [one, two] = await Promise.all([
        door.ask('work', { as: 'operator' }),
        door.ask('work', { as: 'viewer', place: other }),
      ]);
      expect(started(one).operation.id).toBe(started(two).operation.id);
      expect(started(one).joined).not.toBe(started(two).joined);
      expect((await readCards()).map(({ channel }) => channel).toSorted()).toEqual(['C0OPS', 'C0OTHER']);
      expect((await events()).toSorted()).toEqual(['asked', 'joined']);
    }
  });

  it('in one place share the card too', async () => {
    await Promise.all([door.ask('work', { as: 'operator' }), door.ask('work', { as: 'viewer' })]);
    expect(await count('cards')).toBe(1);
  });

  it('do not share it where what they asked or may see differs', async () => {
    door.setAudience('C0OTHER', { kind: 'shared', targetIds: ['0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001'] });
    await door.ask('work');
    await door.ask('work', { place: other });
    await door.ask('work again');
    expect(await count('operations')).toBe(3);
  });

  it('start a new one when the earlier has just ended', async () => {
    for (let time = 0; time < 10; time += 1) {
      const first = started(await door.ask('work')).operation;
      const [again] = await Promise.all([
        door.ask('work'),
        sql`update operations set state = 'done', due_at = null where id = ${first.id}`.execute(
          desk.database.db,
        ),
      ]);
      expect(again.kind).toBe('started');
      await sql`update operations set state = 'done', due_at = null`.execute(desk.database.db);
    }
  });
});

describe('a denial', () => {
  it('is recorded and explained, and nothing else is written', async () => {
    const receipt = await door.ask('say hello', { as: 'outsider' });
    expect(receipt).toMatchObject({
      kind: 'refused',
      operation: null,
      refusal: { reason: 'denied', say: expect.stringContaining('U0OUTSIDER') },
    });
    expect(await count('operations')).toBe(0);
    expect(await count('cards')).toBe(0);
    expect(
      (await door.readAuditRows()).map(({ event, actor, verb, detail }) => ({ event, actor, verb, detail })),
    ).toEqual([
      {
        event: 'denied',
        actor: 'T0DESK:U0OUTSIDER',
        verb: 'say',
        detail: { reason: 'no-role', input: { what: 'hello' } },
      },
    ]);
  });
});

describe('what was typed', () => {
  const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

  it('of a secret reaches no table and no answer', async () => {
    const receipts = [
      await door.ask(`say the token is ${token} ok`),
      await door.ask(`say ${token}`, { as: 'outsider' }),
      await door.ask(`work ${token}`),
      await door.ask(token),
    ];
    expect(JSON.stringify(receipts)).not.toContain(token);
    for (const table of ['operations', 'audit_rows', 'cards'] as const) {
      const { rows } = await sql<{
        row: string;
      }>`select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(desk.database.db);
      expect(rows.map(({ row }) => row).join()).not.toContain(token);
    }
    expect(JSON.stringify(await door.readAuditRows())).toContain('the token is');
  });

  it('of characters that Postgres refuses is kept without them', async () => {
    const receipt = await door.request('say', { what: 'a\u0000b \ud83d' });
    expect(receipt).toMatchObject({ kind: 'answered', answer: { message: { text: 'ab \ufffd' } } });
    expect(await door.request('work', { what: '\u0000x' })).toMatchObject({ kind: 'started' });
  });

  it('by an alias is recorded under the name of the command', async () => {
    await door.ask('tell hello');
    expect((await door.readAuditRows())[0]?.verb).toBe('say');
  });
});
