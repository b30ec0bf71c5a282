/** Leases and outcomes of operations. A lease is judged by the database's clock, what is due by the desk's. */
import { type SqlBool, sql } from 'kysely';
import { createFencedError } from '../errors.ts';
import { formatActor } from '../operations/call.ts';
import type { Operation } from '../operations/operation.ts';
import type { EngineStore, SaveStep } from '../operations/ports.ts';
import { createId } from '../runtime/ids.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';
import { addItems, createItemStore, type LimitOf } from './item-store.ts';
import { toOperation } from './operation-rows.ts';

const unleased = sql<SqlBool>`(lease_until is null or lease_until < clock_timestamp())`;
const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`;

export const createEngineStore = (database: Database, now: () => Date, limitOf: LimitOf): EngineStore => {
  const { db } = database;
  const claim = (owner: string, leaseMs: number, pick: (query: Db) => ReturnType<typeof pickDue>) =>
    translate(() =>
      db
        .updateTable('operations')
        .set({ lease_owner: owner, lease_until: inMs(leaseMs), fence: sql`fence + 1` })
        .where('id', 'in', pick(db))
        .returningAll()
        .execute(),
    );
  return {
    ...createItemStore(database, now, limitOf),
    claimDue: async (owner, leaseMs, limit) =>
      (await claim(owner, leaseMs, (query) => pickDue(query, now(), limit))).map(toOperation),
    claimOne: async (owner, leaseMs, operationId) => {
      const rows = await claim(owner, leaseMs, (query) =>
        pickDue(query, now(), 1).where('id', '=', operationId),
      );
      return rows[0] ? toOperation(rows[0]) : null;
    },
    renewLeases: async (owner, leaseMs, held) => {
      // Only what is still live: a lease that ran out may already be somebody else's to take.
      if (held.operations.length > 0)
        await translate(() =>
          sql`update operations o set lease_until = ${inMs(leaseMs)}
            from unnest(${held.operations.map(({ id }) => id)}::uuid[], ${held.operations.map(({ fence }) => fence)}::int[]) as h(id, fence)
            where o.id = h.id and o.fence = h.fence and lease_owner = ${owner} and lease_until > clock_timestamp()`.execute(
            db,
          ),
        );
      if (held.items.length > 0)
        await translate(() =>
          sql`update operation_items i set lease_until = ${inMs(leaseMs)}
            from unnest(${held.items.map((item) => item.operationId)}::uuid[], ${held.items.map((item) => item.key)}::text[], ${held.items.map((item) => item.fence)}::int[]) as h(operation_id, key, fence)
            where i.operation_id = h.operation_id and i.key = h.key collate "C" and i.fence = h.fence
              and state = 'open' and lease_owner = ${owner} and lease_until > clock_timestamp()`.execute(db),
        );
    },
    releaseLeases: async (owner) => {
      const free = { lease_owner: null, lease_until: null };
      await translate(() =>
        db.updateTable('operations').set(free).where('lease_owner', '=', owner).execute(),
      );
      await translate(() =>
        db
          .updateTable('operation_items')
          .set(free)
          .where('lease_owner', '=', owner)
          .where('state', '=', 'open')
          .execute(),
      );
    },
    saveStep: (operation, save) =>
      database.transact(async (tx) => {
        const db = toDb(tx);
        if (save.newItems.length > 0) {
          await holdFence(db, operation);
          await addItems(db, operation, save, now());
        }
        // Before the state changes: a press holds its card while it waits for the end of an operation that it would join.
        // And in the order of their ids, as everybody who redraws several: so nobody waits in a circle.
        if (save.redraw)
          await sql`update cards set wanted_version = wanted_version + 1
            where id in (select id from cards where operation_id = ${operation.id} order by id for no key update)`.execute(
            db,
          );
        return writeStep(db, operation, save, now());
      }),
  };
};

const pickDue = (db: Db, now: Date, limit: number) =>
  db
    .selectFrom('operations')
    .select('id')
    .where('state', '=', 'open')
    .where('due_at', '<=', now)
    .where(unleased)
    .orderBy('due_at')
    .limit(limit)
    // Not FOR UPDATE: a card that is being added to the operation must not hide it.
    .forNoKeyUpdate()
    .skipLocked();

/** Nothing of a fan is written under a fence that moved; whoever would move it waits. */
const holdFence = async (db: Db, operation: Operation): Promise<void> => {
  const row = await db
    .selectFrom('operations')
    .select('id')
    .where('id', '=', operation.id)
    .where('fence', '=', operation.fence)
    .where('state', '=', 'open')
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw createFencedError(`operation ${operation.spokenId}`);
};

/** The outcome, the lease given back, what an end leaves behind and its audit row: one statement under the fence. Woken meanwhile, it is due at once. */
const writeStep = async (
  db: Db,
  operation: Operation,
  save: SaveStep,
  now: Date,
): Promise<'saved' | 'woken'> => {
  const isOpen = save.state === 'open';
  const closing = isOpen
    ? sql``
    : sql`, closed as (
        update operation_items set state = 'late', lease_owner = null, lease_until = null
        where operation_id in (select id from saved) and state = 'open')`;
  const noting =
    save.audit === null
      ? sql``
      : sql`, noted as (
        insert into audit_rows (id, at, actor, place, via, event, verb, operation_id, target_id, detail)
        select ${createId()}::uuid, ${now}::timestamptz, ${formatActor(operation.actor)}::text,
          ${`${operation.place.team}:${operation.place.channel}`}::text, 'worker', 'finished', ${operation.verb}::text, id, target_id,
          ${toJsonText(save.audit)}::jsonb from saved)`;
  const { rows } = await sql<{ wake_seq: number }>`
    with saved as (
      update operations set state = ${save.state}, step = ${save.step}, memory = ${toJsonText(save.memory)},
        result = ${save.result === undefined ? sql`result` : toJsonText(save.result)}, exit = ${save.exit},
        due_at = ${isOpen ? sql`case when wake_seq = ${operation.wakeSeq} then ${save.dueAt}::timestamptz else ${now} end` : null},
        items_deadline = ${save.itemsDeadline ?? sql`items_deadline`}, lease_owner = null, lease_until = null,
        finished_at = ${isOpen ? null : now}
      where id = ${operation.id} and fence = ${operation.fence} and state = 'open'
      returning id, target_id, wake_seq
    )${closing}${noting} select wake_seq from saved`.execute(db);
  const [saved] = rows;
  if (!saved) throw createFencedError(`operation ${operation.spokenId}`);
  return isOpen && saved.wake_seq !== operation.wakeSeq ? 'woken' : 'saved';
};
