// conversations.*: what a channel is, who is in it, what was said, and the bot's direct conversations.
import { botUserId } from '../directory.ts';
import { type Json, readFlag, readText } from '../json.ts';
import { type Methods, type Slack, toChannelJson, toMessageJson } from '../slack.ts';
import { type Channel, SlackRefusal, type StoredMessage } from '../stored.ts';
import { cutPage } from './paging.ts';
import { kindOfPlace, readPlace } from './places.ts';

/** Compared as numbers of microseconds: `1.5` and `1.500000` are the same moment. */
const micros = (ts: string): bigint => {
  const [seconds = '0', fraction = ''] = ts.split('.');
  if (!/^\d+$/.test(seconds) || !/^\d*$/.test(fraction)) throw new SlackRefusal('invalid_ts_oldest');
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
};

const isWithin = (ts: string, args: Json): boolean => {
  const at = micros(ts);
  const isInclusive = readFlag(args, 'inclusive');
  const oldest = readText(args, 'oldest');
  const latest = readText(args, 'latest');
  const isYoungEnough = oldest === undefined || at > micros(oldest) || (isInclusive && at === micros(oldest));
  const isOldEnough = latest === undefined || at < micros(latest) || (isInclusive && at === micros(latest));
  return isYoungEnough && isOldEnough;
};

const kindsWanted: Readonly<Record<string, string>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'dm',
};

export const createConversationMethods = (slack: Slack): Methods => {
  const answerPage = (messages: readonly StoredMessage[], args: Json, usual: number): Json => {
    const page = cutPage(messages, args, 999, usual);
    const withMetadata = readFlag(args, 'include_all_metadata');
    return {
      messages: page.items.map((message) => toMessageJson(message, slack, withMetadata)),
      has_more: page.hasMore,
      ...(page.hasMore ? page.rest : {}),
    };
  };

  const list = (args: Json, isMine: (channel: Channel) => boolean): Json => {
    const kinds = (readText(args, 'types') ?? 'public_channel')
      .split(',')
      .map((kind) => kindsWanted[kind.trim()]);
    const visible = slack.directory
      .channels()
      .filter((channel) => !channel.isPrivate || channel.memberIds.has(botUserId))
      .filter((channel) => kinds.includes(kindOfPlace(channel)))
      .filter((channel) => !(readFlag(args, 'exclude_archived') && channel.isArchived));
    const page = cutPage(visible.filter(isMine), args, 1000, 100);
    return { channels: page.items.map(toChannelJson), ...page.rest };
  };

  return {
    'conversations.info': (args) => ({ channel: toChannelJson(readPlace(args, slack, 'know')) }),

    'conversations.list': (args) => list(args, () => true),
    'users.conversations': (args) =>
      list(args, (channel) => channel.memberIds.has(readText(args, 'user') ?? botUserId)),

    'conversations.members': (args) => {
      const page = cutPage([...readPlace(args, slack, 'know').memberIds], args, 1000, 100);
      return { members: page.items, ...page.rest };
    },

    'conversations.history': (args) => {
      const channel = readPlace(args, slack, 'read');
      const shown = slack.record
        .messages(channel.id)
        .filter((message) => message.threadTs === undefined || message.isBroadcast)
        .filter((message) => isWithin(message.ts, args));
      return answerPage([...shown].reverse(), args, 100);
    },

    'conversations.replies': (args) => {
      const channel = readPlace(args, slack, 'read');
      const named = slack.record.message(channel.id, readText(args, 'ts') ?? '');
      if (!named) throw new SlackRefusal('thread_not_found');
      const root = named.threadTs ?? named.ts;
      const all = slack.record
        .messages(channel.id)
        .filter(
          (message) => message.ts === root || (message.threadTs === root && isWithin(message.ts, args)),
        );
      return answerPage(all, args, 1000);
    },

    'conversations.open': (args) => {
      const channelId = readText(args, 'channel');
      if (channelId !== undefined) return { channel: toChannelJson(readPlace(args, slack, 'know')) };
      const users = (readText(args, 'users') ?? '').split(',').filter(Boolean);
      const [userId] = users;
      if (userId === undefined) throw new SlackRefusal('users_list_not_supplied');
      const person = slack.directory.person(userId);
      if (!person) throw new SlackRefusal('user_not_found');
      if (person.isBot) throw new SlackRefusal('cannot_dm_bot');
      if (users.length > 1) throw new SlackRefusal('method_not_supported_for_channel_type');
      const channel = slack.directory.dm(userId);
      return { channel: readFlag(args, 'return_im') ? toChannelJson(channel) : { id: channel.id } };
    },

    'conversations.join': (args) => {
      const channel = readPlace(args, slack, 'know');
      if (channel.isPrivate) throw new SlackRefusal('method_not_supported_for_channel_type');
      slack.directory.setMembership(channel.id, botUserId, true);
      return { channel: toChannelJson(readPlace(args, slack, 'know')) };
    },
  };
};
