// What a bot answers outside the Web API: to a response URL, or in the body of an acknowledgement.
// Both are ephemeral unless they say otherwise.
import { type Content, readContent } from './content.ts';
import { type Json, readFlag, readText } from './json.ts';
import { blankMessage, type Slack } from './slack.ts';
import { SlackRefusal, type StoredEphemeral } from './stored.ts';
import type { ResponsePlace } from './triggers.ts';

const show = (
  content: Content,
  body: Json,
  place: ResponsePlace,
  slack: Slack,
  via: StoredEphemeral['via'],
): void => {
  const asked = readText(body, 'thread_ts');
  const threadTs = asked ?? (body['replace_original'] === false ? place.threadTs : undefined);
  const thread = threadTs === undefined ? {} : { threadTs };
  const where = { channelId: place.channelId, ts: slack.ids.ts(), ...thread };
  if (readText(body, 'response_type') === 'in_channel')
    slack.record.post({ ...blankMessage, ...content, ...where });
  else
    slack.record.postEphemeral({
      ...where,
      userId: place.userId,
      text: content.text,
      blocks: content.blocks,
      via,
    });
};

/** Replaces or deletes what was clicked; false where there is nothing to replace, so that it is posted instead. */
const changeOriginal = (body: Json, place: ResponsePlace, slack: Slack): boolean => {
  const isGone = readFlag(body, 'delete_original');
  const ephemeral = slack.record.ephemeral(place.userId, place.ephemeralTs ?? '');
  const message = slack.record.message(place.channelId, place.messageTs ?? '');
  if (isGone) {
    if (ephemeral) slack.record.removeEphemeral(ephemeral);
    if (message) slack.record.remove(message);
    return true;
  }
  if (!readFlag(body, 'replace_original')) return false;
  const content = readContent(body, slack, 'post');
  if (ephemeral) slack.record.updateEphemeral(ephemeral, { text: content.text, blocks: content.blocks });
  if (message) {
    const earlierBlocks = [...message.earlierBlocks, message.blocks];
    slack.record.replace({ ...message, ...content, earlierBlocks, editedTs: slack.ids.ts() });
  }
  return ephemeral !== undefined || message !== undefined;
};

/** Takes the body sent to a response URL. Answers what Slack would. */
export const takeResponse = (id: string, body: Json, slack: Slack): { status: number; body: Json } => {
  try {
    const place = slack.triggers.useResponse(id);
    if (!changeOriginal(body, place, slack))
      show(readContent(body, slack, 'post'), body, place, slack, 'response_url');
    return { status: 200, body: { ok: true } };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    const isOver = error.error === 'expired_url' || error.error === 'used_url';
    return { status: isOver ? 404 : 400, body: { ok: false, error: error.error, ...error.extra } };
  }
};

/** Shows the body of a command's acknowledgement; answers what is wrong with it, if anything. */
export const takeAckBody = (body: Json, place: ResponsePlace, slack: Slack): string | undefined => {
  try {
    show(readContent(body, slack, 'post'), body, place, slack, 'ack');
    return undefined;
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return `${error.error} ${JSON.stringify(error.extra)}`;
  }
};
