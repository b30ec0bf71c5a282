/** What the request door writes, all inside its transaction. */
import { type Selectable, type SqlBool, sql } from 'kysely';
import { formatActor } from '../operations/call.ts';
import { toJson } from '../operations/json.ts';
import type { Operation } from '../operations/operation.ts';
import type { Delivery, NewAuditRow, NewRecord, RequestStore } from '../operations/ports.ts';
import type { Tx } from '../operations/tx.ts';
import { createId } from '../runtime/ids.ts';
import { type Database, type Db, toDb, toJsonText } from './database.ts';
import { toOperation } from './operation-rows.ts';
import { toTaken } from './store-errors.ts';
import type { Tables } from './tables.ts';

export const createRequestStore = (database: Database, now: () => Date): RequestStore => ({
  transact: database.transact,
  untied: database.untied,
  findDelivery: async (tx, deliveryKey) => {
    const db = toDb(tx);
    // Deliveries of one key pass one after another: the second one finds what the first one wrote.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`delivery ${deliveryKey}`}, 0))`.execute(db);
    const row = await db
      .selectFrom('audit_rows')
      .select(['actor', 'verb', 'event', 'detail', 'operation_id'])
      .where('delivery_key', '=', deliveryKey)
      .executeTakeFirst();
    return row ? readDelivery(db, row) : null;
  },
  record: (tx, record) => writeRecord(toDb(tx), record, now()),
  findOpenByJoinKey: async (tx, joinKey) => {
    const row = await toDb(tx)
      .selectFrom('operations')
      .selectAll()
      .where('join_key', '=', joinKey)
      .where('state', '=', 'open')
      .executeTakeFirst();
    return row ? toOperation(row) : null;
  },
  appendAudit: (tx, row) => appendAudit(tx, row, now()),
  addCard: async (tx, operationId, place, actor) => {
    await toDb(tx)
      .insertInto('cards')
      .values({
        id: createId(),
        operation_id: operationId,
        team: place.team,
        channel: place.channel,
        thread: place.thread,
        for_team: actor.team,
        for_user: actor.user,
        next_at: now(),
        created_at: now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
  decideOnCard: async (tx, card, place) => {
    if (!isUuid(card.id)) return 'missing';
    // A direct card's row names the person; its channel is known once the post is written down.
    const here = sql<SqlBool>`(coalesce(posted_channel, channel) = ${place.channel} or (posted_channel is null and channel like 'direct:%'))`;
    const won = await toDb(tx)
      .updateTable('cards')
      .set((row) => ({
        decision_version: row('decision_version', '+', 1),
        // Its buttons carry the old version: until they are drawn anew nobody can press them.
        wanted_version: row('wanted_version', '+', 1),
      }))
      .where('id', '=', card.id)
      .where(here)
      .where('decision_version', '=', card.version)
      .where('superseded_by', 'is', null)
      .executeTakeFirst();
    if (won.numUpdatedRows === 1n) return 'won';
    const there = await toDb(tx)
      .selectFrom('cards')
      .select('id')
      .where('id', '=', card.id)
      .where(here)
      .executeTakeFirst();
    return there ? 'lost' : 'missing';
  },
  takeOverCard: async (tx, cardId, operation) => {
    const card = await toDb(tx)
      .selectFrom('cards')
      .selectAll()
      .where('id', '=', cardId)
      .executeTakeFirstOrThrow();
    const newer = await toDb(tx)
      .selectFrom('cards')
      .innerJoin('operations', 'operations.id', 'cards.operation_id')
      .select('cards.id')
      .where('cards.team', '=', card.team)
      .where('cards.channel', '=', card.channel)
      .where('operations.verb', '=', operation.verb)
      .where('cards.created_at', '>', card.created_at)
      .executeTakeFirst();
    if (newer) {
      await toDb(tx)
        .updateTable('cards')
        .set((row) => ({ superseded_by: operation.id, wanted_version: row('wanted_version', '+', 1) }))
        .where('id', '=', cardId)
        .execute();
      return 'superseded';
    }
    // A press that joined a check whose card already stands in this place must not make a second picture of it.
    const twin = await toDb(tx)
      .selectFrom('cards')
      .select('id')
      .where('operation_id', '=', operation.id)
      .where('team', '=', card.team)
      .where('channel', '=', card.channel)
      .executeTakeFirst();
    if (twin) return 'superseded';
    await toDb(tx)
      .updateTable('cards')
      .set((row) => ({
        operation_id: operation.id,
        wanted_version: row('wanted_version', '+', 1),
        next_at: now(),
      }))
      .where('id', '=', cardId)
      .execute();
    return 'moved';
  },
  resolveTarget: async (tx, key) => {
    const row = await toDb(tx)
      .selectFrom('targets')
      .select('id')
      .where('key', '=', key.toLowerCase())
      .executeTakeFirst();
    return row?.id ?? null;
  },
});

/** One statement, so one trip and one commit: the operation, and where it was written, its audit row and its card. */
const writeRecord = async (
  db: Db,
  { operation: asked, audit, card }: NewRecord,
  at: Date,
): Promise<Operation | null> => {
  const isOpen = asked.state === 'open';
  const { id, spokenId, verb, input, actor, place, scope, state, step, exit } = asked;
  const operation: Operation = {
    id,
    spokenId,
    verb,
    input,
    actor,
    place,
    scope,
    state,
    step,
    exit,
    memory: {},
    result: asked.answer === null ? null : toJson(asked.answer),
    fence: 0,
    wakeSeq: 0,
    deadlineAt: asked.deadlineMs === null ? null : new Date(at.getTime() + asked.deadlineMs),
    createdAt: at,
    finishedAt: isOpen ? null : at,
  };
  const insertCard = card
    ? sql`, drawn as (
        insert into cards (id, operation_id, team, channel, thread, for_team, for_user, next_at, created_at)
        select ${createId()}::uuid, id, ${card.place.team}::text, ${card.place.channel}::text, ${card.place.thread}::text,
          ${card.for.team}::text, ${card.for.user}::text, ${at}::timestamptz, ${at}::timestamptz from asked)`
    : sql``;
  const write = sql<{ id: string }>`
    with asked as (
      insert into operations (id, spoken_id, delivery_key, join_key, verb, input, actor_team, actor_user, place, scope,
        target_id, state, step, result, exit, due_at, deadline_at, created_at, finished_at)
      values (${asked.id}, ${asked.spokenId}, ${asked.deliveryKey}, ${asked.joinKey}, ${asked.verb}, ${toJsonText(asked.input)},
        ${asked.actor.team}, ${asked.actor.user}, ${toJsonText(asked.place)}, ${toJsonText(asked.scope)}, ${asked.targetId},
        ${asked.state}, ${asked.step}, ${asked.answer === null ? null : toJsonText(asked.answer)}, ${asked.exit},
        ${isOpen ? at : null}, ${operation.deadlineAt}, ${at}, ${operation.finishedAt})
      on conflict do nothing returning id
    ), noted as (
      insert into audit_rows (id, at, actor, place, delivery_key, via, event, verb, operation_id, target_id, detail)
      select ${createId()}::uuid, ${at}::timestamptz, ${formatActor(audit.actor)}::text, ${`${audit.place.team}:${audit.place.channel}`}::text,
        ${audit.deliveryKey ?? null}::text, ${audit.via}::text, ${audit.event}::text, ${audit.verb}::text, id,
        ${audit.targetId}::uuid, ${toJsonText(audit.detail)}::jsonb from asked
    )${insertCard} select id from asked`;
  const { rows } = await catchTaken(write.execute(db));
  return rows.length === 0 ? null : operation;
};

const catchTaken = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw toTaken(error);
  }
};

export const appendAudit = async (tx: Tx, row: NewAuditRow, at: Date): Promise<void> => {
  const insert = toDb(tx)
    .insertInto('audit_rows')
    .values({
      id: createId(),
      at,
      actor: formatActor(row.actor),
      place: `${row.place.team}:${row.place.channel}`,
      delivery_key: row.deliveryKey ?? null,
      via: row.via,
      event: row.event,
      verb: row.verb,
      operation_id: row.operationId,
      target_id: row.targetId,
      detail: toJsonText(row.detail),
    });
  await catchTaken(insert.execute());
};

const readDelivery = async (
  db: Db,
  row: Pick<Selectable<Tables['audit_rows']>, 'actor' | 'verb' | 'event' | 'detail' | 'operation_id'>,
): Promise<Delivery> => {
  const { actor, verb, event, detail } = row;
  const found =
    row.operation_id === null
      ? undefined
      : await db.selectFrom('operations').selectAll().where('id', '=', row.operation_id).executeTakeFirst();
  const direct =
    found === undefined
      ? undefined
      : await db
          .selectFrom('cards')
          .select('id')
          .where('operation_id', '=', found.id)
          .where('channel', '=', `direct:${actor.slice(actor.indexOf(':') + 1)}`)
          .executeTakeFirst();
  const operation = found ? toOperation(found) : null;
  return { actor, verb, event, detail, operation, where: direct ? 'direct' : 'place' };
};

/** Ids come from outside (buttons, terminals); Postgres answers a malformed one with an error instead of "none". */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(text);

/** Wakes an operation from any transaction: a webhook, a click, a timer. The hint to the queue comes after commit. */
export const wake = async (tx: Tx, operationId: string, at: Date): Promise<void> => {
  await toDb(tx)
    .updateTable('operations')
    .set({ due_at: at, wake_seq: sql`wake_seq + 1` })
    .where('id', '=', operationId)
    .where('state', '=', 'open')
    .execute();
};
