// Finds the conversation and the thread that a call names and refuses them as Slack does: unknown, hidden, archived, not joined, no first message.
import { botUserId } from '../directory.ts';
import { type Json, readText } from '../json.ts';
import type { ConversationKind } from '../scopes.ts';
import type { Slack } from '../slack.ts';
import { type Channel, SlackRefusal } from '../stored.ts';

/** What the caller wants of it: to know about it, to read in it, to write to it. */
export type Use = 'know' | 'read' | 'write';

const findPlace = (reference: string, slack: Slack, use: Use): Channel | undefined => {
  const person = slack.directory.person(reference);
  // A person's id stands for the bot's conversation with them, when writing.
  if (person && use === 'write' && !person.isBot) return slack.directory.dm(person.id);
  return slack.directory.channel(reference);
};

export const kindOfPlace = (channel: Channel): ConversationKind => {
  if (channel.dmUserId !== undefined) return 'dm';
  return channel.isPrivate ? 'private' : 'public';
};

const mayPostUninvited = (channel: Channel, slack: Slack): boolean =>
  slack.granted.has('chat:write.public') && !channel.isPrivate;

/** @throws SlackRefusal `channel_not_found`, `is_archived`, `not_in_channel` */
export const readPlace = (args: Json, slack: Slack, use: Use): Channel => {
  const channel = findPlace(readText(args, 'channel') ?? '', slack, use);
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (!slack.strict) return channel;
  const isMember = channel.memberIds.has(botUserId);
  if (channel.isPrivate && !isMember) throw new SlackRefusal('channel_not_found');
  if (use === 'write' && channel.isArchived) throw new SlackRefusal('is_archived');
  if (use === 'know' || isMember) return channel;
  if (use === 'write' && mayPostUninvited(channel, slack)) return channel;
  throw new SlackRefusal('not_in_channel');
};

/** The root of the thread to write to. Slack documents "never use a reply's ts value; use its parent instead". @throws SlackRefusal `thread_not_found`, `invalid_thread_ts` */
export const readThread = (args: Json, channel: Channel, slack: Slack): string | undefined => {
  const ts = readText(args, 'thread_ts');
  if (ts === undefined) return undefined;
  const root = slack.record.message(channel.id, ts);
  if (!root) throw new SlackRefusal('thread_not_found');
  if (slack.strict && root.threadTs !== undefined) throw new SlackRefusal('invalid_thread_ts');
  return root.threadTs ?? root.ts;
};
