/** `decide`: what Approve, Reject and Withdraw on a card ask for. One person's word on one round of one request; what follows from it is the request's own business. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderPerson } from '../../blocks/person.ts';
import { renderDate } from '../../blocks/time.ts';
import type { ApprovalState, CastVote, Vote, VoteRefusal } from '../../operations/approval.ts';
import { decideApproval, longestReason } from '../../operations/approval.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';

export interface DecidePowers {
  readonly castVote: CastVote;
  readonly zone: string;
}

export const defineDecide = (powers: DecidePowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'decide',
    aliases: [],
    summary: 'Approve, reject or withdraw what a card asks',
    words: { positionals: [], flags: {} },
    example: 'decide',
    only: 'button',
    input: z.strictObject({
      client: z.string().min(1).max(40),
      operation: z.uuid(),
      round: z.int().min(1),
      /** First digits of the digest that the pressed card showed. */
      digest: z.string().regex(/^[0-9a-f]{16}$/u),
      verdict: z.enum(['approve', 'reject', 'withdraw']),
      reason: z
        .string()
        .trim()
        .min(3, 'is too short to tell anybody')
        .max(longestReason, `is longer than ${longestReason} characters`)
        .optional(),
    }),
    // Whoever may ask may take a request back; deciding is another right, and membership is read anew for it.
    permission: ({ verdict }) => (verdict === 'withdraw' ? 'operate' : 'decide'),
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, actor, targetId, now }, { operation, round, digest, verdict, reason }) => {
      if (targetId === null) return gone;
      if (verdict === 'reject' && reason === undefined)
        return refuse('usage', 'Say why, in a few words: whoever asked will read it.');
      const vote = { by: actor, verdict, reason: reason ?? null, at: now, round, digest };
      const cast = await powers.castVote(tx, { operationId: operation, targetId }, vote, now);
      if (cast.kind === 'none') return gone;
      if (cast.kind !== 'cast') return explain(cast, powers.zone);
      return answerLines({
        lines: [sayCast(decideApproval(cast.round, now), verdict)],
        data: { operation, round, verdict },
        audit: { operation, round, verdict, digest: cast.round.digest, ...(reason ? { reason } : {}) },
        targetId,
      });
    },
  });

const gone = refuse(
  'stale-card',
  'That request is over, so your press did nothing. The card shows how it ended.',
);

const sayCast = (state: ApprovalState, verdict: Vote['verdict']): string => {
  if (verdict === 'withdraw') return 'Withdrawn. Nothing is started.';
  if (verdict === 'reject') return 'Rejected. Nothing is started, and whoever asked reads your reason.';
  return state.kind === 'pending'
    ? `Approved by you. ${state.missing} more ${state.missing === 1 ? 'approval is' : 'approvals are'} needed.`
    : 'Approved by you. All facts are looked at once more now; the card shows what comes of it.';
};

const refuseVote = (say: string): Refusal => refuse('conflict', `${say} Your press did nothing.`);

const explain = (refusal: VoteRefusal, zone: string): Refusal => {
  switch (refusal.kind) {
    case 'own-request':
      return refuse('denied', 'You asked for this yourself, so somebody else has to decide.');
    case 'voted-before':
      return refuseVote(
        `You said so already at ${renderDate(refusal.vote.at, zone)}; one person counts once.`,
      );
    case 'old-round':
      return refuse(
        'stale-card',
        'What you saw is not what would be deployed by now, so your press did nothing. Look at the card as it is now, and decide on that.',
      );
    case 'settled':
      return refuseVote(saySettled(refusal.state, zone));
  }
};

const saySettled = (state: Exclude<ApprovalState, { kind: 'pending' }>, zone: string): string => {
  switch (state.kind) {
    case 'approved':
      return `It is approved already, by ${state.approvals.map(({ by }) => renderPerson(by)).join(' and ')}.`;
    case 'rejected':
      return `${renderPerson(state.by.by)} rejected it at ${renderDate(state.by.at, zone)}${state.by.reason === null ? '' : `: ${escapeLine(state.by.reason)}`}.`;
    case 'withdrawn':
      return `${renderPerson(state.by.by)} withdrew it at ${renderDate(state.by.at, zone)}.`;
    case 'expired':
      return 'Nobody decided in time, so it is over.';
  }
};
