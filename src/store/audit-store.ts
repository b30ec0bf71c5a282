/** The sealed record: one sealer at a time gives position and hash; reading is scoped like everything else. */
import { type Selectable, sql } from 'kysely';
import { type AuditFilter, type AuditRow, genesis, type SealedRow, seal } from '../operations/audit.ts';
import type { Scope } from '../operations/scope.ts';
import type { Tx } from '../operations/tx.ts';
import { type Database, type Db, toDb } from './database.ts';
import type { Tables } from './tables.ts';

const sealingLock = 4_150_002;
const pageSize = 500;

/** Seals what is unsealed, oldest first; returns how many. Another sealer at work means zero. */
export const sealAudit = (database: Database, limit = pageSize): Promise<number> =>
  database.transact(async (tx) => {
    const db = toDb(tx);
    const { rows: locked } = await sql<{
      got: boolean;
    }>`select pg_try_advisory_xact_lock(${sealingLock}) as got`.execute(db);
    if (!locked[0]?.got) return 0;
    const rows = await db
      .selectFrom('audit_rows')
      .selectAll()
      .where('position', 'is', null)
      .orderBy('id')
      .limit(limit)
      .execute();
    if (rows.length === 0) return 0;
    const last = await readHead(db);
    let { position, hash } = last;
    const sealed = rows.map((row) => {
      position += 1;
      hash = seal(toAuditRow(row), position, hash);
      return { id: row.id, position, hash };
    });
    await sql`update audit_rows a set position = s.position, hash = s.hash
      from unnest(${sealed.map((row) => row.id)}::uuid[], ${sealed.map((row) => row.position)}::bigint[], ${sealed.map((row) => row.hash)}::text[]) as s(id, position, hash)
      where a.id = s.id`.execute(db);
    return sealed.length;
  });

const readHead = async (db: Db): Promise<{ position: number; hash: string }> => {
  const last = await db
    .selectFrom('audit_rows')
    .select(['position', 'hash'])
    .where('position', 'is not', null)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { position: Number(last?.position ?? 0), hash: last?.hash ?? genesis };
};

export interface AuditHead {
  readonly position: number;
  readonly hash: string;
  readonly unsealed: number;
}

export const readAuditHead = async (tx: Tx): Promise<AuditHead> => {
  const db = toDb(tx);
  const open = await db
    .selectFrom('audit_rows')
    .select((row) => row.fn.countAll<string>().as('count'))
    .where('position', 'is', null)
    .executeTakeFirstOrThrow();
  return { ...(await readHead(db)), unsealed: Number(open.count) };
};

/** Sealed rows in order of position, page by page. */
export async function* readSealed(tx: Tx): AsyncGenerator<SealedRow> {
  let after = '0';
  for (;;) {
    const rows = await toDb(tx)
      .selectFrom('audit_rows')
      .selectAll()
      .where('position', '>', after)
      .orderBy('position')
      .limit(pageSize)
      .execute();
    for (const row of rows)
      yield { ...toAuditRow(row), position: Number(row.position), hash: row.hash ?? '' };
    const last = rows.at(-1)?.position;
    if (rows.length < pageSize || last === null || last === undefined) return;
    after = last;
  }
}

/** Within the scope: rows of no target are seen by those who see all. */
const selectRows = (db: Db, scope: Scope, filter: AuditFilter) => {
  let query = db.selectFrom('audit_rows').limit(filter.limit);
  if (scope.kind === 'only')
    query = query.where(
      'target_id',
      'in',
      scope.targetIds.length > 0 ? [...scope.targetIds] : ['00000000-0000-0000-0000-000000000000'],
    );
  if (filter.targetId !== undefined) query = query.where('target_id', '=', filter.targetId);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.verb !== undefined) query = query.where('verb', '=', filter.verb);
  if (filter.event !== undefined) query = query.where('event', '=', filter.event);
  if (filter.since !== undefined) query = query.where('at', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('at', '<', filter.until);
  if (filter.before !== undefined) query = query.where('position', '<', String(filter.before));
  return query;
};

/** Newest first. */
export const readAudit = async (
  tx: Tx,
  scope: Scope,
  filter: AuditFilter,
): Promise<readonly (AuditRow & { position: number | null })[]> => {
  const rows = await selectRows(toDb(tx), scope, filter).selectAll().orderBy('id', 'desc').execute();
  return rows.map((row) => ({
    ...toAuditRow(row),
    position: row.position === null ? null : Number(row.position),
  }));
};

/** Sealed rows, newest first: which they are stays as it is, however many come after. */
export const readSealedRows = async (
  tx: Tx,
  scope: Scope,
  filter: AuditFilter,
): Promise<readonly (AuditRow & { position: number })[]> => {
  const rows = await selectRows(toDb(tx), scope, filter)
    .selectAll()
    .where('position', 'is not', null)
    .orderBy('position', 'desc')
    .execute();
  return rows.map((row) => ({ ...toAuditRow(row), position: Number(row.position) }));
};

/** Where the same rows stand, without what they say. */
export const readSealedPositions = async (
  tx: Tx,
  scope: Scope,
  filter: AuditFilter,
): Promise<readonly { readonly position: number; readonly at: Date }[]> => {
  const rows = await selectRows(toDb(tx), scope, filter)
    .select(['position', 'at'])
    .where('position', 'is not', null)
    .orderBy('position', 'desc')
    .execute();
  return rows.map(({ position, at }) => ({ position: Number(position), at }));
};

const toAuditRow = (row: Selectable<Tables['audit_rows']>): AuditRow => ({
  id: row.id,
  at: row.at,
  actor: row.actor,
  place: row.place,
  via: row.via,
  event: row.event,
  verb: row.verb,
  operationId: row.operation_id,
  targetId: row.target_id,
  detail: row.detail,
});
