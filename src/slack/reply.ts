/** A private line to the person who asked, and the three ways it can reach them. */
import type { types } from '@slack/bolt';
import type { Log } from './log.ts';
import type { WebClient } from './slack-clients.ts';

export interface Reply {
  readonly text: string;
  readonly blocks: readonly object[];
}

/** Where a private line goes. Slack's `response_url` works even in channels that the bot is not in. */
export interface ReplyTarget {
  readonly responseUrl: string | null;
  readonly channel: string;
  readonly user: string;
  readonly thread: string | null;
}

/** Our blocks are built by `blocks/` and checked there; Slack's types know more kinds than we use. */
export const toKnownBlocks = (blocks: readonly object[]): types.KnownBlock[] => blocks as types.KnownBlock[];

/** As the body of an acknowledgement. */
export const toAckBody = (reply: Reply) => ({
  response_type: 'ephemeral' as const,
  text: reply.text,
  blocks: toKnownBlocks(reply.blocks),
});

export type SendReply = (target: ReplyTarget, reply: Reply) => Promise<void>;

const answerMs = 3_000;

/** Never throws: what was asked for is written down already, only the line about it is lost. */
export const createSendReply = (client: WebClient, log: Log): SendReply => {
  const byUrl = async (url: string, target: ReplyTarget, reply: Reply): Promise<boolean> => {
    const body = {
      ...toAckBody(reply),
      replace_original: false,
      ...(target.thread === null ? {} : { thread_ts: target.thread }),
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    });
    await response.body?.cancel();
    return response.ok;
  };

  return async (target, reply) => {
    try {
      if (target.responseUrl !== null && (await byUrl(target.responseUrl, target, reply))) return;
    } catch (error) {
      log('warn', 'a private answer did not go by its response URL', { error });
    }
    try {
      await client.chat.postEphemeral({
        channel: target.channel,
        user: target.user,
        text: reply.text,
        blocks: toKnownBlocks(reply.blocks),
        ...(target.thread === null ? {} : { thread_ts: target.thread }),
      });
    } catch (error) {
      log('warn', 'a private answer was lost', { channel: target.channel, error });
    }
  };
};
