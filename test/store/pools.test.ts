/** Statements are prepared once for each connection, and a table that changes beneath them fails nobody. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase, toDb } from '../../src/store/database.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let database: Database;
beforeAll(async () => {
  desk = await createDeskDatabase();
  database = openDatabase({ url: desk.url, max: 3, log: () => undefined });
});
afterAll(async () => {
  await database.close();
  await desk.drop();
});

const readAll = (key: string) =>
  database.untied((tx) => toDb(tx).selectFrom('settings').selectAll().where('key', '=', key).execute());

it('prepares what recurs', async () => {
  for (let time = 0; time < 4; time += 1) await readAll('any');
  const { rows } = await sql<{ count: string }>`
    select count(*) from pg_prepared_statements where statement like '%"settings"%'`.execute(database.db);
  expect(Number(rows[0]?.count)).toBe(1);
});

it('goes on where a newer desk changed a table, in and out of transactions', async () => {
  for (const column of ['one', 'two']) {
    await Promise.all([1, 2, 3].map(() => readAll('any')));
    await sql`alter table settings add column ${sql.ref(column)} integer`.execute(desk.database.db);
    const inTransaction = database.transact((tx) =>
      toDb(tx).selectFrom('settings').selectAll().where('key', '=', 'any').execute(),
    );
    expect(await Promise.all([readAll('any'), inTransaction, readAll('any')])).toEqual([[], [], []]);
  }
});
