/** `POST /webhooks/github`: the raw body as it was signed, within a size and in good time. Signature, meaning and replay are the handler's. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '../runtime/logger.ts';
import { sendFault, sendJson, sendWrongMethod } from './answer.ts';
import type { Door } from './answer-errors.ts';
import { type BodyLimits, readBody, refuseBody } from './read-body.ts';

export type WebhookHandler = (
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
) => Promise<{ readonly status: number; readonly say: string }>;

/** GitHub sends up to 25 MB, but what a push holds is not read here: of runs and jobs it tells some ten kilobytes. It gives up on an answer after 10 s. */
const webhookLimits: BodyLimits = {
  maxBytes: 2 * 1024 * 1024,
  timeoutMs: 5_000,
  advice: 'Send only the events workflow_run and workflow_job here.',
};

/** Nobody has vouched for them, so only what looks like GitHub's is written down. */
const toWord = (header: string | readonly string[] | undefined): string =>
  typeof header === 'string' && /^[\w-]{1,60}$/u.test(header) ? header : 'not named';

export const createWebhookDoor =
  (handler: WebhookHandler, log: Logger, limits: BodyLimits = webhookLimits): Door =>
  async (request, response) => {
    if (request.method !== 'POST') return sendWrongMethod(response, 'POST');
    if (request.headers['content-encoding'] !== undefined)
      return sendFault(response, 415, 'encoding', 'The body must come as it was signed, uncompressed.');
    const read = await readBody(request, limits);
    if (read.kind === 'too-large')
      log.warn('a delivery to the GitHub webhook is larger than what is read', {
        event: toWord(request.headers['x-github-event']),
        delivery: toWord(request.headers['x-github-delivery']),
        announcedBytes: request.headers['content-length'] ?? 'unknown',
        mostBytes: limits.maxBytes,
      });
    if (read.kind !== 'read') return refuseBody(request, response, read.kind, limits);
    const { status, say } = await handler(request.headers, read.body);
    sendJson(response, status, { say });
  };
