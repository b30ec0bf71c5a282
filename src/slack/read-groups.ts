/** Who is in a user group: at most a minute old for looking, asked anew for decisions; an answer that does not come is an error, so that nobody is let in by it. */
import { AcuopsError } from '../errors.ts';
import type { WebClient } from './slack-clients.ts';
import { readSlackFailure } from './slack-failure.ts';

/** User ids of our own team. Asked anew where it is to be fresh for somebody. @throws AcuopsError `slack` */
export type ReadGroup = (
  groupId: string,
  options?: { readonly freshFor?: string },
) => Promise<ReadonlySet<string>>;

export interface ReadGroupsParts {
  readonly client: WebClient;
  readonly now: () => Date;
}

const keptMs = 60_000;
/** Who was not in it a moment ago is not asked about again: strangers who try what they may not must not use up the few questions that Slack answers. */
const strangersMs = 15_000;

type Members = ReadonlySet<string>;

/** At most one call per group is under way: Slack allows some twenty a minute, and many may ask in the same second. */
export const createReadGroup = ({ client, now }: ReadGroupsParts): ReadGroup => {
  const kept = new Map<string, { readonly members: Members; readonly askedAt: number }>();
  const underWay = new Map<string, Promise<Members>>();
  const next = new Map<string, Promise<Members>>();

  const begin = (groupId: string): Promise<Members> => {
    const askedAt = now().getTime();
    const asked = ask(client, groupId)
      .then((members) => {
        kept.set(groupId, { members, askedAt });
        return members;
      })
      .finally(() => underWay.delete(groupId));
    underWay.set(groupId, asked);
    return asked;
  };

  /** A call that began before a decision may know less than the decision must: all who came during it share the one after it. */
  const beginAfter = (running: Promise<Members>, groupId: string): Promise<Members> => {
    const begun = running
      .catch(() => undefined)
      .then(() => {
        next.delete(groupId);
        return begin(groupId);
      });
    next.set(groupId, begun);
    return begun;
  };

  const begun = (groupId: string): Promise<Members> | undefined => underWay.get(groupId) ?? next.get(groupId);

  const readNew = (groupId: string): Promise<Members> => {
    const running = underWay.get(groupId);
    return next.get(groupId) ?? (running ? beginAfter(running, groupId) : begin(groupId));
  };

  return (groupId, { freshFor } = {}) => {
    const known = kept.get(groupId);
    const ageMs = known ? now().getTime() - known.askedAt : Number.POSITIVE_INFINITY;
    const isStranger = freshFor !== undefined && known?.members.has(freshFor) === false;
    if (freshFor !== undefined && !(isStranger && ageMs < strangersMs)) return readNew(groupId);
    if (known && ageMs < keptMs) return Promise.resolve(known.members);
    return begun(groupId) ?? begin(groupId);
  };
};

const ask = async (client: WebClient, groupId: string): Promise<Members> => {
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
