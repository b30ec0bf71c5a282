/** `take <client>`: says to everybody that you are on it. First come; `--release` lets go. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderPerson } from '../../blocks/person.ts';
import { renderTime } from '../../blocks/time.ts';
import { type Actor, isSameActor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';

export interface TakePowers {
  readonly claim: (
    tx: Tx,
    targetId: string,
    by: Actor,
    at: Date,
  ) => Promise<{ readonly by: Actor; readonly at: Date }>;
  readonly release: (tx: Tx, targetId: string) => Promise<void>;
  /** Health cards show who is on it: all that show the client, and the one that was pressed. */
  readonly redraw: (
    tx: Tx,
    change: { readonly targetId: string; readonly pressed: string | null; readonly at: Date },
  ) => Promise<void>;
  readonly zone: string;
}

export const defineTake = (powers: TakePowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'take',
    aliases: ['on-it', 'claim'],
    summary: 'Say that you are on it, so that nobody else starts; --release lets go',
    words: {
      positionals: [{ name: 'client', about: 'which client', required: true }],
      flags: { release: { kind: 'switch', about: 'you are no longer on it' } },
    },
    example: 'take acme',
    input: z.strictObject({
      client: z.string().trim().toLowerCase().min(1).max(40, 'is too long for a client'),
      release: z.boolean().default(false),
    }),
    permission: () => 'operate',
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, targetId, actor, pressed, now }, { client, release }) => {
      const name = escapeLine(client);
      if (targetId === null) return refuse('not-found', `There is no client \`${name}\`.`);
      if (release) {
        await powers.release(tx, targetId);
        await powers.redraw(tx, { targetId, pressed, at: now });
        return answerLines({
          lines: [`Nobody is on *${name}* now.`],
          data: { client, by: null },
          audit: { released: true },
        });
      }
      const claim = await powers.claim(tx, targetId, actor, now);
      const at = renderTime(claim.at, powers.zone);
      if (!isSameActor(claim.by, actor))
        return refuse(
          'conflict',
          `${renderPerson(claim.by)} is on *${name}* since ${at}. Talk to them, or let them go with \`/acuops take ${name} --release\`.`,
        );
      await powers.redraw(tx, { targetId, pressed, at: now });
      return answerLines({
        lines: [`You are on *${name}* since ${at}. The cards say so.`],
        data: { client, by: { ...actor }, at: claim.at.toISOString() },
        audit: { taken: true },
      });
    },
  });
