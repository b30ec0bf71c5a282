/** `note <client> <text>`: writes something down that the next person should know. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { cutText, escapeLine } from '../../blocks/escape.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';

/** What fits into one block of `status` and into the modal's field. */
export const longestNote = 2_000;

export interface NotePowers {
  readonly addNote: (tx: Tx, targetId: string, by: Actor, body: string, at: Date) => Promise<void>;
}

export const defineNote = (powers: NotePowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'note',
    aliases: ['n'],
    summary: 'Write a note on a client, for whoever looks next',
    words: {
      positionals: [{ name: 'client', about: 'which client', required: true }],
      rest: { name: 'text', about: 'what to remember', required: true },
      flags: {},
    },
    example: 'note acme password is rotated on Friday',
    input: z.strictObject({
      client: z.string().trim().toLowerCase().min(1).max(40, 'is too long for a client'),
      text: z.string().trim().min(1, 'is empty').max(longestNote, `is longer than ${longestNote} characters`),
    }),
    permission: () => 'operate',
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, targetId, actor, now }, { client, text }) => {
      if (targetId === null) return refuse('not-found', `There is no client \`${escapeLine(client)}\`.`);
      await powers.addNote(tx, targetId, actor, text, now);
      return answerLines({
        lines: [`Noted on *${escapeLine(client)}*: ${cutText(escapeLine(text), 300)}`],
        data: { client, text },
        audit: { noted: cutText(text, 100) },
      });
    },
  });
