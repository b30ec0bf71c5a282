/** `token create|list|revoke`: personal tokens for the terminal. A token acts as the person who made it, and is shown once. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { sayAge } from '../../blocks/time.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';

const dayMs = 86_400_000;

/** Not in code font: from there, hints are turned into what is typed in a terminal, and this is not typed there. */
const inSlackWords = '"/acuops token create laptop"';

export interface TokenPowers {
  readonly create: (tx: Tx, owner: Actor, label: string, at: Date, expiresAt: Date) => Promise<string>;
  readonly read: (
    tx: Tx,
    owner: Actor,
    at: Date,
  ) => Promise<
    readonly {
      readonly label: string;
      readonly createdAt: Date;
      readonly expiresAt: Date;
      readonly usedAt: Date | null;
    }[]
  >;
  readonly revoke: (tx: Tx, owner: Actor, label: string | null, at: Date) => Promise<number>;
}

const TokenInput = z.strictObject({
  action: z.enum(['create', 'list', 'revoke'], 'must be create, list or revoke').default('list'),
  label: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,40}$/u, 'must be 1 to 40 letters, digits, dots or dashes')
    .optional(),
  days: z.coerce
    .number('must be a whole number of days')
    .int('must be a whole number of days')
    .min(1, 'must be 1 to 365')
    .max(365, 'must be 1 to 365')
    .default(90),
  all: z.boolean().default(false),
});
type TokenInput = z.output<typeof TokenInput>;

export const defineToken = (powers: TokenPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'token',
    aliases: ['tokens'],
    summary: 'Your tokens for the terminal: create, list, revoke',
    words: {
      positionals: [
        { name: 'action', about: 'create, list or revoke' },
        { name: 'label', about: 'what you call it, such as laptop' },
      ],
      flags: {
        days: { kind: 'text', about: 'how long it lives, 1 to 365; default 90' },
        all: { kind: 'switch', about: 'revoke all of yours' },
      },
    },
    example: 'token create laptop',
    input: TokenInput,
    permission: () => 'look',
    effect: 'record',
    asks: () => ({ kind: 'none' }),
    run: (context, input) => {
      if (input.action === 'list') return list(powers, context);
      return input.action === 'revoke' ? revoke(powers, context, input) : create(powers, context, input);
    },
  });

const list = async (powers: TokenPowers, { tx, actor, via, now }: NowContext) => {
  const tokens = await powers.read(tx, actor, now);
  const how = via === 'slack' ? '`/acuops token create laptop`' : `In Slack, ${inSlackWords}`;
  return answerLines({
    lines: [
      tokens.length === 0 ? `You have no tokens. ${how} makes one.` : 'Your tokens:',
      ...tokens.map(
        (token) =>
          `• \`${escapeLine(token.label)}\` until ${token.expiresAt.toISOString().slice(0, 10)}, ${token.usedAt ? `used ${sayAge(token.usedAt, now)}` : 'never used'}`,
      ),
    ],
    data: tokens.map((token) => ({
      label: token.label,
      expiresAt: token.expiresAt.toISOString(),
      usedAt: token.usedAt?.toISOString() ?? null,
    })),
  });
};

const revoke = async (powers: TokenPowers, { tx, actor, now }: NowContext, { label, all }: TokenInput) => {
  if (label === undefined && !all) return refuseWords(['Say which one, or `--all`.'], 'token revoke laptop');
  const revoked = await powers.revoke(tx, actor, all ? null : (label ?? null), now);
  if (revoked === 0) return refuse('not-found', 'You have no such token. `/acuops token list` shows yours.');
  return answerLines({
    lines: [
      `Revoked ${revoked === 1 ? 'one token' : `${revoked} tokens`}; whatever uses it is locked out now.`,
    ],
    data: { revoked },
    audit: { revoked },
  });
};

/** A terminal must not make itself a second key. */
const create = async (
  powers: TokenPowers,
  { tx, actor, via, now }: NowContext,
  { label, days }: TokenInput,
) => {
  if (via !== 'slack')
    return refuse(
      'slack-only',
      `A token is made in Slack only, where it is known who you are: there, type ${inSlackWords}.`,
    );
  if (label === undefined) return refuseWords(['Give it a name.'], 'token create laptop');
  const expiresAt = new Date(now.getTime() + days * dayMs);
  const secret = await powers.create(tx, actor, label, now, expiresAt);
  return answerLines({
    lines: [
      `Token \`${label}\` is made; it acts as you until ${expiresAt.toISOString().slice(0, 10)}.`,
      `In a terminal, set it as \`ACUOPS_TOKEN\`, and \`ACUOPS_URL\` to the desk's address. \`/acuops token revoke ${label}\` ends it.`,
    ],
    data: { label, expiresAt: expiresAt.toISOString() },
    secret,
    audit: { label, expiresAt: expiresAt.toISOString() },
  });
};
