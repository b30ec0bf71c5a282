/** `@AcuOps …` in a channel or a thread: the same line as the slash command, which Slack does not offer in threads. Acknowledged after it is written. */
import { z } from 'zod';
import type { Call } from '../operations/call.ts';
import { mapStrings } from '../operations/map-strings.ts';
import type { SlackApp } from './create-slack-app.ts';
import { ask, askInTime, isStoreAway } from './in-time.ts';
import { dropMention, parseLine, readLine } from './read-line.ts';
import { renderLine, renderRefusal } from './receipts.ts';
import { type ReceiveParts, toPlace, toReply } from './receive-command.ts';
import { createSendReply, type Reply } from './reply.ts';

/** Only what a person wrote just now: no bots, no edits, no broadcasts of old text. */
const Mention = z.object({
  event_id: z.string().min(1),
  team_id: z.string(),
  event: z.object({
    user: z.string().min(1),
    text: z.string(),
    channel: z.string().min(1),
    thread_ts: z.string().optional(),
    /** The writer's own team, where it is not the channel's. */
    user_team: z.string().optional(),
    source_team: z.string().optional(),
    team: z.string().optional(),
    bot_id: z.undefined().optional(),
    subtype: z.undefined().optional(),
    edited: z.undefined().optional(),
  }),
});
type Mention = z.infer<typeof Mention>;

const triedAgain = renderLine(
  'The desk cannot write down your request now. Slack brings it again within six minutes; if no card has come by then, ask again.',
);

export const receiveMentions = (slack: SlackApp, parts: ReceiveParts): void => {
  const sendReply = createSendReply(slack.clients.replies, parts.log);
  slack.bolt.event('app_mention', async ({ body, context }) => {
    const heard = Mention.safeParse(body);
    if (!heard.success) return;
    const { teamId, botUserId } = await slack.identity();
    const mention = heard.data;
    const call = toCall(mention, teamId);
    const tell = (reply: Reply): void =>
      void slack.running.follow(
        sendReply(
          {
            responseUrl: null,
            channel: mention.event.channel,
            user: mention.event.user,
            thread: mention.event.thread_ts ?? null,
          },
          call.actor.team === teamId ? reply : mapStrings(reply, toMentionHints),
        ),
      );
    const wish = parseLine(readLine(dropMention(mention.event.text, botUserId)), parts.commands);
    if ('reason' in wish) return tell(renderRefusal(wish));
    const asked = await askInTime(ask(parts.door, { ...call, ...wish }), parts.log, parts.withinMs);
    // Slack is not told yes before it is written, however long that takes: it brings the event again.
    const end = asked.kind === 'late' ? await asked.end : asked;
    if (end.kind === 'failed' && isStoreAway(end.error)) {
      if (!context.retryNum) tell(triedAgain);
      throw end.error;
    }
    tell(toReply(end, call.place));
  });
};

/** People of other workspaces have no slash command: hints name what they can type. */
const toMentionHints = (mrkdwn: string): string => mrkdwn.replaceAll('`/acuops ', '`@acuops ');

const toCall = (mention: Mention, ourTeam: string): Omit<Call, 'verb' | 'input'> => {
  const { event } = mention;
  const team = event.user_team ?? event.source_team ?? event.team ?? mention.team_id;
  return {
    deliveryKey: `slack:event:${mention.event_id}`,
    via: 'slack',
    actor: { team, user: event.user },
    place: toPlace(ourTeam, event.channel, event.thread_ts),
  };
};
