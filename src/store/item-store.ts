/** Items: taken by any worker within shared limits, finished under their fence. A passed deadline needs no write: it is read as timed out. */
import { sql } from 'kysely';
import { createFencedError } from '../errors.ts';
import type { Item, ItemResult } from '../operations/operation.ts';
import type { EngineStore } from '../operations/ports.ts';
import { type Database, toDb, toJsonText, translate } from './database.ts';
import { toItem, toOperation } from './operation-rows.ts';

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
  )} else ${sql.lit(limits.others)} end`;
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
          state: row.state === 'done' ? 'done' : row.deadline_at <= at ? 'timed-out' : 'open',
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
        // Open items in order of need, numbered within their limit key behind those that already run.
        const { rows: picked } = await sql<{ operation_id: string; key: string }>`
          with busy as (
            select limit_key, count(*) as running from operation_items
            where state = 'open' and lease_owner is not null and lease_until > clock_timestamp() group by limit_key
          ), waiting as (
            select i.operation_id, i.key, i.limit_key, i.due_at, row_number() over (partition by i.limit_key order by i.due_at, i.operation_id, i.key) as place
            from operation_items i join operations o on o.id = i.operation_id and o.state = 'open'
            where i.state = 'open' and i.due_at <= ${now()} and i.deadline_at > ${now()} and (i.lease_until is null or i.lease_until < clock_timestamp())
          )
          select w.operation_id, w.key from waiting w left join busy b using (limit_key)
          where w.place + coalesce(b.running, 0) <= ${limitCase}
          order by w.due_at, w.place limit ${limit}`.execute(trx);
        if (picked.length === 0) return [];
        const { rows } = await sql<{ operation_id: string; key: string }>`
          update operation_items i set lease_owner = ${owner}, lease_until = ${inMs(leaseMs)}, fence = fence + 1, attempt = attempt + 1
          from unnest(${picked.map((row) => row.operation_id)}::uuid[], ${picked.map((row) => row.key)}::text[]) as p(operation_id, key)
          where i.operation_id = p.operation_id and i.key = p.key returning i.operation_id, i.key`.execute(
          trx,
        );
        if (rows.length === 0) return [];
        const ids = [...new Set(rows.map((row) => row.operation_id))];
        const taken = await trx
          .selectFrom('operation_items')
          .selectAll()
          .where('operation_id', 'in', ids)
          .where('lease_owner', '=', owner)
          .where(
            'key',
            'in',
            rows.map((row) => row.key),
          )
          .where('state', '=', 'open')
          .execute();
        const operations = new Map(
          (await trx.selectFrom('operations').selectAll().where('id', 'in', ids).execute()).map((row) => [
            row.id,
            toOperation(row),
          ]),
        );
        const wanted = new Set(rows.map((row) => `${row.operation_id} ${row.key}`));
        return taken.flatMap((row) => {
          const operation = operations.get(row.operation_id);
          return operation && wanted.has(`${row.operation_id} ${row.key}`)
            ? [{ item: toItem(row), operation }]
            : [];
        });
      }),
    finishItem: async (item, result) => {
      await changeItem(item, {
        state: 'done',
        result: toJsonText(result),
        lease_owner: null,
        lease_until: null,
      });
      // Asked after the item's own commit: of two last ones at least the later sees none open.
      const { rows } = await translate(() =>
        sql<{
          id: string;
        }>`update operations set due_at = ${now()}, wake_seq = wake_seq + 1 where id = ${item.operationId} and state = 'open'
          and not exists (select 1 from operation_items where operation_id = ${item.operationId} and state = 'open') returning id`.execute(
          db,
        ),
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
      } catch {
        // Fenced or the store is away: the lease runs out by itself and another worker takes the item.
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
