/** Reading operations for whoever shows them: by card, by spoken id, by scope. */
import { sql } from 'kysely';
import type { Actor } from '../operations/call.ts';
import type { Operation } from '../operations/operation.ts';
import type { Tx } from '../operations/tx.ts';
import { type Db, toDb, translate } from './database.ts';
import { toOperation } from './operation-rows.ts';
import { isUuid } from './request-store.ts';

/** The operation that a card shows now. */
export const readCardOperation = async (db: Db, cardId: string): Promise<Operation | null> =>
  translate(async () => {
    if (!isUuid(cardId)) return null;
    const row = await db
      .selectFrom('cards')
      .innerJoin('operations', 'operations.id', 'cards.operation_id')
      .selectAll('operations')
      .where('cards.id', '=', cardId)
      .executeTakeFirst();
    return row ? toOperation(row) : null;
  });

/** Which client an operation is about; null where there is none, or no such operation. */
export const readTargetOf = async (tx: Tx, operationId: string): Promise<string | null> =>
  (
    await toDb(tx)
      .selectFrom('operations')
      .select('target_id')
      .where('id', '=', operationId)
      .executeTakeFirst()
  )?.target_id ?? null;

/** An operation that this person asked for or joined; anybody else's is nobody's. */
export const readOwnOperation = async (db: Db, spokenId: string, actor: Actor): Promise<Operation | null> =>
  translate(async () => {
    const row = await db
      .selectFrom('operations')
      .selectAll()
      .where('spoken_id', '=', spokenId)
      .executeTakeFirst();
    if (!row) return null;
    if (row.actor_team === actor.team && row.actor_user === actor.user) return toOperation(row);
    const joined = await db
      .selectFrom('audit_rows')
      .select('id')
      .where('operation_id', '=', row.id)
      .where('actor', '=', `${actor.team}:${actor.user}`)
      .where('event', 'in', ['asked', 'joined'])
      .executeTakeFirst();
    return joined ? toOperation(row) : null;
  });

export interface Backlog {
  readonly operationsOpen: number;
  readonly cardsBehind: number;
  readonly auditUnsealed: number;
}

/** All at one moment: an operation that ends between two counts would be in neither, nor the card that tells of it. */
export const readBacklog = async (db: Db): Promise<Backlog> =>
  translate(async () => {
    const { rows } = await sql<Backlog>`select
      (select count(*)::int from operations where state = 'open') as "operationsOpen",
      (select count(*)::int from cards where wanted_version > delivered_version) as "cardsBehind",
      (select count(*)::int from audit_rows where position is null) as "auditUnsealed"`.execute(db);
    return rows[0] ?? { operationsOpen: 0, cardsBehind: 0, auditUnsealed: 0 };
  });
