/** What comes before Bolt's HTTP receiver: size and time limits, requests from the future, bodies that are no object. Signatures are Bolt's. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from './log.ts';

export interface HttpIntakeParts {
  readonly inner: RequestListener;
  readonly log: Log;
  readonly now: () => Date;
}

/** Slack's own payloads stay far below: a view has at most 250 kB. */
export const bodyLimitBytes = 1_000_000;
const readMs = 3_000;
const mostSkewMs = 5 * 60_000;

export const createHttpIntake = ({ inner, log, now }: HttpIntakeParts): RequestListener => {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = Number(request.headers['x-slack-request-timestamp']);
    // Bolt refuses old ones only; a signature made for next year could be replayed until then.
    if (Number.isFinite(sent) && sent * 1000 > now().getTime() + mostSkewMs) {
      log('warn', 'a request from Slack bears a time in the future', { timestamp: sent });
      return answer(response, 401);
    }
    const body = await readBody(request);
    if (body === 'too large') return answer(response, 413);
    if (body === 'broken') return answer(response, 400);
    if (!isObjectBody(body, request.headers['content-type'])) return answer(response, 400);
    Object.assign(request, { rawBody: body });
    inner(request, response);
  };
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      log('warn', 'a request to the Slack endpoint was not understood', { error });
      answer(response, 404);
    });
  };
};

const answer = (response: ServerResponse, status: number): void => {
  if (response.headersSent) return;
  // What is left of the body is not read.
  response.writeHead(status, { 'content-length': 0, connection: 'close' });
  response.end();
};

const readBody = async (request: IncomingMessage): Promise<Buffer | 'too large' | 'broken'> => {
  const parts: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => request.destroy(new Error('body too slow')), readMs);
  try {
    for await (const part of request) {
      const bytes = part as Buffer;
      size += bytes.length;
      if (size > bodyLimitBytes) return 'too large';
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  } catch {
    return 'broken';
  } finally {
    clearTimeout(timer);
  }
};

/** Bolt reads fields of the body outside its own error handling; `null` there would end the process. */
const isObjectBody = (body: Buffer, contentType: string | undefined): boolean => {
  const text = body.toString();
  const payload =
    contentType === 'application/x-www-form-urlencoded' ? new URLSearchParams(text).get('payload') : text;
  if (payload === null) return true;
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};
