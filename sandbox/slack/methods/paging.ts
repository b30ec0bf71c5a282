// Cuts long lists into pages with cursors, as every list method of Slack does.
import { type Json, readText } from '../json.ts';
import { SlackRefusal } from '../stored.ts';

const toCursor = (at: number): string => Buffer.from(`next:${at}`).toString('base64');

const readCursor = (args: Json): number => {
  const cursor = readText(args, 'cursor');
  if (cursor === undefined) return 0;
  const at = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'))?.[1];
  if (at === undefined) throw new SlackRefusal('invalid_cursor');
  return Number(at);
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly rest: Json;
}

/** `rest` goes into the answer: it carries the next cursor, '' on the last page. */
export const cutPage = <Item>(all: readonly Item[], args: Json, most: number, usual: number): Page<Item> => {
  const limit = Number(readText(args, 'limit') ?? usual);
  if (!Number.isInteger(limit) || limit < 1) throw new SlackRefusal('invalid_limit');
  const start = readCursor(args);
  const end = start + Math.min(limit, most);
  const hasMore = end < all.length;
  return {
    items: all.slice(start, end),
    hasMore,
    rest: { response_metadata: { next_cursor: hasMore ? toCursor(end) : '' } },
  };
};
