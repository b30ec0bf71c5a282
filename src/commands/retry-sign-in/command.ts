/** `retry-sign-in <client>`: a person confirms that a refused credential may be tried once more. Nothing is tried here; the next health does. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Environment, Target } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { toCode } from '../../operations/words.ts';

export interface RetrySignInPowers {
  readonly readTarget: (tx: Tx, targetId: string) => Promise<Target | null>;
  /** Tells the credential that an environment has now from others; null where it has none that can be read. */
  readonly readFingerprint: (environment: Environment) => Promise<string | null>;
  /** Returns how many held credentials were freed. */
  readonly releaseHolds: (
    tx: Tx,
    held: readonly { readonly instanceId: string; readonly fingerprint: string }[],
    by: Actor,
    at: Date,
  ) => Promise<number>;
}

export const defineRetrySignIn = (powers: RetrySignInPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'retry-sign-in',
    aliases: ['retry-login'],
    summary: 'Allow one more try with a refused credential',
    words: { positionals: [{ name: 'client', about: 'which client', required: true }], flags: {} },
    example: 'retry-sign-in acme',
    input: z.strictObject({
      client: z.string().trim().toLowerCase().min(1, 'is empty').max(40, 'is too long for a client'),
    }),
    permission: () => 'operate',
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, targetId, actor, now }, { client }) => {
      const target = targetId === null ? null : await powers.readTarget(tx, targetId);
      if (!target) return refuse('not-found', `There is no client ${toCode(client)}.`);
      const name = `*${escapeLine(target.name)}*`;
      // By credential, not by instance: a neighbour on the same site may have been refused as well.
      const held = await Promise.all(
        target.environments.map(async (environment) => {
          const fingerprint = await powers.readFingerprint(environment);
          return fingerprint === null ? [] : [{ instanceId: environment.instanceId, fingerprint }];
        }),
      );
      const freed = await powers.releaseHolds(tx, held.flat(), actor, now);
      return answerLines({
        lines:
          freed === 0
            ? [
                `No refused credential of ${name} is held back; the next \`/acuops health\` signs in as usual.`,
              ]
            : [
                `${freed === 1 ? 'One refused credential' : `${freed} refused credentials`} of ${name} may be tried once more.`,
                `The next \`/acuops health ${target.key}\` signs in once. Refused again, it is held back again; many refusals lock the account.`,
              ],
        data: { client: target.key, freed },
        audit: { freed },
      });
    },
  });
