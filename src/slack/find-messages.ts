/** Looks for our own messages in a channel's or a thread's history: by metadata for cards, by name for files. */
import type { webApi } from '@slack/bolt';
import type { FindResult } from '../operations/card.ts';
import { readSlackFailure } from './slack-failure.ts';

/** Names our metadata among that of other apps. */
export const cardEventType = 'acuops_card';

export interface MessageReader {
  readonly history: (
    options: webApi.ConversationsHistoryArguments,
  ) => Promise<webApi.ConversationsHistoryResponse>;
  readonly replies: (
    options: webApi.ConversationsRepliesArguments,
  ) => Promise<webApi.ConversationsRepliesResponse>;
}

export interface CardSearch {
  readonly channel: string;
  readonly thread: string | null;
  readonly since: Date;
  readonly cardId: string;
  readonly botId: string;
}

type Found = NonNullable<webApi.ConversationsHistoryResponse['messages']>[number];
interface Page {
  readonly messages?: readonly Found[] | undefined;
  readonly response_metadata?: { next_cursor?: string } | undefined;
}

const pageSize = 200;
/** A search that cannot be finished proves nothing, and is said so. */
const mostPages = 20;

/** @throws what the WebClient throws. */
export const findCards = async (reader: MessageReader, search: CardSearch): Promise<FindResult> => {
  const { channel, thread } = search;
  const common = {
    channel,
    oldest: (search.since.getTime() / 1000).toFixed(6),
    include_all_metadata: true,
    limit: pageSize,
  };
  const inChannel = (): Promise<FindResult> =>
    collect((page) => reader.history({ ...common, ...page }), search);
  if (thread === null) return inChannel();
  try {
    return await collect((page) => reader.replies({ ...common, ts: thread, ...page }), search);
  } catch (error) {
    const failure = readSlackFailure(error);
    // The thread is gone: then a card meant for it stands in the channel.
    if (failure.kind === 'refused' && failure.error === 'thread_not_found') return inChannel();
    throw error;
  }
};

const collect = async (
  readPage: (page: { cursor?: string }) => Promise<Page>,
  { channel, cardId, botId }: CardSearch,
): Promise<FindResult> => {
  const found: { channel: string; ts: string }[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await readPage(cursor === undefined ? {} : { cursor });
    for (const message of page.messages ?? [])
      if (message.ts && isCard(message, cardId, botId)) found.push({ channel, ts: message.ts });
    cursor = page.response_metadata?.next_cursor || undefined;
    if (cursor === undefined)
      return { kind: 'found', messages: found.toSorted((a, b) => Number(a.ts) - Number(b.ts)) };
  }
  return { kind: 'unreadable', say: `more than ${mostPages * pageSize} messages since then` };
};

/** Metadata can be set by any app, so the message must be ours as well. */
const isCard = (message: Found, cardId: string, botId: string): boolean => {
  if (message.bot_id !== botId || message.metadata?.event_type !== cardEventType) return false;
  const payload: unknown = message.metadata.event_payload;
  return typeof payload === 'object' && payload !== null && 'card' in payload && payload.card === cardId;
};

/** Ids of the files of that name. @throws what the WebClient throws. */
export const findFiles = async (
  reader: MessageReader,
  thread: { readonly channel: string; readonly ts: string },
  name: string,
): Promise<readonly string[]> => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await reader.replies({
      ...thread,
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const message of page.messages ?? [])
      for (const file of message.files ?? []) if (file.id && file.name === name) found.push(file.id);
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return found;
};
