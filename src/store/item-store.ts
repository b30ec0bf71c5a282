/** Items: taken by any worker within shared limits, finished under their fence. A passed deadline needs no write: it is read as timed out. */
import { type Selectable, sql } from 'kysely';
import { createFencedError, isFenced } from '../errors.ts';
import type { Item, ItemResult, Operation } from '../operations/operation.ts';
import type { EngineStore, SaveStep } from '../operations/ports.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';
import { toItem, toOperation } from './operation-rows.ts';
import type { Tables } from './tables.ts';

/** How many items of one limit key may run at once over all workers. */
export type LimitOf = { readonly byPrefix: Readonly<Record<string, number>>; readonly others: number };

/** Taking is one at a time over all workers (milliseconds), so that limits hold; running is not. */
const takingLock = 4_150_001;
const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`;

type ItemPart = Pick<EngineStore, 'readItems' | 'takeItems' | 'finishItem' | 'releaseItem'>;

export const createItemStore = (database: Database, now: () => Date, limits: LimitOf): ItemPart => {
  const { db } = database;
  const limitCase = sql`case ${sql.join(
    Object.entries(limits.byPrefix).map(
      ([prefix, most]) => sql`when split_part(limit_key, ':', 1) = ${prefix} then ${sql.lit(most)}`,
    ),
    sql` `,
  )} when true then ${sql.lit(limits.others)} end`;
  return {
    readItems: async (operationId) => {
      const rows = await translate(() =>
        db
          .selectFrom('operation_items')
          .select(['key', 'state', 'result', 'deadline_at'])
          .where('operation_id', '=', operationId)
          .execute(),
      );
      const at = now();
      return rows.map(
        (row): ItemResult => ({
          key: row.key,
          state:
            row.state === 'done'
              ? 'done'
              : row.state === 'late' || row.deadline_at <= at
                ? 'timed-out'
                : 'open',
          result: row.result,
        }),
      );
    },
    takeItems: (owner, leaseMs, limit) =>
      database.transact(async (tx) => {
        const trx = toDb(tx);
        const { rows: locked } = await sql<{
          got: boolean;
        }>`select pg_try_advisory_xact_lock(${takingLock}) as got`.execute(trx);
        if (!locked[0]?.got) return [];
        // An open item's operation is open: its end closes them in the same statement. Those at work come first in their limit key and fill its places;
        // after them operations take turns, so that a small check passes a large one. Whose turn is beyond the limit has no place in any case.
        const { rows: picked } = await sql<{ operation_id: string; key: string }>`
          with candidates as (
            select operation_id, key, limit_key, due_at, lease_owner is not null and lease_until > clock_timestamp() as running,
              row_number() over (partition by operation_id, limit_key order by due_at, key) as turn
            from operation_items
            where state = 'open' and (lease_until > clock_timestamp() or (due_at <= ${now()} and deadline_at > ${now()}))
          ), ranked as (
            select operation_id, key, limit_key, due_at, running,
              row_number() over (partition by limit_key order by running desc, turn, due_at, operation_id) as place
            from candidates where running or turn <= ${limitCase}
          )
          select operation_id, key from ranked where not running and place <= ${limitCase}
          order by place, due_at limit ${limit}`.execute(trx);
        if (picked.length === 0) return [];
        // Looked at again under their locks: meanwhile one may have been finished by a holder whose lease had run out.
        const { rows: taken } = await sql<Selectable<Tables['operation_items']>>`
          update operation_items i set lease_owner = ${owner}, lease_until = ${inMs(leaseMs)}, fence = fence + 1, attempt = attempt + 1
          from (
            select i.operation_id, i.key from operation_items i
            join unnest(${picked.map((row) => row.operation_id)}::uuid[], ${picked.map((row) => row.key)}::text[]) as p(operation_id, key)
              on i.operation_id = p.operation_id and i.key = p.key collate "C"
            where i.state = 'open' and (i.lease_until is null or i.lease_until < clock_timestamp())
            for no key update of i skip locked
          ) p
          where i.operation_id = p.operation_id and i.key = p.key returning i.*`.execute(trx);
        if (taken.length === 0) return [];
        const ids = [...new Set(taken.map((row) => row.operation_id))];
        const operations = new Map(
          (
            await trx
              .selectFrom('operations')
              .selectAll()
              .where('id', '=', sql<string>`any(${ids}::uuid[])`)
              .execute()
          ).map((row) => [row.id, toOperation(row)]),
        );
        return taken.flatMap((row) => {
          const operation = operations.get(row.operation_id);
          return operation ? [{ item: toItem(row), operation }] : [];
        });
      }),
    finishItem: async (item, result) => {
      await changeItem(item, {
        state: 'done',
        result: toJsonText(result),
        lease_owner: null,
        lease_until: null,
      });
      // Asked after the item's own commit, so of two last ones at least the later sees none open; the first to take the fan's mark wakes the join.
      const { rows } = await translate(() =>
        sql<{ id: string }>`
          update operations set due_at = ${now()}, wake_seq = wake_seq + 1, items_deadline = null
          where id = ${item.operationId} and state = 'open' and items_deadline is not null
            and not exists (select 1 from operation_items where operation_id = ${item.operationId} and state = 'open' and deadline_at > ${now()})
          returning id`.execute(db),
      );
      return { lastOne: rows.length > 0 };
    },
    releaseItem: async (item, dueInMs) => {
      try {
        await changeItem(item, {
          lease_owner: null,
          lease_until: null,
          due_at: new Date(now().getTime() + dueInMs),
        });
      } catch (error) {
        if (!isFenced(error)) throw error;
      }
    },
  };

  async function changeItem(item: Item, set: Record<string, unknown>): Promise<void> {
    const changed = await translate(() =>
      db
        .updateTable('operation_items')
        .set(set)
        .where('operation_id', '=', item.operationId)
        .where('key', '=', item.key)
        .where('fence', '=', item.fence)
        .where('state', '=', 'open')
        .executeTakeFirst(),
    );
    if (changed.numUpdatedRows !== 1n) throw createFencedError(`item ${item.key}`);
  }
};

/** New items of a fan; those that are there already stay as they are. */
export const addItems = async (db: Db, operation: Operation, save: SaveStep, now: Date): Promise<void> => {
  const { newItems: items, itemsDeadline } = save;
  await sql`insert into operation_items (operation_id, key, limit_key, input, due_at, deadline_at)
    select ${operation.id}, n.key, n.limit_key, n.input::jsonb, ${now}, ${itemsDeadline ?? now}
    from unnest(${items.map((item) => item.key)}::text[], ${items.map((item) => item.limitKey)}::text[], ${items.map((item) => toJsonText(item.input))}::text[]) as n(key, limit_key, input)
    on conflict do nothing`.execute(db);
};
