/** `role grant|revoke|list`: who may do what here. The first admins come from the configuration and cannot be revoked from Slack. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderGroup, renderPerson } from '../../blocks/person.ts';
import { type Actor, isSameActor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Scope } from '../../operations/scope.ts';
import { findTarget, type TargetName } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { type Role, roles } from '../../policy/access.ts';
import { parseSubject, type Subject } from './subject.ts';

export interface RoleRule {
  readonly subjectKind: Subject['kind'];
  readonly team: string;
  readonly subject: string;
  readonly role: Role;
  readonly targetId: string | null;
}

export interface RolePowers {
  readonly addRule: (tx: Tx, rule: RoleRule, by: Actor, at: Date) => Promise<'added' | 'there'>;
  readonly removeRule: (tx: Tx, rule: RoleRule) => Promise<'removed' | 'absent'>;
  readonly readRules: (tx: Tx) => Promise<readonly RoleRule[]>;
  readonly readNames: (tx: Tx, scope: Scope) => Promise<readonly TargetName[]>;
  readonly admins: readonly Actor[];
}

/** Where mentions are not known. */
const wholeId = 'T0123ABCD:U0123ABCD';

const RoleInput = z.strictObject({
  action: z.enum(['grant', 'revoke', 'list'], 'must be grant, revoke or list').default('list'),
  who: z.string().trim().max(100, 'is too long').optional(),
  role: z.enum(roles, `must be one of ${roles.join(', ')}`).optional(),
  client: z.string().trim().toLowerCase().max(40, 'is too long for a client').optional(),
});
type RoleInput = z.output<typeof RoleInput>;

export const defineRole = (powers: RolePowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'role',
    aliases: ['roles'],
    summary: 'Who may do what: grant, revoke, list',
    words: {
      positionals: [
        { name: 'action', about: 'grant, revoke or list' },
        { name: 'who', about: '@person or @group (in Slack), T…:U…, T…:S…, or T… for a whole team' },
        { name: 'role', about: `one of ${roles.join(', ')}` },
        { name: 'client', about: 'for contact: whose' },
      ],
      flags: {},
    },
    // Whole ids work everywhere; a terminal knows no mentions.
    example: `role grant ${wholeId} operator`,
    input: RoleInput,
    permission: () => 'administer',
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    run: (context, input) =>
      input.action === 'list' ? listRules(powers, context) : change(powers, context, input),
  });

const listRules = async (powers: RolePowers, { tx, scope, via }: NowContext) => {
  const rules = await powers.readRules(tx);
  const clients = new Map((await powers.readNames(tx, scope)).map((client) => [client.id, client]));
  const sayClient = (targetId: string | null): string => {
    const client = targetId === null ? undefined : clients.get(targetId);
    return client === undefined ? '' : ` of *${escapeLine(client.name)}* \`${client.key}\``;
  };
  return answerLines({
    lines: [
      'Who may do what:',
      ...powers.admins.map(
        ({ team, user }) =>
          `• ${saySubject({ subjectKind: 'user', team, subject: user }, via)} admin, by configuration`,
      ),
      ...rules.map((rule) => `• ${saySubject(rule, via)} ${rule.role}${sayClient(rule.targetId)}`),
    ],
    foot: 'Everybody else is denied. Contacts that the registry names are changed with `/acuops edit-client`.',
    data: rules.map((rule) => ({ ...rule, client: clients.get(rule.targetId ?? '')?.key ?? null })),
  });
};

/** In a terminal, as it is typed there. */
const saySubject = (rule: Pick<RoleRule, 'subjectKind' | 'team' | 'subject'>, via: string): string => {
  if (rule.subjectKind === 'team') return `everybody of \`${escapeLine(rule.team)}\``;
  if (via !== 'slack') return `\`${escapeLine(`${rule.team}:${rule.subject}`)}\``;
  return rule.subjectKind === 'group'
    ? renderGroup(rule.subject)
    : renderPerson({ team: rule.team, user: rule.subject });
};

const change = async (powers: RolePowers, context: NowContext, input: RoleInput) => {
  const rule = await toRule(powers, context, input);
  if ('kind' in rule) return rule;
  const { tx, actor, now } = context;
  const who = saySubject(rule, context.via);
  const what = `${rule.role}${input.client === undefined ? '' : ` of *${escapeLine(input.client)}*`}`;
  const audit = { action: input.action, who: `${rule.team}:${rule.subject}`, role: rule.role };
  if (input.action === 'grant') {
    const done = await powers.addRule(tx, rule, actor, now);
    return answerLines({
      lines: [done === 'added' ? `${who} is ${what} from now on.` : `${who} already was ${what}.`],
      data: audit,
      audit,
      targetId: rule.targetId,
    });
  }
  const done = await powers.removeRule(tx, rule);
  const stays = isConfigured(powers, rule)
    ? `${who} is admin by configuration (\`ACUOPS_ADMINS\`), which no command changes: take them out there and start the desk again.`
    : null;
  if (done === 'absent')
    return stays === null
      ? refuse(
          'not-found',
          `${who} was not ${what}, so nothing changed. \`/acuops role list\` shows who is what.`,
        )
      : refuse('conflict', `Nothing changed. ${stays}`);
  return answerLines({
    lines:
      stays === null ? [`${who} is no longer ${what}.`] : ['The rule is gone, but the role stays.', stays],
    data: audit,
    audit,
    targetId: rule.targetId,
  });
};

const isConfigured = ({ admins }: RolePowers, { subjectKind, team, subject, role }: RoleRule): boolean =>
  role === 'admin' &&
  subjectKind === 'user' &&
  admins.some((admin) => isSameActor(admin, { team, user: subject }));

const toRule = async (
  powers: RolePowers,
  { tx, scope, actor, via }: NowContext,
  input: RoleInput,
): Promise<RoleRule | Refusal> => {
  const inSlack = via === 'slack';
  const { who, role, client } = input;
  const somebody = inSlack ? '@maria' : wholeId;
  const line = `role ${input.action}`;
  if (who === undefined) return refuseWords(['Say who and which role.'], `${line} ${somebody} operator`);
  const subject = parseSubject(who, inSlack ? actor.team : null);
  if (subject === null) return refuseWords([whoMustBe(inSlack)], `${line} ${wholeId} operator`);
  if (role === undefined)
    return refuseWords(
      [`Say which role: one of ${roles.join(', ')}.`],
      `${line} ${subject.kind === 'team' ? subject.id : `${subject.team}:${subject.id}`} operator`,
    );
  const rule = { subjectKind: subject.kind, team: subject.team, subject: subject.id, role };
  if (role !== 'contact')
    return client === undefined
      ? { ...rule, targetId: null }
      : refuse('usage', `Only the role contact is bound to a client; ${role} is for all of them.`);
  if (client === undefined)
    return refuseWords(['A contact belongs to a client.'], `${line} ${somebody} contact acme`);
  const found = findTarget(await powers.readNames(tx, scope), client);
  return found.kind === 'refused' ? found : { ...rule, targetId: found.id };
};

const whoMustBe = (inSlack: boolean): string =>
  inSlack
    ? '`who` must be a mention of a person or group, `T…:U…`, or `T…` for a whole team.'
    : '`who` must be ids: `T…:U…` for a person, `T…:S…` for a group, `T…` for a whole team. A terminal does not know names; in Slack, the menu of a profile copies the member id.';
