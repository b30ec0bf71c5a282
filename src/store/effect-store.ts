/** Effects: the checks and the intent in one transaction, the outcome after the call. */
import { type Selectable, type SqlBool, sql } from 'kysely';
import { createFencedError } from '../errors.ts';
import type { Begun, EffectIntent, EffectRecord, EffectState, EffectStore } from '../operations/effect.ts';
import type { Tx } from '../operations/tx.ts';
import { createId } from '../runtime/ids.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';
import { decideStop, KillswitchUnreadable } from './killswitch-store.ts';
import type { Tables } from './tables.ts';

export const createEffectStore = (database: Database, now: () => Date): EffectStore => ({
  begin: (intent) =>
    begin(database, async (tx) => {
      const db = toDb(tx);
      await checkHolder(db, intent);
      await lockSubject(db, intent);
      const known = await db
        .selectFrom('effects')
        .selectAll()
        .where('key', '=', intent.key)
        .executeTakeFirst();
      if (known) return { kind: 'known', effect: toEffect(known) };
      const stop = await checkFree(db, intent, now(), null);
      if (stop) return stop;
      const row = await db
        .insertInto('effects')
        .values({
          id: createId(),
          key: intent.key,
          kind: intent.kind,
          operation_id: intent.operationId,
          target_id: intent.targetId,
          subject: intent.subject,
          state: 'intended',
          detail: toJsonText(intent.detail),
          fence: toFence(intent),
          intended_at: now(),
        })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) return { kind: 'go', effect: toEffect(row) };
      const raced = await db
        .selectFrom('effects')
        .selectAll()
        .where('key', '=', intent.key)
        .executeTakeFirstOrThrow();
      return { kind: 'known', effect: toEffect(raced) };
    }),
  beginAgain: (intent, effectId, attempt) =>
    begin(database, async (tx) => {
      const db = toDb(tx);
      await checkHolder(db, intent);
      await lockSubject(db, intent);
      const stop = await checkFree(db, intent, now(), effectId);
      if (stop) return stop;
      const row = await db
        .updateTable('effects')
        .set({
          state: 'intended',
          attempt: sql`attempt + 1`,
          intended_at: now(),
          settled_at: null,
          fence: toFence(intent),
        })
        .where('id', '=', effectId)
        // Of two that found the same attempt undone, one goes.
        .where('attempt', '=', attempt)
        .where('state', 'in', ['intended', 'ambiguous'])
        .returningAll()
        .executeTakeFirst();
      if (row) return { kind: 'go', effect: toEffect(row) };
      const settled = await db
        .selectFrom('effects')
        .selectAll()
        .where('id', '=', effectId)
        .executeTakeFirstOrThrow();
      return { kind: 'known', effect: toEffect(settled) };
    }),
  settle: async (effectId, state, externalId, detail) => {
    await translate(() =>
      database.db
        .updateTable('effects')
        .set({
          state,
          external_id: externalId,
          settled_at: now(),
          ...(detail === undefined ? {} : { detail: toJsonText(detail) }),
        })
        .where('id', '=', effectId)
        // What is settled stays settled: a late answer of an older try changes nothing.
        .where('state', 'in', ['intended', 'ambiguous'])
        .execute(),
    );
  },
});

const begin = async (database: Database, work: (tx: Tx) => Promise<Begun>): Promise<Begun> => {
  try {
    return await database.transact(work);
  } catch (error) {
    if (error instanceof KillswitchUnreadable) return { kind: 'stopped', say: error.say };
    throw error;
  }
};

/** One at a time per subject, so that two workers cannot both find it free. */
const lockSubject = async (db: Db, { kind, subject, exclusiveMs }: EffectIntent): Promise<void> => {
  if (exclusiveMs !== undefined)
    await sql`select pg_advisory_xact_lock(hashtextextended(${`${kind} ${subject}`}, 0))`.execute(db);
};

const toFence = (intent: EffectIntent): number | null =>
  intent.holder === null
    ? null
    : 'operation' in intent.holder
      ? intent.holder.operation.fence
      : intent.holder.fence;

/** The lease that this effect rests on must still be ours at the moment the intent is written. */
const checkHolder = async (db: Db, intent: EffectIntent): Promise<void> => {
  const { holder } = intent;
  if (holder === null) return;
  const live = sql<SqlBool>`lease_until > clock_timestamp()`;
  const row =
    'operation' in holder
      ? await db
          .selectFrom('operations')
          .select('id')
          .where('id', '=', holder.operation.id)
          .where('fence', '=', holder.operation.fence)
          .where('state', '=', 'open')
          .where(live)
          .forShare()
          .executeTakeFirst()
      : await db
          .selectFrom('operation_items')
          .select('key')
          .where('operation_id', '=', holder.operationId)
          .where('key', '=', holder.itemKey)
          .where('fence', '=', holder.fence)
          .where('state', '=', 'open')
          .where(live)
          .forShare()
          .executeTakeFirst();
  if (!row) throw createFencedError(`the holder of effect ${intent.key}`);
};

/** Killswitch first, then others on the same subject. */
const checkFree = async (
  db: Db,
  intent: EffectIntent,
  now: Date,
  own: string | null,
): Promise<Begun | null> => {
  if (intent.underKillswitch === 'stops') {
    const stop = await decideStop(db, intent.targetId);
    if (stop !== null) return { kind: 'stopped', say: stop };
  }
  if (intent.exclusiveMs === undefined) return null;
  const other = await db
    .selectFrom('effects')
    .select('intended_at')
    .where('subject', '=', intent.subject)
    .where('kind', '=', intent.kind)
    .where('state', 'in', ['intended', 'ambiguous'])
    .where('intended_at', '>', new Date(now.getTime() - intent.exclusiveMs))
    .where('id', 'is distinct from', own)
    .orderBy('intended_at', 'desc')
    .executeTakeFirst();
  return other ? { kind: 'held', until: new Date(other.intended_at.getTime() + intent.exclusiveMs) } : null;
};

const toEffect = (row: Selectable<Tables['effects']>): EffectRecord => ({
  id: row.id,
  key: row.key,
  kind: row.kind,
  state: row.state as EffectState,
  externalId: row.external_id,
  detail: row.detail,
  intendedAt: row.intended_at,
  attempt: row.attempt,
});
