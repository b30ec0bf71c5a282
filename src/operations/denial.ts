/** What a denied person is told, privately: who they are to the desk, what was denied, and whom to ask. */
import type { Call } from './call.ts';
import type { AnyCommand } from './command.ts';
import { type Refusal, refuse } from './refusal.ts';
import { toCode } from './words.ts';

export type DenialReason = 'no-role' | 'not-allowed' | 'other-target';

export const explainDenial = (reason: DenialReason, call: Call, command: AnyCommand): Refusal => {
  const who = toCode(`${call.actor.team}:${call.actor.user}`);
  switch (reason) {
    case 'no-role':
      return refuse(
        'denied',
        `You have no role at this desk, so nothing was done. You are ${who}. An admin can give you a role with ${toCode('/acuops role grant')}.`,
      );
    case 'not-allowed':
      return refuse(
        'denied',
        `Your role does not include ${toCode(command.verb)}, so nothing was done. You are ${who}; an admin can change that.`,
      );
    case 'other-target':
      return refuse('denied', 'You may not see that client, or it does not exist. Nothing was done.');
  }
};
