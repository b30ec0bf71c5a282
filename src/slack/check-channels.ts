/** What doctor asks of Slack's channels: is the bot in them, can it read what was posted there. Posting itself is not tried: it would be seen. */
import type { WebClient } from './slack-clients.ts';
import { explainRefusal, readSlackFailure } from './slack-failure.ts';

export interface ChannelCheck {
  readonly channel: string;
  readonly state: 'in' | 'not-in' | 'archived';
  /** People of another organisation read it. */
  readonly shared: boolean;
  /** Tried in a few channels only. */
  readonly history: 'readable' | 'not-tried' | 'unreadable' | 'unknown';
  /** Why the history is unreadable or unknown; Slack's own word. */
  readonly say: string | null;
}

export type ChannelsCheck =
  | { readonly kind: 'read'; readonly channels: readonly ChannelCheck[] }
  | { readonly kind: 'unread'; readonly state: 'fail' | 'unknown'; readonly say: string };

const pageSize = 200;
const mostPages = 25;

interface Own {
  readonly archived: boolean;
  readonly shared: boolean;
}

/** One list of the bot's own channels instead of a question per channel. @throws what the WebClient throws */
const readOwn = async (client: WebClient): Promise<ReadonlyMap<string, Own>> => {
  const own = new Map<string, Own>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await client.users.conversations({
      types: 'public_channel,private_channel',
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id, is_archived: archived, is_ext_shared: shared } of answer.channels ?? [])
      if (id) own.set(id, { archived: archived === true, shared: shared === true });
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return own;
};

const readHistory = async (
  client: WebClient,
  channel: string,
): Promise<Pick<ChannelCheck, 'history' | 'say'>> => {
  try {
    await client.conversations.history({ channel, limit: 1 });
    return { history: 'readable', say: null };
  } catch (error) {
    const failure = readSlackFailure(error);
    if (failure.kind === 'refused') return { history: 'unreadable', say: explainRefusal(failure) };
    return { history: 'unknown', say: failure.kind === 'later' ? 'Slack asks to wait' : 'no answer' };
  }
};

/** The first `histories` channels that the bot is in have their history tried. Never throws. */
export const checkChannels = async (
  client: WebClient,
  channels: readonly string[],
  histories: number,
): Promise<ChannelsCheck> => {
  let own: ReadonlyMap<string, Own>;
  try {
    own = await readOwn(client);
  } catch (error) {
    const failure = readSlackFailure(error);
    if (failure.kind === 'refused') return { kind: 'unread', state: 'fail', say: explainRefusal(failure) };
    const say = failure.kind === 'later' ? 'Slack asks to wait' : 'Slack does not answer';
    return { kind: 'unread', state: 'unknown', say };
  }
  const open = channels.filter((channel) => own.get(channel)?.archived === false);
  const tried = new Map(
    await Promise.all(
      open.slice(0, histories).map(async (channel) => [channel, await readHistory(client, channel)] as const),
    ),
  );
  return {
    kind: 'read',
    channels: channels.map((channel) => {
      const found = own.get(channel);
      return {
        channel,
        state: found === undefined ? 'not-in' : found.archived ? 'archived' : 'in',
        shared: found?.shared ?? false,
        ...(tried.get(channel) ?? { history: 'not-tried', say: null }),
      };
    }),
  };
};
