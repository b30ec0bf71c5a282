/** What recurs costs the same in a desk that is years old: rows that each question touches, counted by Postgres itself. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything } from '../../src/operations/scope.ts';
import { createId } from '../../src/runtime/ids.ts';
import { readAudit, readAuditHead, sealAudit } from '../../src/store/audit-store.ts';
import { createCardStore } from '../../src/store/card-store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import * as doctor from '../../src/store/doctor-store.ts';
import { readLastResult, readLastResults } from '../../src/store/earlier-checks.ts';
import { createEngineStore } from '../../src/store/engine-store.ts';
import * as health from '../../src/store/health-store.ts';
import { readBacklog, readOwnOperation } from '../../src/store/operation-store.ts';
import { createRequestStore } from '../../src/store/request-store.ts';
import { readCardTroubles, reviveCards } from '../../src/store/stuck-cards.ts';
import * as upkeep from '../../src/store/upkeep-store.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
/** One connection, so that what was counted in it can be asked for. */
let database: Database;
let target: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
  database = openDatabase({ url: desk.url, max: 1, log: () => undefined });
  target = (await writeTestClients(database, [toTestClient('heritage')]))['heritage'] ?? '';
  await fill(database);
}, 120_000);
afterAll(async () => {
  await database.close();
  await desk.drop();
});

const years = 30_000;
const stuck = createId();
const now = new Date();

/** A check, its card, its items, its effects and its audit rows, every half hour. */
const fill = async ({ db }: Database): Promise<void> => {
  const at = sql`${now}::timestamptz - n * interval '30 minutes'`;
  const made = sql`lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0')`;
  const id = (kind: number) => sql`(${made} || ${sql.lit(`7${kind}008000000000000000`)})::uuid`;
  const row = sql`generate_series(1, ${years}) n`;
  await sql`insert into operations (id, spoken_id, delivery_key, join_key, verb, input, actor_team, actor_user, place, scope, state, step, result, created_at, finished_at)
    select ${id(1)}, upper(lpad(to_hex(n), 6, '0')), 'k' || n, 'health::all::', 'health', '{}', 'T1', 'U1', '{}', '{"kind":"all"}', 'done', 'judge', '{}', ${at}, ${at} from ${row}`.execute(
    db,
  );
  await sql`insert into operation_items (operation_id, key, limit_key, input, state, due_at, deadline_at)
    select ${id(1)}, 'heritage', 'github', '{}', 'done', ${at}, ${at} from ${row} where n < 1440`.execute(db);
  await sql`insert into effects (id, key, kind, operation_id, target_id, subject, state, detail, intended_at, settled_at)
    select ${id(2)}, 'card:' || n || ':post', 'slack-post', ${id(1)}, ${target}, 'card:' || n, 'confirmed', '{}', ${at}, ${at} from ${row}`.execute(
    db,
  );
  await sql`insert into cards (id, operation_id, team, channel, for_team, for_user, posted_channel, posted_ts, delivered_version, next_at, created_at)
    select ${id(3)}, ${id(1)}, 'T1', 'C1', 'T1', 'U1', 'C1', n::text, 1, ${at}, ${at} from ${row}`.execute(
    db,
  );
  await sql`insert into checks (id, target_id, operation_id, state, body, at)
    select ${id(4)}, ${target}, ${id(1)}, 'pass', '{}', ${at} from ${row}`.execute(db);
  await sql`insert into audit_rows (id, at, actor, place, via, event, verb, operation_id, target_id, detail, delivery_key, position, hash)
    select ${id(5)}, ${at}, 'T1:U1', 'T1:C1', 'slack', 'asked', 'health', ${id(1)}, ${target}, '{}', 'k' || n, ${years} - n + 1, 'x' from ${row}`.execute(
    db,
  );
  await sql`insert into cards (id, operation_id, team, channel, for_team, for_user, trouble, delivered_version, next_at, created_at)
    select ${stuck}, id, 'T1', 'C2', 'T1', 'U1', 'not_in_channel', 1, ${now}, ${now} from operations order by id desc limit 1`.execute(
    db,
  );
  await sql`analyze`.execute(db);
};

const tables = ['operations', 'operation_items', 'effects', 'cards', 'checks', 'audit_rows'];
const readTouched = async (): Promise<number> => {
  await sql`select pg_stat_force_next_flush()`.execute(database.db);
  const { rows } = await sql<{ touched: number }>`select
    (select sum(seq_tup_read) from pg_stat_user_tables where relname = any(${tables}))::int
    + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = any(${tables}))::int as touched`.execute(
    database.db,
  );
  return rows[0]?.touched ?? 0;
};

const nobody = createId();
const limits = { byPrefix: {}, others: 10 };
const audit = (filter: object) =>
  database.untied((tx) => readAudit(tx, everything, { limit: 21, ...filter }));

const questions: readonly (readonly [name: string, ask: () => Promise<unknown>])[] = [
  ['due operations', () => createEngineStore(database, () => now, limits).claimDue(nobody, 1_000, 10)],
  ['one operation', () => createEngineStore(database, () => now, limits).claimOne(nobody, 1_000, nobody)],
  ['items to take', () => createEngineStore(database, () => now, limits).takeItems(nobody, 1_000, 10)],
  ['leases to free', () => createEngineStore(database, () => now, limits).releaseLeases(nobody)],
  ['cards to send', () => createCardStore(database, () => now).claim(nobody, 1_000, 10)],
  ['rows to seal', () => sealAudit(database)],
  ['the head of the audit', () => database.untied(readAuditHead)],
  ['the head that was posted', () => upkeep.readPostedHead(database.db)],
  [
    'a repeated delivery',
    () => database.transact((tx) => createRequestStore(database, () => now).findDelivery(tx, 'k7')),
  ],
  [
    'a new delivery',
    () => database.transact((tx) => createRequestStore(database, () => now).findDelivery(tx, 'new')),
  ],
  [
    'one to join',
    () =>
      database.untied((tx) => createRequestStore(database, () => now).findOpenByJoinKey(tx, 'health::all::')),
  ],
  ['the check before of one’s own scope', () => readLastResult(database.db, 'health', 'health::all', nobody)],
  [
    'the check before of a scope that has none',
    () => readLastResult(database.db, 'health', 'health:premium:all', nobody),
  ],
  ['the last check of each client', () => readLastResults(database.db, [target], nobody)],
  ['the last state of each client', () => database.untied((tx) => health.readLastStates(tx, [target]))],
  ['a client’s checks', () => database.untied((tx) => health.readChecks(tx, target, 5))],
  ['somebody’s operation', () => readOwnOperation(database.db, '000ABC', { team: 'T1', user: 'U2' })],
  ['the backlog', () => readBacklog(database.db)],
  ['doctor’s backlog', () => doctor.readWorkFacts(database.db, now)],
  ['doctor’s sessions', () => doctor.readOpenSessions(database.db, now, 1_200_000)],
  ['doctor’s stuck cards', () => readCardTroubles(database.db, now)],
  [
    'stuck cards sent anew',
    async () => {
      await sql`update cards set delivered_version = wanted_version where id = ${stuck}`.execute(database.db);
      expect(await reviveCards(database, { ids: [stuck], channels: ['C2'], at: now })).toEqual([stuck]);
    },
  ],
  [
    'cards that show a client',
    () =>
      database.transact((tx) =>
        health.redrawCards(tx, { verb: 'health', targetId: target, pressed: null, at: now }),
      ),
  ],
  [
    'items to remove',
    () => upkeep.removeItems(database.db, new Date(now.getTime() - 30 * 86_400_000), 1_000),
  ],
  ['answers to remove', () => upkeep.removeAnswers(database.db, new Date(0), 1_000)],
  ['the audit', () => audit({})],
  ['the audit of somebody rare', () => audit({ actor: 'T1:U9' })],
  ['the audit of a rare verb', () => audit({ verb: 'killswitch' })],
  ['the audit of a rare event', () => audit({ event: 'denied' })],
  ['the audit of a client', () => audit({ targetId: target })],
  ['the audit of a client nobody asked for', () => audit({ targetId: nobody })],
  [
    'the audit of somebody rare since yesterday',
    () => audit({ actor: 'T1:U9', since: new Date(now.getTime() - 86_400_000) }),
  ],
];

describe('a desk of some years', () => {
  it.each(questions)('%s', async (_name, ask) => {
    // As often as it takes until Postgres has settled on a plan of the prepared statement.
    for (let time = 0; time < 8; time += 1) await ask();
    const before = await readTouched();
    await ask();
    const touched = (await readTouched()) - before;
    expect(touched).toBeLessThan(500);
  });
});
