/** Following one's own operation from a terminal: looked at again until it is finished or the wait is over. Rights are those of now, not of the moment it was asked for. */
import { setTimeout as wait } from 'node:timers/promises';
import type { OperationPicture, WaitFor } from './http/cli-watch.ts';
import type { Actor, Place } from './operations/call.ts';
import { drawWords } from './operations/draw-card.ts';
import type { Operation } from './operations/operation.ts';
import type { AccessReader } from './operations/ports.ts';
import { isWithin, nothing } from './operations/scope.ts';
import type { CommandList } from './operations/words.ts';
import { decideRights } from './policy/access.ts';
import type { Database } from './store/database.ts';
import { readOwnOperation } from './store/operation-store.ts';

export interface FollowParts {
  readonly database: Database;
  readonly commands: CommandList;
  readonly access: AccessReader;
  readonly now: () => Date;
  readonly zone: string;
}

const lookEveryMs = 250;

export const createWaitFor =
  (parts: FollowParts): WaitFor =>
  async (spokenId, actor, waitMs, signal) => {
    const until = Date.now() + waitMs;
    for (let look = 1; ; look += 1) {
      const operation = await readOwnOperation(parts.database.db, spokenId, actor);
      if (!operation) return null;
      const isOver = operation.state !== 'open' || Date.now() >= until || signal.aborted;
      // At the first look, so that nobody waits for what is not theirs, and at the last: a role may go while one waits.
      if ((look === 1 || isOver) && !(await maySee(parts, actor, operation))) return null;
      if (isOver) return draw(parts, operation);
      await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  };

/** What was asked for once is shown only to who might ask for it now. */
const maySee = async (
  { access, commands }: FollowParts,
  actor: Actor,
  operation: Operation,
): Promise<boolean> => {
  const command = commands.find(operation.verb);
  if (!command) return false;
  const place: Place = { kind: 'terminal', team: actor.team, channel: 'terminal' };
  const { grants } = await access.readAccess(actor, place);
  const rights = decideRights(grants, command.permission(operation.input));
  return !isWithin(rights, nothing) && isWithin(operation.scope, rights);
};

const draw = async (
  { commands, now, zone }: FollowParts,
  operation: Operation,
): Promise<OperationPicture> => {
  const command = commands.find(operation.verb);
  const picture = { state: operation.state, exit: operation.exit };
  if (command?.kind !== 'long' || operation.state === 'refused' || operation.state === 'failed')
    return {
      ...picture,
      message: operation.state === 'open' ? null : drawWords(operation),
      data: operation.result,
    };
  const message = await command.render({
    now: now(),
    zone,
    cardId: operation.id,
    version: 0,
    operation,
    supersededBy: null,
    internal: true,
  });
  return { ...picture, message, data: command.toJson(operation) };
};
