/** The backlog on a real database, while the work goes on. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createId } from '../../src/runtime/ids.ts';
import { toDb } from '../../src/store/database.ts';
import { readBacklog } from '../../src/store/operation-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

it('is never empty while one thing follows another: an end is told by its card', async () => {
  const { db } = desk.database;
  const id = createId();
  const at = new Date('2026-11-20T08:00:00Z');
  await sql`insert into operations (id, spoken_id, delivery_key, verb, input, actor_team, actor_user, place, scope, state, step, created_at)
    values (${id}, '000ABC', 'k1', 'health', '{}', 'T1', 'U1', '{}', '{}', 'open', 'judge', ${at})`.execute(
    db,
  );
  await sql`insert into cards (id, operation_id, team, channel, for_team, for_user, delivered_version, next_at, created_at)
    values (${createId()}, ${id}, 'T1', 'C1', 'T1', 'U1', 1, ${at}, ${at})`.execute(db);
  expect(await readBacklog(db)).toEqual({ operationsOpen: 1, cardsBehind: 0, auditUnsealed: 0 });
  const turn = (state: 'open' | 'done') =>
    desk.database.transact(async (tx) => {
      await sql`update operations set state = ${state}`.execute(toDb(tx));
      await sql`update cards set delivered_version = ${state === 'open' ? 1 : 0}`.execute(toDb(tx));
    });
  const state = { busy: true };
  const work = (async () => {
    for (let turns = 0; turns < 200; turns += 1) await turn(turns % 2 === 0 ? 'done' : 'open');
    state.busy = false;
  })();
  const seen = new Set<number>();
  while (state.busy) {
    const { operationsOpen, cardsBehind } = await readBacklog(db);
    seen.add(operationsOpen + cardsBehind);
  }
  await work;
  expect([...seen]).toEqual([1]);
});
