// Reads what a bot wants shown (text, blocks, attachments, metadata) and refuses what Slack would refuse.
// One place for methods, response URLs and ack bodies.
import { nameBlocks } from './block-ids.ts';
import { isJson, type Json, readText } from './json.ts';
import { checkBlocks } from './rules/blocks.ts';
import { lengthOf } from './rules/faultlist.ts';
import type { Slack } from './slack.ts';
import { SlackRefusal } from './stored.ts';

/** Slack cuts a posted text here, and refuses an updated one far earlier. */
const longestPost = 40_000;
const longestUpdate = 4000;
const mostAttachments = 100;

export interface Content {
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
}

const readBlocks = (value: unknown, slack: Slack, pointer: string): readonly Json[] => {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) throw new SlackRefusal('invalid_blocks_format');
  const wrong = slack.strict ? checkBlocks(value, 'message', pointer) : [];
  if (wrong.length)
    throw new SlackRefusal('invalid_blocks', { errors: wrong, response_metadata: { messages: wrong } });
  return nameBlocks(value.filter(isJson), slack.ids);
};

const readAttachments = (value: unknown, slack: Slack): readonly Json[] => {
  if (!Array.isArray(value)) return [];
  if (slack.strict && value.length > mostAttachments) throw new SlackRefusal('too_many_attachments');
  return value.filter(isJson).map((attachment, at) => {
    const blocks = readBlocks(attachment['blocks'], slack, `/attachments/${at}/blocks`);
    return blocks.length ? { ...attachment, blocks } : attachment;
  });
};

/**
 * @throws SlackRefusal `invalid_blocks`, `msg_too_long`, `no_text` …
 */
export const readContent = (args: Json, slack: Slack, use: 'post' | 'update'): Content => {
  const blocks = readBlocks(args['blocks'], slack, '/blocks');
  const attachments = readAttachments(args['attachments'], slack);
  const text = readText(args, 'text') ?? readText(args, 'markdown_text') ?? '';
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new SlackRefusal('no_text');
  if (slack.strict && use === 'update' && lengthOf(text) > longestUpdate)
    throw new SlackRefusal('msg_too_long');
  return {
    text: lengthOf(text) > longestPost ? Array.from(text).slice(0, longestPost).join('') : text,
    blocks,
    attachments,
  };
};

/** undefined: none given. `null`: an empty object, which takes metadata away. */
export const readMetadata = (args: Json): Json | null | undefined => {
  const value = args['metadata'];
  if (value === undefined || value === '') return undefined;
  if (!isJson(value)) throw new SlackRefusal('invalid_metadata_format');
  if (Object.keys(value).length === 0) return null;
  const isWhole = readText(value, 'event_type') !== undefined && isJson(value['event_payload']);
  if (!isWhole && value['entities'] === undefined)
    throw new SlackRefusal('metadata_must_be_sent_with_event_type_and_payload');
  return value;
};
