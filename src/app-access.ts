/** Who is who to this desk: admins of the configuration, stored rules, Slack's groups and places, put together to grants and audiences. */

import { AcuopsError } from './errors.ts';
import { type Actor, isSameActor, type Place } from './operations/call.ts';
import type { Permission } from './operations/command.ts';
import type { AccessReader, CardPlace } from './operations/ports.ts';
import { scheduler } from './operations/schedule.ts';
import { type Audience, type Grant, isCovered, mayGive } from './policy/access.ts';
import type { ReadGroup } from './slack/read-groups.ts';
import type { PlaceFacts, ReadPlace } from './slack/read-places.ts';
import { type AccessRule, readAccessFacts, readChannelTarget } from './store/access-store.ts';
import type { Database } from './store/database.ts';

export interface AccessParts {
  readonly database: Database;
  readonly admins: readonly Actor[];
  /** Our own workspace: groups exist there only. */
  readonly ownTeam: () => Promise<string>;
  readonly readGroup: ReadGroup;
  readonly readPlace: ReadPlace;
}

/** The desk's own timer may tend the house and nothing else, whatever rules may say. */
const tending: readonly Grant[] = [{ role: 'desk', targetIds: null }];

export interface DeskAccess extends AccessReader {
  /** What a channel may see by now. @throws AcuopsError `slack` where Slack does not say what it is */
  readonly readAudience: (place: CardPlace) => Promise<Audience>;
}

export const createAccessReader = (parts: AccessParts): DeskAccess => ({
  readAccess: async (actor, place, { freshFor } = {}) => {
    const stored = await parts.database.untied((tx) => readAccessFacts(tx, actor, place.channel));
    const [grants, audience] = await Promise.all([
      isSameActor(actor, scheduler) ? tending : decideGrants(parts, actor, stored.rules, freshFor),
      decideAudience(parts, place, stored.channelTarget),
    ]);
    return { grants, audience };
  },
  readAudience: async ({ team, channel }) => {
    const target = await parts.database.untied((tx) => readChannelTarget(tx, channel));
    if (target !== null) return { kind: 'shared', targetIds: [target] };
    const facts = await parts.readPlace({ kind: 'channel', team, channel });
    if (facts.kind === 'unknown')
      throw new AcuopsError({
        code: 'slack',
        message: `Slack does not say who reads ${channel}`,
        say: 'Slack does not answer. Try again in a minute.',
        retryable: true,
      });
    return toAudience(facts);
  },
});

const decideGrants = async (
  parts: AccessParts,
  actor: Actor,
  rules: readonly AccessRule[],
  freshFor: Permission | undefined,
): Promise<readonly Grant[]> => {
  const own: readonly Grant[] = [
    ...(parts.admins.some((admin) => isSameActor(admin, actor))
      ? [{ role: 'admin', targetIds: null } as const]
      : []),
    ...rules.filter((rule) => rule.subjectKind !== 'group').map(toGrant),
  ];
  // Whose membership would add nothing is not asked for: Slack answers few such questions a minute.
  const open = rules.filter(
    (rule) => rule.subjectKind === 'group' && rule.team === actor.team && !isCovered(toGrant(rule), own),
  );
  const groups = [...new Set(open.map((rule) => rule.subject))];
  const matters = new Set(
    open.filter(({ role }) => freshFor && mayGive(role, freshFor)).map(({ subject }) => subject),
  );
  const read = await Promise.allSettled(
    groups.map((group) => isMember(parts, actor, group, matters.has(group))),
  );
  const isIn = new Set(groups.filter((_group, at) => read[at]?.status === 'fulfilled' && read[at].value));
  const grants = [...own, ...open.filter((rule) => isIn.has(rule.subject)).map(toGrant)];
  // A group that cannot be read lets nobody in; who has another right keeps that one.
  const unread = read.find((one) => one.status === 'rejected');
  if (grants.length === 0 && unread) throw unread.reason;
  return grants;
};

const toGrant = (rule: AccessRule): Grant => ({
  role: rule.role,
  targetIds: rule.targetId === null ? null : [rule.targetId],
});

/** @throws where Slack does not say */
const isMember = async (parts: AccessParts, actor: Actor, group: string, fresh: boolean): Promise<boolean> =>
  actor.team === (await parts.ownTeam()) &&
  (await parts.readGroup(group, fresh ? { freshFor: actor.user } : {})).has(actor.user);

const decideAudience = async (
  parts: AccessParts,
  place: Place,
  channelTarget: string | null,
): Promise<Audience> => {
  if (place.kind === 'terminal') return { kind: 'private' };
  if (channelTarget !== null) return { kind: 'shared', targetIds: [channelTarget] };
  return toAudience(await parts.readPlace(place));
};

const toAudience = ({ kind, shared }: PlaceFacts): Audience => {
  if (kind === 'dm') return { kind: 'private' };
  return shared ? { kind: 'shared', targetIds: [] } : { kind: 'team' };
};
