// chat.*: posting, updating, deleting, whispering; and reactions, which live on messages too.
import { readContent, readMetadata } from '../content.ts';
import { appId, botId, botUserId } from '../directory.ts';
import { type Json, readFlag, readText } from '../json.ts';
import { blankMessage, type Methods, type Slack, toMessageJson } from '../slack.ts';
import { type Channel, SlackRefusal, type StoredMessage } from '../stored.ts';
import { readPlace, readThread } from './places.ts';

const readMessage = (args: Json, slack: Slack, key: string): { channel: Channel; message: StoredMessage } => {
  const channel = readPlace(args, slack, 'know');
  const message = slack.record.message(channel.id, readText(args, key) ?? '');
  if (!message) throw new SlackRefusal('message_not_found');
  return { channel, message };
};

export const createChatMethods = (slack: Slack): Methods => {
  const react = (args: Json, isOn: boolean): Json => {
    const { message } = readMessage(args, slack, 'timestamp');
    const name = readText(args, 'name');
    if (name === undefined) throw new SlackRefusal('invalid_name');
    const has = message.reactions.some((one) => one.name === name && one.userIds.includes(botUserId));
    if (has === isOn) throw new SlackRefusal(isOn ? 'already_reacted' : 'no_reaction');
    slack.record.react(message, name, botUserId, isOn);
    return {};
  };

  return {
    'chat.postMessage': (args) => {
      const channel = readPlace(args, slack, 'write');
      const content = readContent(args, slack, 'post');
      const metadata = readMetadata(args);
      const threadTs = readThread(args, channel, slack);
      const message = slack.record.post({
        ...blankMessage,
        ...content,
        channelId: channel.id,
        ts: slack.ids.ts(),
        isBroadcast: threadTs !== undefined && readFlag(args, 'reply_broadcast'),
        ...(threadTs === undefined ? {} : { threadTs }),
        ...(metadata ? { metadata } : {}),
      });
      return { channel: channel.id, ts: message.ts, message: toMessageJson(message, slack, true) };
    },

    'chat.update': (args) => {
      const { channel, message } = readMessage(args, slack, 'ts');
      if (!message.isBot) throw new SlackRefusal('cant_update_message');
      if (channel.isArchived) throw new SlackRefusal('is_archived');
      const content = readContent(args, slack, 'update');
      const metadata = readMetadata(args);
      const { metadata: before, ...kept } = message;
      const after = metadata === undefined ? before : (metadata ?? undefined);
      const changed: StoredMessage = {
        ...kept,
        ...content,
        editedTs: slack.ids.ts(),
        earlierBlocks: [...message.earlierBlocks, message.blocks],
        isBroadcast:
          message.isBroadcast || (message.threadTs !== undefined && readFlag(args, 'reply_broadcast')),
      };
      const updated = slack.record.replace(after ? { ...changed, metadata: after } : changed);
      return {
        channel: channel.id,
        ts: updated.ts,
        text: updated.text,
        message: toMessageJson(updated, slack, true),
      };
    },

    'chat.delete': (args) => {
      const { channel, message } = readMessage(args, slack, 'ts');
      if (!message.isBot) throw new SlackRefusal('cant_delete_message');
      slack.record.remove(message);
      return { channel: channel.id, ts: message.ts };
    },

    'chat.postEphemeral': (args) => {
      const channel = readPlace(args, slack, 'write');
      const userId = readText(args, 'user') ?? '';
      if (!channel.memberIds.has(userId)) throw new SlackRefusal('user_not_in_channel');
      const { text, blocks } = readContent(args, slack, 'post');
      const threadTs = readThread(args, channel, slack);
      const ephemeral = slack.record.postEphemeral({
        channelId: channel.id,
        ts: slack.ids.ts(),
        userId,
        text,
        blocks,
        via: 'method',
        ...(threadTs === undefined ? {} : { threadTs }),
      });
      return { message_ts: ephemeral.ts };
    },

    'chat.getPermalink': (args) => {
      const { channel, message } = readMessage(args, slack, 'message_ts');
      return {
        channel: channel.id,
        permalink: `${slack.base()}/archives/${channel.id}/p${message.ts.replace('.', '')}`,
      };
    },

    'reactions.add': (args) => react(args, true),
    'reactions.remove': (args) => react(args, false),

    'bots.info': () => ({ bot: { id: botId, app_id: appId, user_id: botUserId, deleted: false } }),
  };
};
