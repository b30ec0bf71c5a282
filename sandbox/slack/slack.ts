// The parts of the pretend Slack that its methods share, and how it writes them out for a bot.
// Nothing here decides; it names and shapes.
import { appId, botId, botUserId, type Directory } from './directory.ts';
import type { Ids } from './ids.ts';
import type { Json } from './json.ts';
import type { SlackRecord } from './record.ts';
import type { Channel, StoredFile, StoredMessage } from './stored.ts';
import type { Triggers } from './triggers.ts';
import type { ViewStore } from './views.ts';

export interface Slack {
  readonly now: () => number;
  readonly strict: boolean;
  readonly ids: Ids;
  readonly directory: Directory;
  readonly record: SlackRecord;
  readonly views: ViewStore;
  readonly triggers: Triggers;
  /** The scopes the bot was installed with. */
  readonly granted: ReadonlySet<string>;
  /** `http://127.0.0.1:port` of the front. */
  readonly base: () => string;
}

export type Method = (args: Json) => Json | Promise<Json>;
export type Methods = Readonly<Record<string, Method>>;

const toFileJson = (file: StoredFile, slack: Slack): Json => ({
  id: file.id,
  name: file.name,
  title: file.title,
  size: file.bytes.length,
  user: botUserId,
  url_private: `${slack.base()}/files/${file.id}`,
  url_private_download: `${slack.base()}/files/${file.id}`,
  permalink: `${slack.base()}/files/${file.id}`,
});

export const toFilesJson = (ids: readonly string[], slack: Slack): readonly Json[] =>
  ids.flatMap((id) => {
    const file = slack.record.file(id);
    return file ? [toFileJson(file, slack)] : [];
  });

const toThreadJson = (message: StoredMessage, slack: Slack): Json => {
  if (message.threadTs !== undefined) return { thread_ts: message.threadTs };
  const replies = slack.record.replies(message.channelId, message.ts);
  const last = replies.at(-1);
  if (!last) return {};
  const users = [...new Set(replies.map((reply) => reply.userId))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: last.ts,
  };
};

/** A message as history and payloads carry it. Metadata is Slack's secret until it is asked for. */
export const toMessageJson = (message: StoredMessage, slack: Slack, withMetadata = false): Json => ({
  type: 'message',
  ...(message.isBroadcast ? { subtype: 'thread_broadcast' } : {}),
  user: message.userId,
  ...(message.isBot ? { bot_id: botId, app_id: appId } : {}),
  team: slack.directory.teamOf(message.userId),
  ts: message.ts,
  text: message.text,
  ...(message.blocks.length ? { blocks: message.blocks } : {}),
  ...(message.attachments.length ? { attachments: message.attachments } : {}),
  ...toThreadJson(message, slack),
  ...(message.editedTs === undefined ? {} : { edited: { user: message.userId, ts: message.editedTs } }),
  ...(message.fileIds.length ? { files: toFilesJson(message.fileIds, slack) } : {}),
  ...(message.reactions.length
    ? {
        reactions: message.reactions.map(({ name, userIds }) => ({
          name,
          users: userIds,
          count: userIds.length,
        })),
      }
    : {}),
  ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
});

export const toChannelJson = (channel: Channel): Json => ({
  id: channel.id,
  ...(channel.dmUserId === undefined
    ? { name: channel.name, name_normalized: channel.name }
    : { user: channel.dmUserId }),
  is_channel: channel.dmUserId === undefined && !channel.isPrivate,
  is_group: channel.dmUserId === undefined && channel.isPrivate,
  is_im: channel.dmUserId !== undefined,
  is_mpim: false,
  is_private: channel.isPrivate,
  is_archived: channel.isArchived,
  is_member: channel.memberIds.has(botUserId),
  is_shared: channel.isExtShared,
  is_ext_shared: channel.isExtShared,
  is_org_shared: false,
  num_members: channel.memberIds.size,
});

/** The parts of a message that nobody named. */
export const blankMessage = {
  isBot: true,
  userId: botUserId,
  text: '',
  blocks: [],
  attachments: [],
  isBroadcast: false,
  fileIds: [],
  reactions: [],
  earlierBlocks: [],
} as const satisfies Partial<StoredMessage>;
