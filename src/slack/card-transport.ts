/** Posts, edits, finds and removes cards by the Web API, and says of every failure whether Slack did nothing or nobody knows. */
import type { webApi } from '@slack/bolt';
import type { CardSpot, CardTransport, FindResult, PostResult } from '../operations/card.ts';
import type { Message } from '../operations/message.ts';
import type { CardPlace } from '../operations/ports.ts';
import { cardEventType, findCards, findFiles, type MessageReader } from './find-messages.ts';
import type { SlackIdentity } from './identity.ts';
import type { Log } from './log.ts';
import { toKnownBlocks } from './reply.ts';
import type { SlackClients } from './slack-clients.ts';
import { explainRefusal, readSlackFailure, type SlackFailure } from './slack-failure.ts';
import { createTurns, type Line } from './turns.ts';
import { uploadFile } from './upload-file.ts';

export interface CardTransportParts {
  readonly clients: SlackClients;
  readonly identity: () => Promise<SlackIdentity>;
  readonly now: () => Date;
  readonly log: Log;
}

/** One message a second in a channel. */
const toPostLine = (channel: string): Line => ({ name: `post ${channel}`, apartMs: 1_000 });
/** Fifty a minute in the workspace. */
const editLine: Line = { name: 'edit', apartMs: 1_200 };

const openAgainMs = 2_000;
const fixTokenMs = 30_000;

const cannotPost =
  /^(?:not_in_channel|channel_not_found|is_archived|restricted_action.*|cannot_dm_bot|user_not_found|user_disabled|user_not_visible|access_denied|ekm_access_denied|as_user_not_supported|no_permission|cannot_reply_to_message|posting_to_general_channel_denied|messages_tab_disabled)$/u;
const gone =
  /^(?:message_not_found|edit_window_closed|cant_update_message|cant_delete_message|update_failed)$/u;
/** The fault is not this card's: nothing was done, and somebody must mend the app. Doctor names it. */
const appAtFault =
  /^(?:not_authed|invalid_auth|account_inactive|token_revoked|token_expired|missing_scope|no_permission|not_allowed_token_type|org_login_required|team_access_not_granted|two_factor_setup_required)$/u;
const noThread = /^(?:thread_not_found|invalid_thread_ts|message_not_in_thread)$/u;

export const createCardTransport = ({ clients, identity, now, log }: CardTransportParts): CardTransport => {
  const directs = new Map<string, string>();
  const turns = createTurns(now);

  /** The channel to speak in; opens a direct message where the place names a person. */
  const openChannel = async (place: CardPlace): Promise<string> => {
    const user = /^direct:(.+)$/u.exec(place.channel)?.[1];
    if (user === undefined) return place.channel;
    const known = directs.get(user);
    if (known !== undefined) return known;
    const { channel } = await clients.cards.conversations.open({ users: user });
    if (!channel?.id) throw new Error('conversations.open named no channel');
    directs.set(user, channel.id);
    return channel.id;
  };

  /** Calls when it is this one's turn. What was refused for coming too often is put behind those who wait. */
  const inTurn = async (line: Line, who: string, call: () => Promise<PostResult>): Promise<PostResult> => {
    const waitMs = turns.take(line, who);
    if (waitMs > 0) return { kind: 'later', waitMs };
    try {
      return await call();
    } catch (error) {
      const failure = readSlackFailure(error);
      return failure.kind === 'later'
        ? { kind: 'later', waitMs: turns.giveUp(line, who, failure.waitMs) }
        : toResult(failure);
    }
  };

  const toResult = (failure: SlackFailure): PostResult => {
    if (failure.kind === 'unknown') throw failure.cause;
    if (failure.kind === 'later') return failure;
    const say = explainRefusal(failure);
    if (appAtFault.test(failure.error)) {
      log('error', 'Slack refuses the app', { say });
      return { kind: 'later', waitMs: fixTokenMs };
    }
    if (cannotPost.test(failure.error)) return { kind: 'refused', why: 'cannot-post', say };
    if (gone.test(failure.error)) return { kind: 'refused', why: 'gone', say };
    return { kind: 'refused', why: 'bad-message', say };
  };

  const send = async (
    channel: string,
    thread: string | null,
    message: Message,
    metadata: { card: string; effect: string },
  ): Promise<PostResult> => {
    const options: webApi.ChatPostMessageArguments = {
      channel,
      text: message.text,
      blocks: toKnownBlocks(message.blocks),
      ...(thread === null ? {} : { thread_ts: thread }),
      metadata: { event_type: cardEventType, event_payload: { ...metadata } },
      unfurl_links: false,
      unfurl_media: false,
    };
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not a window's
      const answer = await clients.cards.chat.postMessage(options);
      if (!answer.channel || !answer.ts) throw new Error('chat.postMessage named no message');
      return { kind: 'posted', channel: answer.channel, ts: answer.ts };
    } catch (error) {
      const failure = readSlackFailure(error);
      // The thread's first message was deleted: the answer still belongs into that channel.
      if (thread !== null && failure.kind === 'refused' && noThread.test(failure.error))
        return send(channel, null, message, metadata);
      throw error;
    }
  };

  const reader: MessageReader = {
    history: (options) => clients.cards.conversations.history(options),
    replies: (options) => clients.cards.conversations.replies(options),
  };

  return {
    post: async (place, message, metadata) => {
      let channel: string;
      try {
        channel = await openChannel(place);
      } catch (error) {
        const failure = readSlackFailure(error);
        // Nothing was posted yet, so nothing is in doubt.
        return failure.kind === 'unknown' ? { kind: 'later', waitMs: openAgainMs } : toResult(failure);
      }
      return inTurn(toPostLine(channel), metadata.card, () => send(channel, place.thread, message, metadata));
    },
    update: (posted, message) =>
      inTurn(editLine, `${posted.channel}:${posted.ts}`, async () => {
        await clients.cards.chat.update({
          channel: posted.channel,
          ts: posted.ts,
          text: message.text,
          blocks: toKnownBlocks(message.blocks),
        });
        return { kind: 'posted', ...posted };
      }),
    find: async (place, cardId, since): Promise<FindResult> => {
      try {
        const channel = await openChannel(place);
        const { botId } = await identity();
        return await findCards(reader, { channel, thread: place.thread, since, cardId, botId });
      } catch (error) {
        const failure = readSlackFailure(error);
        if (failure.kind === 'refused') return { kind: 'unreadable', say: explainRefusal(failure) };
        throw error;
      }
    },
    remove: async (posted) => {
      try {
        await clients.cards.chat.delete(posted);
      } catch (error) {
        const failure = readSlackFailure(error);
        if (failure.kind !== 'refused' || !gone.test(failure.error)) throw error;
      }
    },
    upload: async (card, file) => {
      try {
        return await inThreadOf(card, (thread) => uploadFile(clients.files, thread, file));
      } catch (error) {
        return toResult(readSlackFailure(error));
      }
    },
    findFile: async (card, name) => {
      try {
        const found = await inThreadOf(card, (thread) => findFiles(reader, thread, name));
        return found.length > 0 ? 'there' : 'absent';
      } catch (error) {
        if (readSlackFailure(error).kind === 'refused') return 'unreadable';
        throw error;
      }
    },
    removeFile: async (card, name) => {
      try {
        const found = await inThreadOf(card, (thread) => findFiles(reader, thread, name));
        for (const file of found) await clients.cards.files.delete({ file });
        return null;
      } catch (error) {
        const failure = readSlackFailure(error);
        if (failure.kind !== 'refused') throw error;
        // Somebody removed it meanwhile.
        return failure.error === 'file_not_found' ? null : explainRefusal(failure);
      }
    },
  };
};

/** A card whose thread was gone stands in the channel, and its own thread is the one. */
const inThreadOf = async <T>(
  { channel, ts, thread }: CardSpot,
  act: (thread: { readonly channel: string; readonly ts: string }) => Promise<T>,
): Promise<T> => {
  try {
    return await act({ channel, ts: thread ?? ts });
  } catch (error) {
    const failure = readSlackFailure(error);
    if (thread === null || failure.kind !== 'refused' || !noThread.test(failure.error)) throw error;
    return act({ channel, ts });
  }
};
