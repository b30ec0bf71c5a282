/** What the desk's own daily work reads and removes: heads of the audit as they were posted, and rows past their time. */
import { sql } from 'kysely';
import { createId } from '../runtime/ids.ts';
import { type Db, translate } from './database.ts';

/** The head that the newest finished `audit-head` told. */
export const readPostedHead = async (
  db: Db,
): Promise<{ readonly position: number; readonly hash: string } | null> =>
  translate(async () => {
    const row = await db
      .selectFrom('operations')
      .select('result')
      .where('verb', '=', 'audit-head')
      .where('state', '=', 'done')
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const result = row?.result;
    if (typeof result !== 'object' || result === null || !('position' in result) || !('hash' in result))
      return null;
    const { position, hash } = result;
    return typeof position === 'number' && typeof hash === 'string' ? { position, hash } : null;
  });

export const readHashAt = async (db: Db, position: number): Promise<string | null> =>
  translate(async () => {
    const row = await db
      .selectFrom('audit_rows')
      .select('hash')
      .where('position', '=', String(position))
      .executeTakeFirst();
    return row?.hash ?? null;
  });

/** The operation, its result and the audit stay; only its parts go. */
export const removeItems = async (db: Db, finishedBefore: Date, limit: number): Promise<number> =>
  translate(async () => {
    // Ids tell when a row was made, and what is finished was made before: so nothing younger is looked at, nor what has no parts any more.
    const madeBefore = createId(finishedBefore.getTime());
    const { numAffectedRows } = await sql`delete from operation_items where ctid in (
      select i.ctid from operation_items i join operations o on o.id = i.operation_id
      where i.operation_id < ${madeBefore} and o.state <> 'open' and o.finished_at < ${finishedBefore} limit ${limit})`.execute(
      db,
    );
    return Number(numAffectedRows ?? 0n);
  });

export const removeAnswers = async (db: Db, fetchedBefore: Date, limit: number): Promise<number> =>
  translate(async () => {
    const { numAffectedRows } = await sql`delete from github_answers where key in (
      select key from github_answers where fetched_at < ${fetchedBefore} limit ${limit})`.execute(db);
    return Number(numAffectedRows ?? 0n);
  });
