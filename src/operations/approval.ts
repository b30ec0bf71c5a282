/** What an approval is: one round of asking, bound to the digest of one plan, and the votes of people. Pure: who may vote at all is decided at the door, when it is now is given. */
import type { Actor } from './call.ts';
import type { Tx } from './tx.ts';

/** Of a reason, in characters. */
export const longestReason = 300;

export interface Vote {
  readonly by: Actor;
  /** `withdraw` takes the request itself back. */
  readonly verdict: 'approve' | 'reject' | 'withdraw';
  readonly reason: string | null;
  readonly at: Date;
}

/** How many must agree, and how long they are asked. */
export interface ApprovalRule {
  readonly needed: number;
  readonly expiresMinutes: number;
}

export interface ApprovalRound {
  /** 1 and up; a plan that changed is asked for anew in the next one, where no earlier vote counts. */
  readonly round: number;
  /** Of the plan that is decided. */
  readonly digest: string;
  /** Never decides on what they asked for. */
  readonly requester: Actor;
  readonly needed: number;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  /** Oldest first. */
  readonly votes: readonly Vote[];
}

export type ApprovalState =
  | { readonly kind: 'pending'; readonly approvals: readonly Vote[]; readonly missing: number }
  | { readonly kind: 'approved'; readonly approvals: readonly Vote[] }
  | { readonly kind: 'rejected'; readonly by: Vote }
  | { readonly kind: 'withdrawn'; readonly by: Vote }
  | { readonly kind: 'expired' };

/** Slack gives no id to two people; the same one under another workspace is the same person. */
const isSamePerson = (a: Actor, b: Actor): boolean => a.user === b.user;

/** Silence is no, and a no beats every yes. A yes that came in time counts, however late somebody looks. */
export const decideApproval = (round: ApprovalRound, now: Date): ApprovalState => {
  const { votes, needed, expiresAt, requester } = round;
  // The requester's own voice is left out here too: nothing rests on every writer having asked `findVoteRefusal`.
  const counting = votes.filter(({ by, verdict }) => verdict === 'withdraw' || !isSamePerson(by, requester));
  const no = counting.find(({ verdict }) => verdict !== 'approve');
  if (no !== undefined) return { kind: no.verdict === 'withdraw' ? 'withdrawn' : 'rejected', by: no };
  const approvals: Vote[] = [];
  for (const vote of counting.filter(({ at }) => at < expiresAt)) {
    if (!approvals.some(({ by }) => isSamePerson(by, vote.by))) approvals.push(vote);
    if (approvals.length >= needed) return { kind: 'approved', approvals };
  }
  if (now >= expiresAt) return { kind: 'expired' };
  return { kind: 'pending', approvals, missing: needed - approvals.length };
};

/** Why a vote does not count; the words are the command's. */
export type VoteRefusal =
  | { readonly kind: 'own-request' }
  | { readonly kind: 'voted-before'; readonly vote: Vote }
  | { readonly kind: 'settled'; readonly state: Exclude<ApprovalState, { kind: 'pending' }> }
  /** The card that was pressed showed another plan. */
  | { readonly kind: 'old-round' };

export interface VoteAsked {
  readonly by: Actor;
  readonly verdict: Vote['verdict'];
  /** As the pressed card showed it. */
  readonly round: number;
  /** First digits of the digest that the pressed card showed, or all of them. */
  readonly digest: string;
}

export type CastOutcome =
  | { readonly kind: 'cast'; readonly round: ApprovalRound }
  /** Nothing of that client is being asked under this id. */
  | { readonly kind: 'none' }
  | VoteRefusal;

/** Judges one vote and writes it, in the request's own transaction. */
export type CastVote = (
  tx: Tx,
  asked: { readonly operationId: string; readonly targetId: string },
  vote: Vote & VoteAsked,
  now: Date,
) => Promise<CastOutcome>;

/** null where it counts. One person fills one place, and nobody decides on their own request; taking it back is for everybody who may ask. */
export const findVoteRefusal = (
  round: ApprovalRound,
  { by, verdict, round: seen, digest }: VoteAsked,
  now: Date,
): VoteRefusal | null => {
  if (seen !== round.round || digest === '' || !round.digest.startsWith(digest)) return { kind: 'old-round' };
  const state = decideApproval(round, now);
  const isNo = verdict !== 'approve';
  // As long as nothing is started, a no still counts after enough have agreed.
  if (state.kind !== 'pending' && !(state.kind === 'approved' && isNo)) return { kind: 'settled', state };
  if (verdict === 'withdraw') return null;
  if (isSamePerson(by, round.requester)) return { kind: 'own-request' };
  const before = round.votes.find((vote) => isSamePerson(vote.by, by));
  // Whoever agreed may still say no.
  return before && !(before.verdict === 'approve' && verdict === 'reject')
    ? { kind: 'voted-before', vote: before }
    : null;
};
