/**
 * Bounds what strangers make the desk hold: so many bodies of a door may be on their way at once. Where one more comes, the one that has
 * taken longest goes: senders in earnest are done in an instant, so nobody who only begins bodies keeps them out.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendFault } from './answer.ts';

export interface UnreadBodies {
  /** To be told of each request before its body is read. */
  readonly watch: (request: IncomingMessage, response: ServerResponse) => void;
}

const giveUp = (request: IncomingMessage, response: ServerResponse): void => {
  response.once('finish', () => request.destroy());
  sendFault(
    response,
    429,
    'too-many-bodies',
    'Too many bodies are on their way here, and this one takes longest. Send it again, whole and at once.',
    { 'retry-after': '5', connection: 'close' },
  );
};

export const createUnreadBodies = (most: number): UnreadBodies => {
  /** In the order they came. */
  const unread = new Map<IncomingMessage, ServerResponse>();

  const count = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.complete || request.destroyed) return;
    unread.set(request, response);
    for (const end of ['end', 'close']) request.once(end, () => unread.delete(request));
    const [longest] = unread;
    if (unread.size <= most || longest === undefined) return;
    unread.delete(longest[0]);
    giveUp(...longest);
  };

  // What comes in one piece with its headers is whole by then.
  return { watch: (request, response) => void setImmediate(count, request, response) };
};
