/** What health remembers: the newest observation of each criterion with its clock, every check, notes, claims, and credentials not to be tried. */
import { sql } from 'kysely';
import type { Actor } from '../operations/call.ts';
import { formatActor } from '../operations/call.ts';
import type { Json } from '../operations/json.ts';
import type { Scope } from '../operations/scope.ts';
import type { Tx } from '../operations/tx.ts';
import { createId } from '../runtime/ids.ts';
import { type Db, toDb, toJsonText, translate } from './database.ts';
import { isUuid } from './request-store.ts';

export interface StoredObservation {
  readonly targetId: string;
  readonly criterion: string;
  readonly subject: string;
  readonly body: Json;
}

export interface StoredCheck {
  readonly targetId: string;
  readonly state: string;
  readonly body: Json;
  readonly observations: readonly (StoredObservation & {
    readonly since: Date | null;
    readonly observedAt: Date;
  })[];
}

export const readObservations = async (
  db: Db,
  targetIds: readonly string[],
): Promise<readonly StoredObservation[]> =>
  translate(async () => {
    if (targetIds.length === 0) return [];
    const rows = await db
      .selectFrom('observations')
      .select(['target_id', 'criterion', 'subject', 'body'])
      .where('target_id', 'in', [...targetIds])
      .execute();
    return rows.map((row) => ({
      targetId: row.target_id,
      criterion: row.criterion,
      subject: row.subject,
      body: row.body,
    }));
  });

const checkingLock = 4_150_004;

/**
 * Hands in the newest observations of these clients and writes what is judged of them. One check at a time: two that judged the
 * same clients side by side would each write over what the other had not read.
 */
export const updateChecks = async (
  db: Db,
  operationId: string,
  targetIds: readonly string[],
  at: Date,
  judge: (stored: readonly StoredObservation[]) => readonly StoredCheck[],
): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${checkingLock})`.execute(db);
  await writeChecks(db, operationId, judge(await readObservations(db, targetIds)), at);
};

/** Writes one check of many clients: history row and newest observations; a second call with the same operation changes nothing. */
export const writeChecks = async (
  db: Db,
  operationId: string,
  checks: readonly StoredCheck[],
  at: Date,
): Promise<void> => {
  if (checks.length === 0) return;
  const { rows: written } = await sql<{ target_id: string }>`
    insert into checks (id, target_id, operation_id, state, body, at)
    select c.id, c.target_id, ${operationId}, c.state, c.body::jsonb, ${at}
    from unnest(${checks.map(() => createId())}::uuid[], ${checks.map((check) => check.targetId)}::uuid[], ${checks.map((check) => check.state)}::text[], ${checks.map((check) => toJsonText(check.body))}::text[])
      as c(id, target_id, state, body)
    on conflict (operation_id, target_id) do nothing returning target_id`.execute(db);
  const first = new Set(written.map((row) => row.target_id));
  if (first.size === 0) return;
  // Replaced whole, so that a workflow or environment that is gone leaves no clock behind.
  await sql`delete from observations where target_id = any(${[...first]}::uuid[])`.execute(db);
  const rows = checks.filter(({ targetId }) => first.has(targetId)).flatMap((check) => check.observations);
  await sql`insert into observations (target_id, criterion, subject, body, since, observed_at, operation_id)
    select o.target_id, o.criterion, o.subject, o.body::jsonb, o.since, o.observed_at, ${operationId}
    from unnest(${rows.map((row) => row.targetId)}::uuid[], ${rows.map((row) => row.criterion)}::text[], ${rows.map((row) => row.subject)}::text[],
      ${rows.map((row) => toJsonText(row.body))}::text[], ${rows.map((row) => row.since)}::timestamptz[], ${rows.map((row) => row.observedAt)}::timestamptz[])
      as o(target_id, criterion, subject, body, since, observed_at)`.execute(db);
  // Whoever was on it is off it when no clock of the client runs any more, and no card says otherwise.
  const { rows: freed } = await sql<{ target_id: string }>`
    delete from claims c where c.target_id = any(${[...first]}::uuid[])
    and not exists (select 1 from observations o where o.target_id = c.target_id and o.since is not null)
    returning c.target_id`.execute(db);
  const verb = freed.length === 0 ? null : await readVerb(db, operationId);
  if (verb !== null)
    await redrawShowing(db, { verb, targetIds: freed.map((row) => row.target_id), pressed: null, at });
};

const readVerb = async (db: Db, operationId: string): Promise<string | null> =>
  (await db.selectFrom('operations').select('verb').where('id', '=', operationId).executeTakeFirst())?.verb ??
  null;

export interface CheckRecord {
  readonly state: string;
  readonly body: Json;
  readonly at: Date;
}

export const readChecks = async (tx: Tx, targetId: string, limit: number): Promise<readonly CheckRecord[]> =>
  (
    await toDb(tx)
      .selectFrom('checks')
      .select(['state', 'body', 'at'])
      .where('target_id', '=', targetId)
      .orderBy('at', 'desc')
      .limit(limit)
      .execute()
  ).map((row) => ({ state: row.state, body: row.body, at: row.at }));

export interface NoteRecord {
  readonly by: string;
  readonly body: string;
  readonly at: Date;
}

export const addNote = async (tx: Tx, targetId: string, by: Actor, body: string, at: Date): Promise<void> => {
  await toDb(tx)
    .insertInto('notes')
    .values({ id: createId(), target_id: targetId, by_actor: formatActor(by), body, at })
    .execute();
};

export const readNotes = async (tx: Tx, targetId: string, limit: number): Promise<readonly NoteRecord[]> =>
  (
    await toDb(tx)
      .selectFrom('notes')
      .selectAll()
      .where('target_id', '=', targetId)
      .orderBy('at', 'desc')
      .limit(limit)
      .execute()
  ).map((row) => ({ by: row.by_actor, body: row.body, at: row.at }));

export interface ClaimRecord {
  readonly targetId: string;
  readonly by: Actor;
  readonly at: Date;
}

/** First come: the claim that stands is returned, whoever's it is. */
export const claimTarget = async (tx: Tx, targetId: string, by: Actor, at: Date): Promise<ClaimRecord> => {
  const db = toDb(tx);
  await db
    .insertInto('claims')
    .values({ target_id: targetId, by_team: by.team, by_user: by.user, at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom('claims')
    .selectAll()
    .where('target_id', '=', targetId)
    .executeTakeFirstOrThrow();
  return { targetId, by: { team: row.by_team, user: row.by_user }, at: row.at };
};

export const releaseClaim = async (tx: Tx, targetId: string): Promise<void> => {
  await toDb(tx).deleteFrom('claims').where('target_id', '=', targetId).execute();
};

export const readClaims = async (db: Db, scope: Scope): Promise<readonly ClaimRecord[]> =>
  translate(async () => {
    if (scope.kind === 'only' && scope.targetIds.length === 0) return [];
    let query = db.selectFrom('claims').selectAll();
    if (scope.kind === 'only') query = query.where('target_id', 'in', [...scope.targetIds]);
    return (await query.execute()).map((row) => ({
      targetId: row.target_id,
      by: { team: row.by_team, user: row.by_user },
      at: row.at,
    }));
  });

/** What changed beside the operations of a verb, and so is seen on their cards. */
export interface CardsChange {
  readonly verb: string;
  readonly targetId: string;
  /** The card that was pressed, however old it is. */
  readonly pressed: string | null;
  readonly at: Date;
}

/** What is older is history: nobody looks there for who is on it now. */
const redrawnForMs = 3 * 86_400_000;

/** Redraws every card that shows the target and is not superseded, and the pressed one. A card is as young as its newest check: taking it over does not move its own date. */
export const redrawCards = (tx: Tx, { targetId, ...change }: CardsChange): Promise<void> =>
  redrawShowing(toDb(tx), { ...change, targetIds: [targetId] });

const redrawShowing = async (
  db: Db,
  { verb, targetIds, pressed, at }: Omit<CardsChange, 'targetId'> & { readonly targetIds: readonly string[] },
): Promise<void> => {
  const own = pressed !== null && isUuid(pressed) ? pressed : null;
  const shows = targetIds.map((targetId) => toJsonText({ clients: [{ client: { targetId } }] }));
  // Locked in the order of their ids, as everybody who redraws several: so nobody waits in a circle.
  await sql`with showing as (
      select c.id from operations o join cards c on c.operation_id = o.id
      where o.verb = ${verb} and o.created_at > ${new Date(at.getTime() - redrawnForMs)} and c.superseded_by is null
        and (o.scope->>'kind' = 'all' or o.scope->'targetIds' ?| ${[...targetIds]}::text[])
        and (o.state = 'open' or o.result @> any(${shows}::text[]::jsonb[]))
      union select id from cards where id = ${own}::uuid
    ), mine as (select id from cards where id in (select id from showing) order by id for no key update)
    update cards set wanted_version = wanted_version + 1, next_at = least(next_at, ${at}) where id in (select id from mine)`.execute(
    db,
  );
};

export const readHold = async (db: Db, instanceId: string, fingerprint: string): Promise<Date | null> =>
  translate(async () => {
    const row = await db
      .selectFrom('credential_holds')
      .selectAll()
      .where('instance_id', '=', instanceId)
      .where('fingerprint', '=', fingerprint)
      .where('released_at', 'is', null)
      .executeTakeFirst();
    return row?.refused_at ?? null;
  });

export const writeHold = async (db: Db, instanceId: string, fingerprint: string, at: Date): Promise<void> => {
  await translate(() =>
    db
      .insertInto('credential_holds')
      .values({ instance_id: instanceId, fingerprint, refused_at: at })
      .onConflict((conflict) =>
        conflict
          .columns(['instance_id', 'fingerprint'])
          .doUpdateSet({ refused_at: at, released_at: null, released_by: null }),
      )
      .execute(),
  );
};

export interface HeldCredential {
  readonly instanceId: string;
  readonly fingerprint: string;
}

/** A person confirms that these may be tried once more; returns how many holds were lifted. Other credentials of the instance stay held. */
export const releaseHolds = async (
  tx: Tx,
  held: readonly HeldCredential[],
  by: Actor,
  at: Date,
): Promise<number> => {
  if (held.length === 0) return 0;
  const released = await toDb(tx)
    .updateTable('credential_holds')
    .set({ released_at: at, released_by: formatActor(by) })
    .where((where) =>
      where.or(
        held.map(({ instanceId, fingerprint }) => where.and({ instance_id: instanceId, fingerprint })),
      ),
    )
    .where('released_at', 'is', null)
    .executeTakeFirst();
  return Number(released.numUpdatedRows);
};

/** The newest state of each client that was ever checked. */
export const readLastStates = async (
  tx: Tx,
  targetIds: readonly string[],
): Promise<readonly { targetId: string; state: string; at: Date }[]> => {
  if (targetIds.length === 0) return [];
  // One step down the index for each client, however many checks it has behind it.
  const { rows } = await sql<{ target_id: string; state: string; at: Date }>`
    select t.id as target_id, c.state, c.at from unnest(${[...targetIds]}::uuid[]) as t(id)
    cross join lateral (select state, at from checks where target_id = t.id order by at desc limit 1) c`.execute(
    toDb(tx),
  );
  return rows.map((row) => ({ targetId: row.target_id, state: row.state, at: row.at }));
};
