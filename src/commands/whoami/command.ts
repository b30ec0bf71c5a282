/** `whoami`: who the desk thinks you are, what you may do, and what this place shows. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { formatActor, type Place } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Scope } from '../../operations/scope.ts';
import type { TargetName } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import type { Audience } from '../../policy/access.ts';

export interface WhoamiPowers {
  readonly readNames: (tx: Tx, scope: Scope) => Promise<readonly TargetName[]>;
}

export const defineWhoami = (powers: WhoamiPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'whoami',
    aliases: ['me'],
    summary: 'Who you are to this desk, and what this place shows',
    words: { positionals: [], flags: {} },
    example: 'whoami',
    input: z.strictObject({}),
    permission: () => 'ask-status',
    effect: 'none',
    asks: () => ({ kind: 'none' }),
    run: async ({ tx, actor, place, grants, audience }) => {
      const own = await powers.readNames(tx, {
        kind: 'only',
        targetIds: grants.flatMap((grant) => grant.targetIds ?? []),
      });
      const names = new Map(own.map((target) => [target.id, target.name]));
      const isContact = grants.every((grant) => grant.role === 'contact');
      const nameOf = (id: string): string => escapeLine(names.get(id) ?? 'a client that is gone');
      const roles = [
        ...new Set(
          grants.map((grant) =>
            grant.targetIds === null
              ? grant.role
              : `${grant.role} of ${grant.targetIds.map(nameOf).join(', ')}`,
          ),
        ),
      ];
      return answerLines({
        lines: [
          `You are \`${formatActor(actor)}\`: ${roles.join(', ')}.`,
          isContact ? sayOwn(own) : sayPlace(place, audience),
        ],
        data: { team: actor.team, user: actor.user, roles, place: audience.kind },
      });
    },
  });

const sayOwn = (own: readonly TargetName[]): string =>
  own.length === 0
    ? 'That client is gone, so there is nothing to ask for.'
    : `You may ask for its status, and nothing else: ${own.map(({ key }) => `\`/acuops status ${key}\``).join(', ')}.`;

const sayPlace = (place: Place, audience: Audience): string => {
  if (place.kind === 'terminal') return 'This terminal shows what you may see.';
  if (audience.kind !== 'shared')
    return audience.kind === 'private'
      ? 'Nobody else reads here.'
      : 'This channel is ours: it shows all clients.';
  return audience.targetIds.length > 0
    ? 'A client reads here: this channel shows that client only. Everything else comes to you directly.'
    : 'Another organisation reads here: answers come to you directly.';
};
