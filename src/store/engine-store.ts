/** Leases and outcomes of operations. A lease is judged by the database's clock, what is due by the desk's. */
import { type SqlBool, sql } from 'kysely';
import { createFencedError } from '../errors.ts';
import type { Operation } from '../operations/operation.ts';
import type { EngineStore, SaveStep } from '../operations/ports.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';
import { addItems, closeItems, createItemStore, type LimitOf } from './item-store.ts';
import { toOperation } from './operation-rows.ts';
import { appendAudit } from './request-store.ts';

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
        const { woken, targetId } = await saveStep(toDb(tx), operation, save, now());
        if (save.audit !== null)
          await appendAudit(
            tx,
            {
              actor: operation.actor,
              place: operation.place,
              via: 'worker',
              event: 'finished',
              verb: operation.verb,
              operationId: operation.id,
              targetId,
              detail: save.audit,
            },
            now(),
          );
        return woken ? 'woken' : 'saved';
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

/** One transaction under the fence: outcome, new items, cards to draw again, and the lease given back. */
const saveStep = async (
  db: Db,
  operation: Operation,
  save: SaveStep,
  now: Date,
): Promise<{ readonly woken: boolean; readonly targetId: string | null }> => {
  const row = await db
    .selectFrom('operations')
    .select(['fence', 'wake_seq', 'state', 'target_id'])
    .where('id', '=', operation.id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row || row.fence !== operation.fence || row.state !== 'open')
    throw createFencedError(`operation ${operation.spokenId}`);
  const woken = row.wake_seq !== operation.wakeSeq && save.state === 'open';
  if (save.newItems.length > 0) await addItems(db, operation, save, now);
  // Before the state changes: a press holds its card while it waits for the end of an operation that it would join.
  // And in the order of their ids, as everybody who redraws several: so nobody waits in a circle.
  if (save.redraw)
    await sql`update cards set wanted_version = wanted_version + 1
      where id in (select id from cards where operation_id = ${operation.id} order by id for no key update)`.execute(
      db,
    );
  await db
    .updateTable('operations')
    .set({
      state: save.state,
      step: save.step,
      memory: toJsonText(save.memory),
      ...(save.result === undefined ? {} : { result: toJsonText(save.result) }),
      exit: save.exit,
      due_at: woken ? now : save.dueAt,
      ...(save.itemsDeadline ? { items_deadline: save.itemsDeadline } : {}),
      lease_owner: null,
      lease_until: null,
      finished_at: save.state === 'open' ? null : now,
    })
    .where('id', '=', operation.id)
    .execute();
  if (save.state !== 'open') await closeItems(db, operation.id);
  return { woken, targetId: row.target_id };
};
