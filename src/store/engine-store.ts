/** Leases and outcomes of operations. A lease is judged by the database's clock, what is due by the desk's. */
import { type SqlBool, sql } from 'kysely';
import { createFencedError } from '../errors.ts';
import type { Operation } from '../operations/operation.ts';
import type { EngineStore, SaveStep } from '../operations/ports.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';
import { createItemStore, type LimitOf } from './item-store.ts';
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
    renewLeases: async (owner, leaseMs) => {
      // Only what is still live: a lease that ran out may already be somebody else's to take.
      await translate(() =>
        db
          .updateTable('operations')
          .set({ lease_until: inMs(leaseMs) })
          .where('lease_owner', '=', owner)
          .where(sql<SqlBool>`lease_until > clock_timestamp()`)
          .execute(),
      );
      await translate(() =>
        db
          .updateTable('operation_items')
          .set({ lease_until: inMs(leaseMs) })
          .where('lease_owner', '=', owner)
          .where('state', '=', 'open')
          .where(sql<SqlBool>`lease_until > clock_timestamp()`)
          .execute(),
      );
    },
    releaseLeases: async (owner) => {
      await db
        .updateTable('operations')
        .set({ lease_owner: null, lease_until: null })
        .where('lease_owner', '=', owner)
        .execute();
      await db
        .updateTable('operation_items')
        .set({ lease_owner: null, lease_until: null })
        .where('lease_owner', '=', owner)
        .where('state', '=', 'open')
        .execute();
    },
    saveStep: (operation, save) =>
      database.transact((tx) =>
        saveStep(toDb(tx), operation, save, now()).then(async (woken) => {
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
                targetId: null,
                detail: save.audit,
              },
              now(),
            );
          return woken;
        }),
      ),
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
    .forUpdate()
    .skipLocked();

/** One transaction under the fence: outcome, new items, cards to draw again, and the lease given back. */
const saveStep = async (
  db: Db,
  operation: Operation,
  save: SaveStep,
  now: Date,
): Promise<'saved' | 'woken'> => {
  const row = await db
    .selectFrom('operations')
    .select(['fence', 'wake_seq', 'state'])
    .where('id', '=', operation.id)
    .forUpdate()
    .executeTakeFirst();
  if (!row || row.fence !== operation.fence || row.state !== 'open')
    throw createFencedError(`operation ${operation.spokenId}`);
  const woken = row.wake_seq !== operation.wakeSeq && save.state === 'open';
  if (save.newItems.length > 0)
    await db
      .insertInto('operation_items')
      .values(
        save.newItems.map((item) => ({
          operation_id: operation.id,
          key: item.key,
          limit_key: item.limitKey,
          input: toJsonText(item.input),
          due_at: now,
          deadline_at: save.itemsDeadline ?? now,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
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
  if (save.redraw)
    await db
      .updateTable('cards')
      .set((card) => ({ wanted_version: card('wanted_version', '+', 1) }))
      .where('operation_id', '=', operation.id)
      .execute();
  return woken ? 'woken' : 'saved';
};
