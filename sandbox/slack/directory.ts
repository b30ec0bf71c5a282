// Who and where: people, channels, memberships and user groups of the pretend workspace, and how a test moves them.
// Knows nothing of messages.
import type { Channel, Person, SlackWorld } from './stored.ts';

export const appId = 'A0ACUOPS00';
export const botUserId = 'U0ACUOPS00';
export const botId = 'B0ACUOPS00';
export const botName = 'acuops';
export const workspaceName = 'AcuOps Sandbox';
export const workspaceDomain = 'acuops-sandbox';

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly userIds: readonly string[];
}

export interface Directory {
  readonly teamId: string;
  readonly person: (userId: string) => Person | undefined;
  readonly people: () => readonly Person[];
  readonly teamOf: (userId: string) => string;
  /** By id, or by name with or without `#`. */
  readonly channel: (idOrName: string) => Channel | undefined;
  readonly channels: () => readonly Channel[];
  /** The bot's direct conversation with a person. */
  readonly dm: (userId: string) => Channel;
  readonly groups: () => readonly UserGroup[];
  readonly setMembership: (channelId: string, userId: string, isMember: boolean) => void;
  readonly setExtShared: (channelId: string, isExtShared: boolean) => void;
  readonly setArchived: (channelId: string, isArchived: boolean) => void;
  /** By id or handle; makes the group where there is none. */
  readonly setUserGroup: (idOrHandle: string, userIds: readonly string[]) => void;
  readonly reset: () => void;
}

const bot: Person = { id: botUserId, name: botName, isBot: true };

const toDm = (userId: string): Channel => ({
  id: `D${userId.slice(1)}`,
  name: `dm-${userId}`,
  isPrivate: true,
  isExtShared: false,
  isArchived: false,
  dmUserId: userId,
  memberIds: new Set([userId, botUserId]),
});

/** Every person has the bot's direct conversation from the start, as its home tab would give them. */
const seedChannels = (world: SlackWorld): Map<string, Channel> => {
  const named = world.channels.map((channel) => ({
    id: channel.id,
    name: channel.name,
    isPrivate: channel.isPrivate ?? false,
    isExtShared: channel.isExtShared ?? false,
    isArchived: false,
    memberIds: new Set([...channel.memberIds, ...(channel.botIsMember ? [botUserId] : [])]),
  }));
  const direct = world.people.filter((person) => !person.isBot).map((person) => toDm(person.id));
  return new Map([...named, ...direct].map((channel) => [channel.id, channel]));
};

export const createDirectory = (world: SlackWorld): Directory => {
  const teamId = world.teamId ?? 'T0ACUOPS00';
  const people = new Map<string, Person>([bot, ...world.people].map((person) => [person.id, person]));
  let channels = seedChannels(world);
  let groups = new Map<string, UserGroup>(world.userGroups.map((group) => [group.id, group]));

  const byId = (channelId: string): Channel => {
    const channel = channels.get(channelId);
    if (!channel)
      throw new Error(
        `No channel ${channelId} in the pretend Slack; it has ${[...channels.keys()].join(', ')}`,
      );
    return channel;
  };
  const change = (channelId: string, patch: Partial<Channel>): void => {
    channels.set(channelId, { ...byId(channelId), ...patch });
  };

  return {
    teamId,
    person: (userId) => people.get(userId),
    people: () => [...people.values()],
    teamOf: (userId) => people.get(userId)?.teamId ?? teamId,
    channel: (idOrName) => {
      const name = idOrName.replace(/^#/, '');
      return channels.get(idOrName) ?? [...channels.values()].find((channel) => channel.name === name);
    },
    channels: () => [...channels.values()],
    dm: (userId) => {
      const made = toDm(userId);
      const channel = channels.get(made.id) ?? made;
      channels.set(channel.id, channel);
      return channel;
    },
    groups: () => [...groups.values()],
    setMembership: (channelId, userId, isMember) => {
      const memberIds = new Set(byId(channelId).memberIds);
      if (isMember) memberIds.add(userId);
      else memberIds.delete(userId);
      change(channelId, { memberIds });
    },
    setExtShared: (channelId, isExtShared) => change(channelId, { isExtShared }),
    setArchived: (channelId, isArchived) => change(channelId, { isArchived }),
    setUserGroup: (idOrHandle, userIds) => {
      const known =
        groups.get(idOrHandle) ?? [...groups.values()].find((group) => group.handle === idOrHandle);
      const group = known ?? { id: idOrHandle, handle: idOrHandle.toLowerCase() };
      groups.set(group.id, { ...group, userIds });
    },
    reset: () => {
      channels = seedChannels(world);
      groups = new Map(world.userGroups.map((group) => [group.id, group]));
    },
  };
};
