/** `/acuops …`: read, asked at the request door, and acknowledged with a private receipt only when it is written down. */
import type { Actor, Call, Place } from '../operations/call.ts';
import type { RequestDoor } from '../operations/request.ts';
import type { CommandList } from '../operations/words.ts';
import type { SlackApp } from './create-slack-app.ts';
import { ask, askInTime, type Ended, explainFailure } from './in-time.ts';
import type { Log } from './log.ts';
import { parseLine, readLine } from './read-line.ts';
import { foreignTeam, renderReceipt, renderRefusal, tooSlow } from './receipts.ts';
import { createSendReply, type Reply, type SendReply, toAckBody } from './reply.ts';

export interface ReceiveParts {
  readonly door: RequestDoor;
  readonly commands: CommandList;
  readonly log: Log;
  /** Of Slack's 3 s; shorter in tests. */
  readonly withinMs?: number;
}

export const commandName = '/acuops';

interface Heard {
  readonly text: string;
  readonly actor: Actor;
  readonly place: Place;
  readonly triggerId: string;
  readonly responseUrl: string;
}

export const receiveCommands = (slack: SlackApp, parts: ReceiveParts): void => {
  const sendReply = createSendReply(slack.clients.replies, parts.log);
  slack.bolt.command(commandName, async ({ command, ack }) => {
    const heard: Heard = {
      text: command.text ?? '',
      actor: { team: command.team_id, user: command.user_id },
      place: toPlace(command.team_id, command.channel_id),
      triggerId: command.trigger_id,
      responseUrl: command.response_url,
    };
    const reply = await answer(slack, parts, sendReply, heard);
    try {
      await ack(toAckBody(reply));
    } catch (error) {
      // The socket went away meanwhile; the request stands, so the person is told the other way.
      parts.log('warn', 'a command could not be acknowledged', { error });
      void slack.running.follow(sendReply(toTarget(heard), reply));
    }
  });
};

export const toPlace = (team: string, channel: string, thread?: string): Place => ({
  kind: channel.startsWith('D') ? 'dm' : 'channel',
  team,
  channel,
  ...(thread === undefined ? {} : { thread }),
});

const toTarget = (heard: Heard) => ({
  responseUrl: heard.responseUrl,
  channel: heard.place.channel,
  user: heard.actor.user,
  thread: null,
});

/** Never throws. */
const answer = async (
  slack: SlackApp,
  parts: ReceiveParts,
  sendReply: SendReply,
  heard: Heard,
): Promise<Reply> => {
  try {
    const { teamId } = await slack.identity();
    if (heard.actor.team !== teamId) return foreignTeam;
    const wish = parseLine(readLine(heard.text), parts.commands);
    if ('reason' in wish) return renderRefusal(wish);
    const call: Call = {
      ...wish,
      deliveryKey: `slack:trigger:${heard.triggerId}`,
      via: 'slack',
      actor: heard.actor,
      place: heard.place,
    };
    const asked = await askInTime(ask(parts.door, call), parts.log, parts.withinMs);
    if (asked.kind !== 'late') return toReply(asked, heard.place);
    void slack.running.follow(asked.end.then((end) => sendReply(toTarget(heard), toReply(end, heard.place))));
    return tooSlow;
  } catch (error) {
    return explainFailure(error, parts.log);
  }
};

export const toReply = (asked: Ended, place: Place): Reply =>
  asked.kind === 'receipt' ? renderReceipt(asked.receipt, place) : asked.reply;
