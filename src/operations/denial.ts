/** What a denied person is told, privately: who they are to the desk, what was denied, and whom to ask. */
import { decideRights, type Grant } from '../policy/access.ts';
import { type Actor, type Call, formatActor } from './call.ts';
import type { AnyCommand, Permission } from './command.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { TargetName } from './target.ts';
import { nameField, toCode, toField } from './words.ts';

export type DenialReason = 'no-role' | 'not-allowed' | 'other-target';

export const explainDenial = (reason: DenialReason, call: Call, command: AnyCommand): Refusal => {
  const who = toCode(formatActor(call.actor));
  switch (reason) {
    case 'no-role':
      return refuse('denied', sayNoRole(call.actor));
    case 'not-allowed':
      return refuse(
        'denied',
        `Your role does not include ${toCode(nameAsked(command, call.input))}, so nothing was done. You are ${who}; an admin can change that. ${toCode('/acuops help')} lists what you may ask.`,
      );
    case 'other-target':
      return refuse('denied', `${noneOrForeign}. Nothing was done.`);
  }
};

export const sayNoRole = (actor: Actor): string =>
  `You have no role at this desk, so nothing was done. You are ${toCode(formatActor(actor))}. An admin can give you a role with ${toCode('/acuops role grant')}.`;

/** What the command needs at least: its permission with the plainest input, where that input is lawful. */
export const mayAsk = (command: AnyCommand, grants: readonly Grant[]): boolean => {
  const plain = command.input.safeParse({});
  return isGiven(command.permission(plain.success ? plain.data : {}), grants);
};

/** What these grants do not allow of a command that they allow in part, as it is typed. */
export const findDenied = (
  command: AnyCommand,
  inputs: readonly object[],
  grants: readonly Grant[],
): readonly string[] =>
  inputs.flatMap((input) => {
    const needed = findNeeded(command, Object.entries(input));
    return needed === null || isGiven(needed, grants) ? [] : [nameAsked(command, input)];
  });

const isGiven = (needed: Permission, grants: readonly Grant[]): boolean => {
  const rights = decideRights(grants, needed);
  return rights.kind === 'all' || rights.targetIds.length > 0;
};

const noneOrForeign = 'You may not see that client, or it does not exist';
const mostNamed = 5;

/** The same for a client of others and for none; `own` are those that the asker may see. */
export const explainForeignClient = (key: string, own: readonly TargetName[]): Refusal => {
  const shown = own.slice(0, mostNamed).map((target) => toCode(target.key));
  const more = own.length > mostNamed ? ` and ${own.length - mostNamed} more` : '';
  return refuse(
    'denied',
    `${noneOrForeign}: ${toCode(key)}. Nothing was done. You may see ${shown.join(', ')}${more}.`,
  );
};

/** The verb, and with it the words without which less would be needed, after those that stand before them: `killswitch on`, `health --fresh`, `token revoke laptop @maria`. The rest of the command may well be allowed. */
const nameAsked = (command: AnyCommand, input: unknown): string => {
  const given = Object.entries(typeof input === 'object' && input !== null ? input : {});
  const needed = findNeeded(command, given);
  const isDecisive = (field: string): boolean => {
    const without = findNeeded(
      command,
      given.filter(([other]) => other !== field),
    );
    return without !== null && without !== needed;
  };
  const decisive = given.filter(([field]) => isDecisive(field));
  const places = command.words.positionals.map(({ name }) => toField(name));
  const last = Math.max(-1, ...decisive.map(([field]) => places.indexOf(field)));
  const before = given.filter(([field]) => places.includes(field) && places.indexOf(field) <= last);
  const flags = decisive.filter(([field]) => !places.includes(field));
  const words = [
    ...before
      .toSorted(([a], [b]) => places.indexOf(a) - places.indexOf(b))
      .map(([, value]) => String(value).replace(/^<(@[^|>]+).*>$/u, '$1')),
    ...flags.map(([field]) => nameField(command, field)),
  ];
  return [command.verb, ...words].join(' ');
};

/** null where the words do not fit together. */
const findNeeded = (
  command: AnyCommand,
  given: readonly (readonly [string, unknown])[],
): Permission | null => {
  const input = command.input.safeParse(Object.fromEntries(given));
  return input.success ? command.permission(input.data) : null;
};
