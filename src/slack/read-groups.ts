/** Who is in a user group: at most a minute old for looking, asked anew for decisions; an answer that does not come is an error, so that nobody is let in by it. */
import { AcuopsError } from '../errors.ts';
import type { WebClient } from './slack-clients.ts';
import { readSlackFailure } from './slack-failure.ts';

/** User ids of our own team. @throws AcuopsError `slack` */
export type ReadGroup = (
  groupId: string,
  options?: { readonly fresh?: boolean },
) => Promise<ReadonlySet<string>>;

export interface ReadGroupsParts {
  readonly client: WebClient;
  readonly now: () => Date;
}

const freshMs = 60_000;

export const createReadGroup = ({ client, now }: ReadGroupsParts): ReadGroup => {
  const kept = new Map<string, { readonly members: ReadonlySet<string>; readonly until: number }>();
  return async (groupId, options = {}) => {
    const known = kept.get(groupId);
    if (!options.fresh && known && known.until > now().getTime()) return known.members;
    const members = await ask(client, groupId);
    kept.set(groupId, { members, until: now().getTime() + freshMs });
    return members;
  };
};

const ask = async (client: WebClient, groupId: string): Promise<ReadonlySet<string>> => {
  try {
    const { users } = await client.usergroups.users.list({ usergroup: groupId });
    if (!users) throw new Error('usergroups.users.list named no users');
    return new Set(users);
  } catch (error) {
    const failure = readSlackFailure(error);
    throw new AcuopsError({
      code: 'slack',
      message: `members of user group ${groupId} cannot be read: ${failure.kind === 'refused' ? failure.error : failure.kind}`,
      say: 'Slack did not tell who is in a user group that decides about this, so it was not allowed. Try again in a minute.',
      retryable: failure.kind !== 'refused',
      cause: error,
    });
  }
};
