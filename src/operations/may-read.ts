/** Whether a place may show what a command has to say at all; which clients it may show there is the scope's business. */
import type { Audience } from '../policy/access.ts';
import type { AnyCommand } from './command.ts';

export const mayRead = (command: Pick<AnyCommand, 'readers'>, audience: Audience): boolean =>
  command.readers !== 'team' || audience.kind !== 'shared';
