/** Which rows of the record are asked for: the options as typed, judged, and what they mean. A word that no row can have is a fault: "nothing fits" would be untrue. */
import { z } from 'zod';
import { refuseWords } from '../../blocks/answer.ts';
import { type AuditFilter, auditEvents } from '../../operations/audit.ts';
import { formatActor } from '../../operations/call.ts';
import type { NowContext } from '../../operations/command.ts';
import { parsePerson, personMustBe } from '../../operations/person.ts';
import type { Refusal } from '../../operations/refusal.ts';
import { findTarget, type TargetName } from '../../operations/target.ts';
import type { CommandList } from '../../operations/words.ts';

const Day = z.iso.date('must be a day such as 2026-11-01');

export const AuditInput = z
  .strictObject({
    action: z.enum(['show', 'verify', 'export'], 'must be show, verify or export').default('show'),
    client: z.string().trim().toLowerCase().max(40, 'is too long for a client').optional(),
    by: z.string().trim().max(60, 'is too long').optional(),
    verb: z.string().trim().toLowerCase().max(40, 'is too long for a command').optional(),
    event: z
      .string()
      .trim()
      .toLowerCase()
      .pipe(z.enum(auditEvents, `must be one of ${auditEvents.join(', ')}`))
      .optional(),
    since: Day.optional(),
    until: Day.optional(),
    before: z.coerce
      .number('must be the number of a row')
      .int('must be the number of a row')
      .positive('must be the number of a row')
      .optional(),
  })
  .refine(({ since, until }) => since === undefined || until === undefined || since <= until, {
    path: ['until'],
    message: 'must not lie before --since',
  });
export type AuditInput = z.output<typeof AuditInput>;

export const filterFlags = {
  client: { kind: 'text', about: 'one client' },
  by: { kind: 'text', about: 'one person, as @person (in Slack) or T…:U…' },
  verb: { kind: 'text', about: 'one command' },
  event: { kind: 'text', about: auditEvents.join(', ') },
  since: { kind: 'text', about: 'from this day on (UTC), such as 2026-11-01' },
  until: { kind: 'text', about: 'up to the end of this day (UTC)' },
  before: { kind: 'text', about: 'only rows with a lower number, as an export names it' },
} as const;

/** As it is kept with an export's answer, to be read by again. */
export const AuditWish = z.object({
  targetId: z.string().optional(),
  actor: z.string().optional(),
  verb: z.string().optional(),
  event: z.string().optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});
export type AuditWish = z.infer<typeof AuditWish>;

const dayMs = 86_400_000;

export const toFilter = (wish: AuditWish, before: number | undefined, limit: number): AuditFilter => ({
  ...wish,
  since: wish.since === undefined ? undefined : new Date(wish.since),
  until: wish.until === undefined ? undefined : new Date(wish.until),
  before,
  limit,
});

/** Everything but the action: what narrows the rows. */
export const isNarrowed = (input: AuditInput): boolean =>
  Object.entries(input).some(([field, value]) => field !== 'action' && value !== undefined);

export const readWish = (
  context: NowContext,
  input: AuditInput,
  known: { readonly commands: CommandList; readonly names: readonly TargetName[] },
): AuditWish | Refusal => {
  let wish: AuditWish = { event: input.event, ...toMoments(input) };
  for (const part of [
    input.client === undefined ? {} : readClient(input.client, known.names),
    input.by === undefined ? {} : readPerson(input.by, context),
    input.verb === undefined ? {} : readVerb(input.verb, known.commands),
  ]) {
    if ('kind' in part) return part;
    wish = { ...wish, ...part };
  }
  return wish;
};

const toMoments = ({ since, until }: AuditInput): AuditWish => ({
  since: since === undefined ? undefined : `${since}T00:00:00Z`,
  until: until === undefined ? undefined : new Date(Date.parse(until) + dayMs).toISOString(),
});

const readClient = (client: string, names: readonly TargetName[]): AuditWish | Refusal => {
  const found = findTarget(names, client);
  return found.kind === 'refused' ? found : { targetId: found.id };
};

const readPerson = (by: string, { actor, via }: NowContext): AuditWish | Refusal => {
  // The desk's own parts act too, such as its timer, and are named so in the record.
  if (/^desk:[\w-]+$/u.test(by)) return { actor: by };
  const inSlack = via === 'slack';
  const person = parsePerson(by, inSlack ? actor.team : null);
  return person === null
    ? refuseWords(
        [`\`--by\` ${personMustBe(inSlack)}`],
        `audit --by ${inSlack ? '@maria' : 'T0123ABCD:U0123ABCD'}`,
      )
    : { actor: formatActor(person) };
};

const readVerb = (verb: string, commands: CommandList): AuditWish | Refusal => {
  const command = commands.find(verb);
  return command === undefined ? commands.explainUnknown(verb) : { verb: command.verb };
};

/** The same filters as they are typed, for the part after this one. */
export const toWords = ({ client, verb, event, since, until }: AuditInput, { actor }: AuditWish): string =>
  Object.entries({ client, by: actor, verb, event, since, until })
    .map(([flag, value]) => (value === undefined ? '' : ` --${flag} ${value}`))
    .join('');
