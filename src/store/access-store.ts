/** Who may do what, as stored: rules, tokens, and which client a channel belongs to. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../operations/call.ts';
import { formatActor } from '../operations/call.ts';
import type { Tx } from '../operations/tx.ts';
import type { Role } from '../policy/access.ts';
import { createId } from '../runtime/ids.ts';
import { type Db, toDb, translate } from './database.ts';

export interface AccessRule {
  readonly subjectKind: 'user' | 'group' | 'team';
  readonly team: string;
  readonly subject: string;
  readonly role: Role;
  readonly targetId: string | null;
}

/** What is stored about an actor in a place. */
export interface AccessFacts {
  /** Rules that name the actor or its team, and every rule that names a group: membership is asked elsewhere. */
  readonly rules: readonly AccessRule[];
  /** The client whose channel this is, if any. */
  readonly channelTarget: string | null;
}

/** An archived client's channel stays its own until it is somebody else's. */
const channelTarget = (channel: string) => sql<string | null>`
  (select id from targets where slack_channel = ${channel} order by status = 'archived', changed_at desc limit 1)`;

export const readChannelTarget = async (tx: Tx, channel: string): Promise<string | null> => {
  const { rows } = await sql<{ id: string | null }>`select ${channelTarget(channel)} as id`.execute(toDb(tx));
  return rows[0]?.id ?? null;
};

/** One statement: every request begins with it. */
export const readAccessFacts = async (tx: Tx, actor: Actor, channel: string): Promise<AccessFacts> => {
  const { rows } = await sql<{ rules: readonly StoredRule[] | null; channel_target: string | null }>`
    select
      (select jsonb_agg(jsonb_build_object('subject_kind', subject_kind, 'team', team, 'subject', subject, 'role', role, 'target_id', target_id))
        from access_rules
        where subject_kind = 'group' or (team = ${actor.team} and (subject_kind = 'team' or (subject_kind = 'user' and subject = ${actor.user})))
      ) as rules,
      ${channelTarget(channel)} as channel_target`.execute(toDb(tx));
  return { rules: (rows[0]?.rules ?? []).map(toRule), channelTarget: rows[0]?.channel_target ?? null };
};

export const readRules = async (tx: Tx): Promise<readonly (AccessRule & { by: string; at: Date })[]> =>
  (await toDb(tx).selectFrom('access_rules').selectAll().orderBy('role').orderBy('subject').execute()).map(
    (row) => ({ ...toRule(row), by: row.by_actor, at: row.at }),
  );

export const addRule = async (tx: Tx, rule: AccessRule, by: Actor, at: Date): Promise<'added' | 'there'> => {
  const added = await toDb(tx)
    .insertInto('access_rules')
    .values({
      id: createId(),
      subject_kind: rule.subjectKind,
      team: rule.team,
      subject: rule.subject,
      role: rule.role,
      target_id: rule.targetId,
      by_actor: formatActor(by),
      at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n ? 'added' : 'there';
};

export const removeRule = async (tx: Tx, rule: AccessRule): Promise<'removed' | 'absent'> => {
  const removed = await toDb(tx)
    .deleteFrom('access_rules')
    .where('subject_kind', '=', rule.subjectKind)
    .where('team', '=', rule.team)
    .where('subject', '=', rule.subject)
    .where('role', '=', rule.role)
    .where('target_id', 'is not distinct from', rule.targetId)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n ? 'removed' : 'absent';
};

interface StoredRule {
  readonly subject_kind: string;
  readonly team: string;
  readonly subject: string;
  readonly role: string;
  readonly target_id: string | null;
}

const toRule = (row: StoredRule): AccessRule => ({
  subjectKind: row.subject_kind as AccessRule['subjectKind'],
  team: row.team,
  subject: row.subject,
  role: row.role as Role,
  targetId: row.target_id,
});

const toDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** 256 random bits: the plain digest is enough, nobody can guess its source. */
export const createToken = async (
  tx: Tx,
  owner: Actor,
  label: string,
  at: Date,
  expiresAt: Date,
): Promise<string> => {
  const token = `acuops_${randomBytes(32).toString('base64url')}`;
  await toDb(tx)
    .insertInto('access_tokens')
    .values({
      id: createId(),
      digest: toDigest(token),
      team: owner.team,
      slack_user: owner.user,
      label,
      created_at: at,
      expires_at: expiresAt,
    })
    .execute();
  return token;
};

export interface TokenRecord {
  readonly label: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export const readTokens = async (tx: Tx, owner: Actor, at: Date): Promise<readonly TokenRecord[]> =>
  (
    await toDb(tx)
      .selectFrom('access_tokens')
      .selectAll()
      .where('team', '=', owner.team)
      .where('slack_user', '=', owner.user)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', at)
      .orderBy('created_at')
      .execute()
  ).map((row) => ({
    label: row.label,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  }));

/** Revokes tokens of one label, or all of the person; returns how many. */
export const revokeTokens = async (tx: Tx, owner: Actor, label: string | null, at: Date): Promise<number> => {
  let query = toDb(tx)
    .updateTable('access_tokens')
    .set({ revoked_at: at })
    .where('team', '=', owner.team)
    .where('slack_user', '=', owner.user)
    .where('revoked_at', 'is', null);
  if (label !== null) query = query.where('label', '=', label);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
};

export const findTokenOwner = async (db: Db, token: string, at: Date): Promise<Actor | null> =>
  translate(async () => {
    const row = await db
      .updateTable('access_tokens')
      .set({ used_at: at })
      .where('digest', '=', toDigest(token))
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', at)
      .returning(['team', 'slack_user'])
      .executeTakeFirst();
    return row ? { team: row.team, user: row.slack_user } : null;
  });
