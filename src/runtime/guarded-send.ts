/** One HTTP exchange for `guarded-fetch.ts`: sends, reads the body up to the cap and lets go of the connection. Throws what the connection throws. */
import { type Agent, DecoratorHandler, type Dispatcher } from 'undici';
import { untilAborted } from './bounded.ts';
import type { GuardedRequest, GuardedResult } from './guarded-request.ts';
import type { Sending } from './guarded-sending.ts';

export interface Exchange {
  readonly agent: Agent;
  readonly url: URL;
  readonly request: GuardedRequest;
  readonly sending: Sending;
  readonly maxBytes: number;
}

type Answer = Extract<GuardedResult, { kind: 'answer' }>;

const readCapped = async (body: AsyncIterable<Uint8Array>, maxBytes: number) => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    const room = maxBytes - size;
    parts.push(part.length > room ? part.subarray(0, room) : part);
    size += part.length;
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) break;
  }
  return { text: Buffer.concat(parts).toString('utf8'), truncated: size > maxBytes };
};

/** undici starts a request when the connection stands, TLS included, and right before it writes the head. */
const withNote = (agent: Agent, { note }: Sending): Dispatcher =>
  agent.compose((dispatch) => (options, handler) => {
    const noted = Object.assign(new DecoratorHandler(handler), {
      onRequestStart: (controller: Dispatcher.DispatchController, context: unknown) => {
        note();
        handler.onRequestStart?.(controller, context);
      },
    });
    return dispatch(options, noted);
  });

export const sendOnce = async ({ agent, url, request, sending, maxBytes }: Exchange): Promise<Answer> => {
  const { signal } = sending;
  const asked = withNote(agent, sending).request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? 'GET',
    // A packed answer could unpack to anything; asked plainly, the cap means what it says.
    headers: { 'accept-encoding': 'identity', ...request.headers },
    body: request.body ?? null,
    signal,
  });
  // If we leave first, a late answer must still be let go of.
  asked.then(
    (late) => signal.aborted && late.body.destroy(),
    () => undefined,
  );
  // undici does not look at the signal while a name is being resolved.
  const answer = await untilAborted(asked, signal);
  const { text, truncated } = await readCapped(answer.body, maxBytes);
  return { kind: 'answer', status: answer.statusCode, headers: answer.headers, body: text, truncated };
};
