/** `killswitch on|off`: stops everything that changes the outside world; looking and posting go on. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderStoredPerson } from '../../blocks/person.ts';
import { sayAge } from '../../blocks/time.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';

export interface KillswitchPowers {
  readonly set: (
    tx: Tx,
    change: { targetKey: string; state: 'on' | 'off'; by: Actor; reason: string; at: Date },
  ) => Promise<void>;
  readonly read: (tx: Tx) => Promise<
    readonly {
      readonly targetKey: string;
      readonly state: 'on' | 'off';
      readonly by: string;
      readonly reason: string;
      readonly at: Date;
    }[]
  >;
  readonly resolveTarget: (tx: Tx, key: string) => Promise<string | null>;
}

const name = (targetKey: string): string => (targetKey === '*' ? 'everything' : `*${escapeLine(targetKey)}*`);

export const defineKillswitch = (powers: KillswitchPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'killswitch',
    aliases: ['stop'],
    summary: 'Stop everything that changes clients; on, off, or show',
    words: {
      positionals: [{ name: 'state', about: 'on, off or show' }],
      flags: {
        target: { kind: 'text', about: 'one client only' },
        reason: { kind: 'text', about: 'why; everybody will read it' },
      },
    },
    example: 'killswitch on --reason "wrong package went out"',
    input: z.strictObject({
      state: z.enum(['on', 'off', 'show'], 'must be on, off or show').default('show'),
      target: z.string().trim().toLowerCase().max(40, 'is too long for a client').optional(),
      reason: z
        .string()
        .trim()
        .min(3, 'is too short to tell anybody')
        .max(300, 'is longer than 300 characters')
        .optional(),
    }),
    permission: ({ state }) => (state === 'show' ? 'look' : 'administer'),
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    run: async ({ tx, actor, now }, { state, target, reason }) => {
      const targetId = target === undefined ? null : await powers.resolveTarget(tx, target);
      if (state !== 'show') {
        if (reason === undefined)
          return refuse(
            'usage',
            `Say why with \`--reason\`.\nExample: \`/acuops killswitch ${state} --reason "wrong package went out"\``,
          );
        if (target !== undefined && targetId === null)
          return refuse('not-found', `There is no client \`${escapeLine(target)}\`, so nothing changed.`);
        await powers.set(tx, { targetKey: target ?? '*', state, by: actor, reason, at: now });
      }
      const rows = await powers.read(tx);
      const on = rows.filter((row) => row.state === 'on');
      // The row for everything is written at the first start; without it nobody knows, and that counts as on.
      const isUnknown = !rows.some((row) => row.targetKey === '*');
      const lines = on.map(
        (row) =>
          `• ${name(row.targetKey)} stopped by ${renderStoredPerson(row.by)} ${sayAge(row.at, now)}: ${escapeLine(row.reason)}`,
      );
      return answerLines({
        lines: [
          isUnknown
            ? 'The killswitch cannot be read, so it counts as on. `/acuops killswitch off --reason "…"` sets it.'
            : on.length === 0
              ? 'The killswitch is off: nothing is stopped.'
              : 'The killswitch is on. Nothing changes there until it is off; checks and cards go on.',
          ...lines,
        ],
        data: rows.map((row) => ({
          target: row.targetKey,
          state: row.state,
          by: row.by,
          reason: row.reason,
          at: row.at.toISOString(),
        })),
        ...(state === 'show'
          ? {}
          : { audit: { state, target: target ?? '*', reason: reason ?? null }, targetId }),
      });
    },
  });
