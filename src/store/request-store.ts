/** What the request door writes, all inside its transaction. */
import { type Selectable, type SqlBool, sql } from 'kysely';
import type { Delivery, NewAuditRow, RequestStore } from '../operations/ports.ts';
import type { Tx } from '../operations/tx.ts';
import { createId, createSpokenId } from '../runtime/ids.ts';
import { type Database, type Db, toDb, toJsonText } from './database.ts';
import { toOperation } from './operation-rows.ts';
import type { Tables } from './tables.ts';

export const createRequestStore = (database: Database, now: () => Date): RequestStore => ({
  transact: database.transact,
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
  createOperation: async (tx, operation) => {
    const at = now();
    const values = {
      delivery_key: operation.deliveryKey,
      join_key: operation.joinKey,
      verb: operation.verb,
      input: toJsonText(operation.input),
      actor_team: operation.actor.team,
      actor_user: operation.actor.user,
      place: toJsonText(operation.place),
      scope: toJsonText(operation.scope),
      target_id: operation.targetId,
      state: operation.state,
      step: operation.step,
      due_at: operation.state === 'open' ? at : null,
      deadline_at: operation.deadlineMs === null ? null : new Date(at.getTime() + operation.deadlineMs),
      created_at: at,
      finished_at: operation.state === 'open' ? null : at,
    };
    for (let clash = 0; clash < 5; clash += 1) {
      const spokenId = createSpokenId();
      const row = await toDb(tx)
        .insertInto('operations')
        .values({ id: createId(at.getTime()), spoken_id: spokenId, ...values })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) return toOperation(row);
      // Nothing was inserted: a clash of the spoken id is tried again, a taken delivery or join key is the caller's answer.
      const clashed = await toDb(tx)
        .selectFrom('operations')
        .select('id')
        .where('spoken_id', '=', spokenId)
        .executeTakeFirst();
      if (!clashed) return null;
    }
    return null;
  },
  findOpenByJoinKey: async (tx, joinKey) => {
    const row = await toDb(tx)
      .selectFrom('operations')
      .selectAll()
      .where('join_key', '=', joinKey)
      .where('state', '=', 'open')
      .executeTakeFirst();
    return row ? toOperation(row) : null;
  },
  finishNow: async (tx, operationId, answer, exit, state) => {
    await toDb(tx)
      .updateTable('operations')
      .set({ result: toJsonText(answer), exit, state, finished_at: now() })
      .where('id', '=', operationId)
      .execute();
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

export const appendAudit = async (tx: Tx, row: NewAuditRow, at: Date): Promise<void> => {
  await toDb(tx)
    .insertInto('audit_rows')
    .values({
      id: createId(),
      at,
      actor: `${row.actor.team}:${row.actor.user}`,
      place: `${row.place.team}:${row.place.channel}`,
      delivery_key: row.deliveryKey ?? null,
      via: row.via,
      event: row.event,
      verb: row.verb,
      operation_id: row.operationId,
      target_id: row.targetId,
      detail: toJsonText(row.detail),
    })
    .execute();
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
