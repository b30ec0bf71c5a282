/** The request door on a real database: recorded once however often it comes, joined, pressed, denied; nothing kept of what must not be. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import { refuse } from '../../src/operations/refusal.ts';
import type { Receipt } from '../../src/operations/request.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStoreProxy, type StoreProxy } from '../store/store-proxy.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, opsChannel, type TestDoor } from '../support/door.ts';
import { clearSpine, defineWork, WorkInput } from './spine.ts';

let desk: DeskDatabase;
let door: TestDoor;
let wrongs = 0;

const defineSay = (): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'say',
    aliases: ['tell'],
    summary: 'Says something',
    words: { positionals: [], rest: { name: 'what', about: 'anything' }, flags: {} },
    example: 'say hello',
    input: WorkInput,
    permission: () => 'operate',
    effect: 'record',
    asks: () => ({ kind: 'none' }),
    run: async (_, { what }) => {
      if (what === 'wrong') {
        wrongs += 1;
        return refuse('conflict', `Wrong, ${wrongs} times.`);
      }
      return {
        kind: 'answer',
        message: { text: what, blocks: [] },
        data: { what },
        exit: 1,
        secret: 'shown once',
      };
    },
  });

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  wrongs = 0;
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
    expect(wrongs).toBe(1);
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
      expect([started(one).joined, started(two).joined].toSorted()).toEqual([false, true]);
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
      started(again);
      await sql`update operations set state = 'done', due_at = null`.execute(desk.database.db);
    }
  });
});

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

describe('a store that is away', () => {
  const withProxy = async (work: (proxy: StoreProxy, away: TestDoor) => Promise<void>): Promise<void> => {
    const proxy = await createStoreProxy(desk.url);
    const database = openDatabase({ url: proxy.url, max: 3, log: () => undefined });
    try {
      await work(proxy, createTestDoor({ database, commands: [defineSay()] }));
    } finally {
      await proxy.stop();
      await database.close();
    }
  };
  const expectAway = async (asked: Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    await expect(asked).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  };

  it('is told at once, and taken up again by the first who asks when it is back', () =>
    withProxy(async (proxy, away) => {
      for (let time = 0; time < 5; time += 1) {
        const key = `try ${time}`;
        await Promise.all([1, 2, 3].map(() => away.ask('say hello')));
        await proxy.cut();
        await expectAway(away.ask('say hello', { key }));
        await proxy.restore();
        expect(await away.ask('say hello', { key })).toMatchObject({ kind: 'answered' });
      }
    }));

  it('that ended its connections a moment ago is asked on a new one, unnoticed', async () => {
    const database = openDatabase({ url: desk.url, max: 3, log: () => undefined });
    const asker = createTestDoor({ database, commands: [defineSay()] });
    try {
      for (let time = 0; time < 10; time += 1) {
        await Promise.all([1, 2, 3].map((at) => asker.ask('say hello', { key: `warm ${time} ${at}` })));
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
          desk.database.db,
        );
        expect(await asker.ask('say hello', { key: `after ${time}` })).toMatchObject({ kind: 'answered' });
      }
    } finally {
      await database.close();
    }
  });

  it('in the middle of many requests ends no process, and each is told or done once', () =>
    withProxy(async (proxy, away) => {
      const asked = Array.from({ length: 40 }, (_, at) => away.ask('say hello', { key: `many ${at}` }));
      const ended = Promise.allSettled(asked);
      await new Promise((resolve) => setTimeout(resolve, 15));
      await proxy.cut();
      await proxy.restore();
      for (const result of await ended)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'store-unavailable' });
      for (let at = 0; at < 40; at += 1)
        expect(await away.ask('say hello', { key: `many ${at}` })).toMatchObject({ kind: 'answered' });
      const done = (await door.readAuditRows()).filter(({ event }) => event === 'answered');
      expect(done).toHaveLength(40);
    }));

  it('that is silent where it was never asked before is told within the patience of Slack', () =>
    withProxy(async (proxy, away) => {
      proxy.silence();
      await expectAway(away.ask('say hello'));
    }));
});
