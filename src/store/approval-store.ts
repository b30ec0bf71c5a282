/** Rounds of approval and their votes: each vote is judged and written alone, so that everybody who reads sees one and the same decision. Who may vote at all is decided before. */
import type { Selectable } from 'kysely';
import {
  type ApprovalRound,
  type CastOutcome,
  findVoteRefusal,
  type Vote,
  type VoteAsked,
} from '../operations/approval.ts';
import { isInScope, type Scope } from '../operations/scope.ts';
import type { Tx } from '../operations/tx.ts';
import { createId } from '../runtime/ids.ts';
import { type Db, toDb, toStorable, translate } from './database.ts';
import { isUuid, wake } from './request-store.ts';
import type { Tables } from './tables.ts';

/** First come: a second call changes nothing and gives the round that stands, also where it asks about another digest. */
export const openRound = async (
  db: Db,
  operationId: string,
  { round, digest, requester, needed, askedAt, expiresAt }: Omit<ApprovalRound, 'votes'>,
): Promise<ApprovalRound> =>
  translate(async () => {
    await db
      .insertInto('approvals')
      .values({
        operation_id: operationId,
        round,
        digest,
        requester_team: requester.team,
        requester_user: requester.user,
        needed,
        asked_at: askedAt,
        expires_at: expiresAt,
      })
      .onConflict((conflict) => conflict.columns(['operation_id', 'round']).doNothing())
      .execute();
    return readVotes(
      db,
      await selectRounds(db, operationId).where('round', '=', round).executeTakeFirstOrThrow(),
    );
  });

/** A deploy of the scope that goes on, by its spoken id, with the round that people are asked in now. */
export const findAsked = async (
  tx: Tx,
  scope: Scope,
  spokenId: string,
): Promise<{
  operationId: string;
  targetId: string;
  asked: { round: number; digest: string } | null;
} | null> => {
  const row = await toDb(tx)
    .selectFrom('operations')
    .select(['id', 'target_id'])
    .where('spoken_id', '=', spokenId)
    .where('verb', '=', 'deploy')
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (!row || row.target_id === null || !isInScope(scope, row.target_id)) return null;
  const round = await readNewestRound(tx, row.id);
  return {
    operationId: row.id,
    targetId: row.target_id,
    asked: round && { round: round.round, digest: round.digest },
  };
};

/** In a transaction as well as outside of one. */
export const readNewestRound = async (from: Db | Tx, operationId: string): Promise<ApprovalRound | null> =>
  translate(async () => {
    if (!isUuid(operationId)) return null;
    const db = 'kind' in from ? toDb(from) : from;
    const row = await selectRounds(db, operationId).orderBy('round', 'desc').limit(1).executeTakeFirst();
    return row ? readVotes(db, row) : null;
  });

const selectRounds = (db: Db, operationId: string) =>
  db.selectFrom('approvals').selectAll().where('operation_id', '=', operationId);

const readVotes = async (db: Db, row: Selectable<Tables['approvals']>): Promise<ApprovalRound> => {
  const votes = await db
    .selectFrom('approval_votes')
    .selectAll()
    .where('operation_id', '=', row.operation_id)
    .where('round', '=', row.round)
    .orderBy('position')
    .execute();
  return {
    round: row.round,
    digest: row.digest,
    requester: { team: row.requester_team, user: row.requester_user },
    needed: row.needed,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    votes: votes.map(({ by_team, by_user, verdict, reason, at }) => ({
      by: { team: by_team, user: by_user },
      verdict,
      reason,
      at,
    })),
  };
};

/**
 * Judges and writes one vote, and wakes the operation. `none`: nobody was asked, or the operation is over. Holds the operation's row
 * until the transaction ends: whatever redraws several cards does so before, as everybody who takes both takes cards first.
 */
export const castVote = async (
  tx: Tx,
  operationId: string,
  { by, verdict, reason, at, round, digest }: Vote & VoteAsked,
  now: Date,
): Promise<CastOutcome> => {
  if (!isUuid(operationId) || !(await holdOpen(toDb(tx), operationId))) return { kind: 'none' };
  const newest = await readNewestRound(tx, operationId);
  if (newest === null) return { kind: 'none' };
  // By the later one, so that no vote is taken in time and then read as late.
  const refusal = findVoteRefusal(newest, { by, verdict, round, digest }, at > now ? at : now);
  if (refusal !== null) return refusal;
  const vote: Vote = { by, verdict, reason: reason === null ? null : toStorable(reason), at };
  await toDb(tx)
    .insertInto('approval_votes')
    .values({
      id: createId(),
      operation_id: operationId,
      round: newest.round,
      by_team: by.team,
      by_user: by.user,
      verdict,
      reason: vote.reason,
      at,
    })
    .execute();
  await wake(tx, operationId, now);
  return { kind: 'cast', round: { ...newest, votes: [...newest.votes, vote] } };
};

/**
 * The operation's row and not the round's: voters of one operation pass one after another, whichever round is the newest when their
 * turn comes, and the operation cannot end between the judgement and the vote.
 */
const holdOpen = async (db: Db, operationId: string): Promise<boolean> =>
  (await db
    .selectFrom('operations')
    .select('id')
    .where('id', '=', operationId)
    .where('state', '=', 'open')
    .forNoKeyUpdate()
    .executeTakeFirst()) !== undefined;
