/** `token create|list|revoke`: personal tokens for the terminal. A token acts as the person who made it, and is shown once. An admin sees and revokes those of others. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { namePerson } from '../../blocks/person.ts';
import { sayAge } from '../../blocks/time.ts';
import { type Actor, formatActor, isSameActor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import { parsePerson, personMustBe } from '../../operations/person.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';
import { toCode } from '../../operations/words.ts';

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

/** No label looks like these. */
const Marked = z.looseObject({ label: z.string().regex(/[<:@]/u), who: z.undefined().optional() });
/** A bare id looks like a label too: it is a person where no label may stand. */
const bareId = { label: z.string().regex(/^\s*[UW][A-Z0-9]{6,}\s*$/u), who: z.undefined().optional() };
const Placed = z.union([
  Marked,
  z.looseObject({ ...bareId, all: z.literal(true) }),
  z.looseObject({ ...bareId, action: z.literal('list') }),
]);

/** `list @maria` and `revoke --all @maria` have no label: who is meant stands in its place. */
const placePerson = (raw: unknown): unknown => {
  const words = Placed.safeParse(raw);
  return words.success ? { ...words.data, label: undefined, who: words.data.label } : raw;
};

const TokenInput = z.preprocess(
  placePerson,
  z.strictObject({
    action: z.enum(['create', 'list', 'revoke'], 'must be create, list or revoke').default('list'),
    label: z
      .string()
      .trim()
      .regex(/^[\w.-]{1,40}$/u, 'must be 1 to 40 letters, digits, dots or dashes')
      .optional(),
    who: z.string().trim().max(100, 'is too long').optional(),
    days: z.coerce
      .number('must be a whole number of days')
      .int('must be a whole number of days')
      .min(1, 'must be 1 to 365')
      .max(365, 'must be 1 to 365')
      .default(90),
    all: z.boolean().default(false),
  }),
);
type TokenInput = z.output<typeof TokenInput>;

export const defineToken = (powers: TokenPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'token',
    aliases: ['tokens'],
    summary: 'Your tokens for the terminal: create, list, revoke; for an admin also those of others',
    words: {
      positionals: [
        { name: 'action', about: 'create, list or revoke' },
        { name: 'label', about: 'what you call it, such as laptop' },
        { name: 'who', about: 'for an admin: whose, as @person (in Slack) or T…:U…; without it, your own' },
      ],
      flags: {
        days: { kind: 'text', about: 'how long it lives, 1 to 365; default 90' },
        all: { kind: 'switch', about: 'revoke all of them' },
      },
    },
    example: 'token create laptop',
    input: TokenInput,
    permission: ({ who }) => (who === undefined ? 'look' : 'administer'),
    effect: 'record',
    asks: ({ who }) => (who === undefined ? { kind: 'none' } : { kind: 'desk' }),
    run: async (context, input) => {
      if (input.all && input.action !== 'revoke')
        return refuseWords(['`--all` goes with revoke.'], 'token revoke --all');
      if (input.action === 'create') return create(powers, context, input);
      const owner = findOwner(context, input);
      if ('kind' in owner) return owner;
      return input.action === 'list' ? list(powers, context, owner) : revoke(powers, context, input, owner);
    },
  });

/** `list maria` has a label that nothing would come of: a name was meant. */
const findOwner = ({ actor, via }: NowContext, { action, label, who }: TokenInput): Actor | Refusal => {
  const named = who ?? (action === 'list' ? label : undefined);
  if (named === undefined) return actor;
  const inSlack = via === 'slack';
  return (
    (who === undefined ? null : parsePerson(who, inSlack ? actor.team : null)) ??
    refuseWords(
      [`\`who\` ${personMustBe(inSlack)}`],
      `token ${action === 'list' ? 'list' : 'revoke laptop'} ${inSlack ? '@maria' : 'T0123ABCD:U0123ABCD'}`,
    )
  );
};

const list = async (powers: TokenPowers, { tx, actor, via, now }: NowContext, owner: Actor) => {
  const tokens = await powers.read(tx, owner, now);
  const how = via === 'slack' ? '`/acuops token create laptop`' : `In Slack, ${inSlackWords}`;
  const isOwn = isSameActor(owner, actor);
  const of = namePerson(owner, via);
  const none = isOwn ? `You have no tokens. ${how} makes one.` : `${of} has no tokens.`;
  const some = isOwn ? 'Your tokens:' : `Tokens of ${of}:`;
  return answerLines({
    lines: [
      tokens.length === 0 ? none : some,
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
    ...(isOwn ? {} : { audit: { owner: formatActor(owner) } }),
  });
};

const revoke = async (
  powers: TokenPowers,
  { tx, actor, via, now }: NowContext,
  { label, all }: TokenInput,
  owner: Actor,
) => {
  if (label === undefined && !all) return refuseWords(['Say which one, or `--all`.'], 'token revoke laptop');
  // Whoever named one, or a person by a name, must not lose them all.
  if (label !== undefined && all)
    return refuseWords(
      [
        `Nothing is revoked: \`--all\` goes without a label, and ${toCode(label)} names no person. A person ${personMustBe(via === 'slack')}`,
      ],
      'token revoke --all',
    );
  const isOwn = isSameActor(owner, actor);
  const of = namePerson(owner, via);
  const revoked = await powers.revoke(tx, owner, label ?? null, now);
  if (revoked === 0)
    return refuse(
      'not-found',
      isOwn
        ? 'You have no such token. `/acuops token list` shows yours.'
        : `${of} has no such token. \`/acuops token list ${formatActor(owner)}\` shows theirs.`,
    );
  const what = `${revoked === 1 ? 'one token' : `${revoked} tokens`}${isOwn ? '' : ` of ${of}`}`;
  return answerLines({
    lines: [`Revoked ${what}; whatever uses ${revoked === 1 ? 'it' : 'them'} is locked out now.`],
    data: { revoked },
    audit: { action: 'revoked', tokens: revoked, owner: formatActor(owner), label: label ?? null },
  });
};

/** A terminal must not make itself a second key. */
const create = async (
  powers: TokenPowers,
  { tx, actor, via, now }: NowContext,
  { label, who, days }: TokenInput,
) => {
  if (via !== 'slack')
    return refuse(
      'slack-only',
      `A token is made in Slack only, where it is known who you are: there, type ${inSlackWords}.`,
    );
  if (who !== undefined)
    return refuseWords(['A token is made by its owner alone, since it acts as them.'], 'token create laptop');
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
    audit: { action: 'created', label, expiresAt: expiresAt.toISOString() },
  });
};
