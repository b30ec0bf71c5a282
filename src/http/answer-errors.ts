/** The one place where this server turns a throw into an answer: a sentence we chose, or a reference to the log. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AcuopsError } from '../errors.ts';
import { createSpokenId } from '../runtime/ids.ts';
import type { Logger } from '../runtime/logger.ts';
import { sendFault } from './answer.ts';

export type Door = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Runs a door to its end; it never rejects. */
export const answerErrors = async (
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
): Promise<void> => {
  try {
    await door(request, response);
  } catch (error) {
    const reference = createSpokenId();
    // Without the query: it may hold what people typed.
    const path = (request.url ?? '').split('?')[0];
    log.error('a request failed', { reference, method: request.method, path, error });
    if (error instanceof AcuopsError && error.code === 'store-unavailable')
      sendFault(response, 503, error.code, error.say, { 'retry-after': '2' });
    else if (error instanceof AcuopsError && error.retryable)
      sendFault(response, 503, error.code, error.say, { 'retry-after': '5' });
    else sendFault(response, 500, 'broken', `Something broke, reference ${reference}.`);
    if (!response.writableEnded) response.destroy();
  }
};
