/** HTTP around the answers: who calls, limits, conditional requests, GitHub's headers, faults, and the record of every call. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Access, Caller } from './access.ts';
import type { Incoming } from './answering.ts';
import type { Fault } from './faults.ts';
import type { Limits } from './limits.ts';
import { type Answer, HttpRefusal, toErrorBody } from './routes.ts';
import type { Call } from './types.ts';

export interface ServingParts {
  readonly apiUrl: string;
  readonly clock: () => number;
  readonly latencyMs: number;
  readonly access: Access;
  readonly limits: Limits;
  take(method: string, path: string): Fault | undefined;
  answer(incoming: Incoming): Promise<Answer>;
}

/** An answer ready to be written, with what it costs. */
interface Ready {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly charged: number;
}

const secondaryMessage =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
const versions: readonly string[] = ['2022-11-28', '2026-03-10'];

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** `W/` is ignored, as If-None-Match compares weakly. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^W\//u, '') === etag);

const toRefusal = (error: unknown): Answer => {
  if (!(error instanceof HttpRefusal)) throw error;
  return { ...toErrorBody(error.status, error.message), headers: error.headers };
};

export const createServing = (parts: ServingParts) => {
  const { access, limits, clock } = parts;
  let calls: Call[] = [];
  let version = 0;

  const record = (request: IncomingMessage, status: number, charged: number): void => {
    calls.push({ method: request.method ?? 'GET', path: request.url ?? '/', status, charged, at: clock() });
  };

  const toReady = (request: IncomingMessage, answer: Answer, charged: number): Ready => {
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
    const headers = { ...answer.headers };
    if (request.method !== 'GET' || answer.status !== 200)
      return { status: answer.status, headers, text, charged };
    const etag = `"${createHash('sha256')
      .update(text)
      .update(headers['link'] ?? '')
      .digest('hex')}"`;
    const kept = {
      ...headers,
      etag,
      'cache-control': 'private, max-age=60, s-maxage=60',
      vary: 'Accept, Authorization',
    };
    if (isKnown(request.headers['if-none-match'], etag))
      return { status: 304, headers: kept, text: '', charged: 0 };
    return { status: 200, headers: kept, text, charged };
  };

  const toSecondary = (seconds: number, status: 403 | 429 = 403): Answer => ({
    ...toErrorBody(status, secondaryMessage),
    headers: { 'retry-after': String(seconds) },
  });

  const answerAdmitted = async (
    request: IncomingMessage,
    incoming: Incoming,
    fault: Fault | undefined,
  ): Promise<Ready> => {
    // Waiting inside the limits: a slow answer takes one of the hundred places.
    const pauseMs = parts.latencyMs + (fault?.kind === 'slow' ? fault.ms : 0);
    if (pauseMs > 0) await wait(pauseMs, undefined, { ref: false });
    if (fault?.kind === 'status') {
      const answer = { ...toErrorBody(fault.status, fault.message), headers: fault.headers };
      return toReady(request, answer, 1);
    }
    const answer = await parts.answer(incoming).catch(toRefusal);
    return toReady(request, answer, incoming.url.pathname === '/rate_limit' ? 0 : 1);
  };

  /** Limits around one answer. The limit page itself is free, of points too. */
  const answerWithin = async (
    request: IncomingMessage,
    incoming: Incoming,
    fault: Fault | undefined,
  ): Promise<Ready> => {
    const { bucket } = incoming.caller;
    if (fault?.kind === 'secondary-limit')
      return toReady(request, toSecondary(fault.retryAfterSeconds, fault.status), 0);
    if (incoming.url.pathname === '/rate_limit') return answerAdmitted(request, incoming, fault);
    const admission = limits.admit(bucket, incoming.method);
    if (admission.kind === 'secondary') return toReady(request, toSecondary(admission.retryAfterSeconds), 0);
    if (admission.kind === 'primary')
      return toReady(request, toErrorBody(403, `API rate limit exceeded for ${bucket}.`), 0);
    try {
      const ready = await answerAdmitted(request, incoming, fault);
      limits.charge(bucket, ready.charged);
      return ready;
    } finally {
      limits.leave(bucket);
    }
  };

  const identify = (request: IncomingMessage, url: URL): Caller => {
    if (request.headers['user-agent'] === undefined) {
      throw new HttpRefusal(
        403,
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      );
    }
    const wanted = request.headers['x-github-api-version'];
    if (typeof wanted === 'string' && !versions.includes(wanted)) {
      throw new HttpRefusal(400, `"${wanted}" is not a supported API version.`);
    }
    return access.identify(request.headers.authorization, url.pathname);
  };

  const answerRequest = async (
    request: IncomingMessage,
    url: URL,
    fault: Fault | undefined,
  ): Promise<Ready> => {
    const body = await readText(request);
    let caller: Caller;
    try {
      caller = identify(request, url);
    } catch (error) {
      return toReady(request, toRefusal(error), 0);
    }
    const wanted = request.headers['x-github-api-version'];
    const incoming: Incoming = {
      method: request.method ?? 'GET',
      url,
      body,
      authorization: request.headers.authorization,
      version: typeof wanted === 'string' ? wanted : '2022-11-28',
      caller,
    };
    const ready = await answerWithin(request, incoming, fault);
    return { ...ready, headers: { ...limits.toHeaders(caller.bucket), ...ready.headers } };
  };

  const write = (response: ServerResponse, ready: Ready, fault: Fault | undefined): void => {
    const isCut = fault?.kind === 'malformed-json';
    version += 1;
    response.writeHead(ready.status, {
      ...(ready.text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'x-github-request-id': `${randomBytes(2).toString('hex').toUpperCase()}:${version.toString(16).toUpperCase()}`,
      'x-github-media-type': 'github.v3; format=json',
      ...ready.headers,
    });
    response.end(isCut ? ready.text.slice(0, Math.ceil(ready.text.length / 2)) : ready.text);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', parts.apiUrl);
    const fault = parts.take(request.method ?? 'GET', url.pathname.replaceAll(/%2f/giu, '/'));
    if (fault?.kind === 'silence') {
      record(request, 0, 0);
      return;
    }
    const ready = await answerRequest(request, url, fault);
    if (fault?.kind === 'lose-answer') {
      record(request, 0, ready.charged);
      request.socket.destroy();
      return;
    }
    record(request, ready.status, ready.charged);
    write(response, ready, fault);
  };

  return {
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      serve(request, response).catch((error: unknown) => {
        record(request, 500, 0);
        response.writeHead(500, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: `the GitHub stand-in failed: ${String(error)}` }));
      });
    },
    calls: (): readonly Call[] => calls,
    forgetCalls: (): void => {
      calls = [];
    },
  };
};
