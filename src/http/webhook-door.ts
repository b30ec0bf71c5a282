/** `POST /webhooks/github`: the raw body as it was signed, within GitHub's own size and in good time. Signature, meaning and replay are the handler's. */
import type { IncomingHttpHeaders } from 'node:http';
import { sendFault, sendJson, sendWrongMethod } from './answer.ts';
import type { Door } from './answer-errors.ts';
import { type BodyLimits, readBody, refuseBody } from './read-body.ts';

export type WebhookHandler = (
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
) => Promise<{ readonly status: number; readonly say: string }>;

/** GitHub sends at most 25 MB and gives up on an answer after 10 s. */
export const webhookLimits: BodyLimits = { maxBytes: 25 * 1024 * 1024, timeoutMs: 9_000 };

export const createWebhookDoor =
  (handler: WebhookHandler, limits: BodyLimits = webhookLimits): Door =>
  async (request, response) => {
    if (request.method !== 'POST') return sendWrongMethod(response, 'POST');
    if (request.headers['content-encoding'] !== undefined)
      return sendFault(response, 415, 'encoding', 'The body must come as it was signed, uncompressed.');
    const read = await readBody(request, limits);
    if (read.kind !== 'read') return refuseBody(request, response, read.kind, limits);
    const { status, say } = await handler(request.headers, read.body);
    sendJson(response, status, { say });
  };
