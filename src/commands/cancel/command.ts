/** `cancel <operation>`: takes back what waits for people, by the six letters that its card shows. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import type { CastVote, VoteAsked } from '../../operations/approval.ts';
import { isSpokenId } from '../../operations/cli-protocol.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Tx } from '../../operations/tx.ts';
import { toCode } from '../../operations/words.ts';

export interface CancelPowers {
  /** Of the scope, and still going on. */
  readonly findOpen: (
    tx: Tx,
    scope: Scope,
    spokenId: string,
  ) => Promise<{
    readonly operationId: string;
    readonly targetId: string;
    /** null where nobody is asked yet. */
    readonly asked: Pick<VoteAsked, 'round' | 'digest'> | null;
  } | null>;
  readonly castVote: CastVote;
}

export const defineCancel = (powers: CancelPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'cancel',
    aliases: [],
    summary: 'Take back a deploy that waits for people',
    words: {
      positionals: [
        { name: 'operation', about: 'the six letters and figures that its card shows', required: true },
      ],
      flags: {},
    },
    example: 'cancel 7F3K2M',
    input: z.strictObject({
      operation: z
        .string()
        .trim()
        .toUpperCase()
        .refine(isSpokenId, 'must be six letters and figures, as on the card'),
    }),
    permission: () => 'operate',
    effect: 'record',
    asks: () => ({ kind: 'visible' }),
    run: async ({ tx, scope, actor, now }, { operation }) => {
      const found = await powers.findOpen(tx, scope, operation);
      if (found === null) return notOpen(operation);
      if (found.asked === null)
        return refuse(
          'conflict',
          `${toCode(operation)} still looks at GitHub and the site. Nothing is started unless people agree: cancel it when its card asks them.`,
        );
      const vote = { by: actor, verdict: 'withdraw', reason: null, at: now, ...found.asked } as const;
      const cast = await powers.castVote(tx, found, vote, now);
      if (cast.kind === 'none') return notOpen(operation);
      if (cast.kind !== 'cast')
        return refuse('conflict', `${toCode(operation)} is decided already; its card shows how.`);
      return answerLines({
        lines: [`Withdrawn: ${toCode(operation)}. Nobody is asked any more, and nothing is started.`],
        data: { operation, round: cast.round.round },
        audit: { operation, round: cast.round.round, digest: cast.round.digest },
        targetId: found.targetId,
      });
    },
  });

const notOpen = (operation: string): Refusal =>
  refuse('not-found', `No deploy ${toCode(operation)} goes on, of those that you may see. Nothing was done.`);
