/** Everything that locks several rows, at the same moment and many times over: Postgres counts no deadlock, and nothing fails. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFenced } from '../../src/errors.ts';
import { createId } from '../../src/runtime/ids.ts';
import { createCardStore } from '../../src/store/card-store.ts';
import { openDatabase } from '../../src/store/database.ts';
import { redrawCards } from '../../src/store/health-store.ts';
import { createSpine, defineWork, type Spine } from '../operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { opsChannel } from '../support/door.ts';

let desk: DeskDatabase;
let spine: Spine;
const failures: unknown[] = [];
const wide = { close: async () => undefined as void };
beforeAll(async () => {
  desk = await createDeskDatabase();
  // Many at once need as many connections, or they would only wait for each other in the pool.
  const database = openDatabase({ url: desk.url, max: 20, log: () => undefined });
  wide.close = database.close;
  spine = createSpine(
    { ...desk, database },
    defineWork({
      joinKey: ({ what }) => what,
      steps: {
        start: async ({ operation, now }) => ({
          kind: 'fan',
          items: Array.from({ length: 10 }, (_, at) => ({
            key: `k${at}`,
            limitKey: `g:${at % 3}`,
            input: null,
          })),
          deadline: new Date(now().getTime() + 60_000),
          step: operation.step === 'start' ? 'join' : 'start',
          memory: {},
        }),
        join: async ({ items, now }) =>
          (await items()).some(({ state }) => state === 'open')
            ? { kind: 'wait', until: now(), memory: {}, result: Math.random() }
            : { kind: 'done', result: null, exit: 0 },
      },
      items: async () => null,
    }),
    { byPrefix: {}, others: 50 },
  );
  const cards = createCardStore(database, spine.door.now);
  const never = new AbortController().signal;
  const going = { on: true };
  const repeat = async (work: (round: number) => Promise<unknown>): Promise<void> => {
    for (let round = 0; going.on; round += 1)
      try {
        await work(round);
      } catch (error) {
        if (!isFenced(error)) failures.push(error);
      }
  };
  const press = async (round: number): Promise<void> => {
    const { rows } = await sql<{ id: string; version: number; channel: string }>`
      select id, decision_version as version, channel from cards order by random() limit 1`.execute(
      database.db,
    );
    const [card] = rows;
    if (!card) return;
    await spine.door.ask(`work ${'abc'[round % 3]}`, {
      card: { id: card.id, version: card.version, takeOver: true },
      place: { ...opsChannel, channel: card.channel },
    });
  };
  for (const what of ['a', 'b', 'c'])
    for (const channel of ['C0ONE', 'C0TWO', 'C0THREE'])
      await spine.door.ask(`work ${what}`, { place: { ...opsChannel, channel } });
  const work = [
    ...[1, 2, 3].map((owner) =>
      repeat(async () => {
        const claimed = await spine.store.claimDue(`w${owner}`, 60_000, 3);
        await Promise.all(claimed.map((operation) => spine.engine.advance(operation, never)));
      }),
    ),
    ...[1, 2].map((owner) =>
      repeat(async () => {
        const taken = await spine.store.takeItems(`w${owner}`, 60_000, 20);
        await Promise.all(taken.map(({ item, operation }) => spine.engine.runItem(item, operation, never)));
      }),
    ),
    repeat(async (round) => {
      for (const { cardId, wantedVersion } of await cards.claim(`n${round}`, 60_000, 5))
        await cards.markDelivered(cardId, `n${round}`, wantedVersion, 0);
    }),
    repeat(press),
    repeat(press),
    repeat((round) =>
      spine.door.ask(`work ${'abc'[round % 3]}`, { place: { ...opsChannel, channel: `C0${round % 5}` } }),
    ),
    // As `take` does it.
    ...[1, 2].map(() =>
      repeat(async () => {
        const { rows } = await sql<{ id: string }>`select id from cards order by random() limit 1`.execute(
          database.db,
        );
        const change = { verb: 'work', targetId: createId(), pressed: rows[0]?.id ?? null };
        await database.transact((tx) => redrawCards(tx, { ...change, at: spine.door.now() }));
      }),
    ),
  ];
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  going.on = false;
  await Promise.all(work);
}, 60_000);
afterAll(async () => {
  await wide.close();
  await desk.drop();
});

it('fails nowhere, and Postgres counts hardly a deadlock', async () => {
  expect(failures).toEqual([]);
  await sql`select pg_stat_force_next_flush()`.execute(desk.database.db);
  const { rows } = await sql<{ deadlocks: string; commits: string }>`
    select deadlocks, xact_commit as commits from pg_stat_database where datname = current_database()`.execute(
    desk.database.db,
  );
  // One in a crowd is run again by `transact`; more would mean that the order of locks is lost.
  expect(Number(rows[0]?.deadlocks)).toBeLessThanOrEqual(2);
});

it('did what it was for: operations ended, cards were drawn', async () => {
  const { rows } = await sql<{ done: string; drawn: string }>`
    select (select count(*) from operations where state = 'done') as done, (select count(*) from cards where delivered_version > 1) as drawn`.execute(
    desk.database.db,
  );
  expect(Number(rows[0]?.done)).toBeGreaterThan(5);
  expect(Number(rows[0]?.drawn)).toBeGreaterThan(5);
});
