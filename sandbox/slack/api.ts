// The Web API's door: checks rate, token and scope, lets ordered faults happen, calls the method and notes every call.
// What a method does is in `methods/`.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFault, FaultBook } from './faults.ts';
import { type Json, readText } from './json.ts';
import type { Limits } from './limits.ts';
import { kindOfPlace } from './methods/places.ts';
import { type ApiRequest, readApiRequest } from './request.ts';
import { decideScope } from './scopes.ts';
import type { Methods, Slack } from './slack.ts';
import { SlackRefusal } from './stored.ts';

export interface Tokens {
  readonly bot: string;
  readonly app: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Json | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Methods that want the app-level token, all others want the bot's. */
const appMethods = new Set(['apps.connections.open']);

export const sendAnswer = (response: ServerResponse, answer: Answer): void => {
  const isText = typeof answer.body === 'string';
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    ...answer.headers,
  });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
};

const readRefusal = (error: unknown): Json => {
  if (error instanceof SlackRefusal) return { ok: false, error: error.error, ...error.extra };
  throw error;
};

const toRateLimit = (retryAfterSeconds: number): Answer => ({
  status: 429,
  body: { ok: false, error: 'ratelimited' },
  headers: { 'retry-after': String(retryAfterSeconds) },
});

/** What a fault answers in Slack's place; undefined where the call is carried out all the same. */
const toFaultAnswer = (fault: ApiFault): Answer | undefined => {
  switch (fault.kind) {
    case 'rateLimit':
      return toRateLimit(fault.retryAfterSeconds);
    case 'serverError':
      return { status: fault.status, body: 'server error' };
    case 'platformError':
      return { status: 200, body: { ok: false, error: fault.error } };
    default:
      return undefined;
  }
};

/**
 * Lets a fault happen around `carryOut` and answers; used for methods and response URLs alike.
 * Returns what was sent, or undefined where nothing ever will be.
 */
export const answerThrough = async (
  response: ServerResponse,
  fault: ApiFault | undefined,
  carryOut: () => Promise<Answer>,
): Promise<{ answer: Answer; isSent: boolean } | undefined> => {
  const instead = fault && toFaultAnswer(fault);
  if (instead) {
    sendAnswer(response, instead);
    return { answer: instead, isSent: true };
  }
  if (fault?.kind === 'silence') return undefined;
  if (fault?.kind === 'slow') await sleep(fault.ms);
  const answer = await carryOut();
  if (fault?.kind === 'loseAnswer') {
    response.socket?.destroy();
    return { answer, isSent: false };
  }
  sendAnswer(response, answer);
  return { answer, isSent: true };
};

export const createApi = (
  slack: Slack,
  methods: Methods,
  tokens: Tokens,
  book: FaultBook,
  limits: Limits,
) => {
  const scopeHeader = { 'x-oauth-scopes': [...slack.granted].join(',') };

  const checkToken = (method: string, token: string | undefined): void => {
    if (!slack.strict) return;
    if (token === undefined || token === '') throw new SlackRefusal('not_authed');
    if (token !== tokens.bot && token !== tokens.app) throw new SlackRefusal('invalid_auth');
    const wanted = appMethods.has(method) ? tokens.app : tokens.bot;
    if (token !== wanted) throw new SlackRefusal('not_allowed_token_type');
  };

  const checkScope = (method: string, args: Json): void => {
    const channel = slack.directory.channel(readText(args, 'channel') ?? '');
    const needed = decideScope(method, channel && kindOfPlace(channel));
    if (!slack.strict || needed === undefined || slack.granted.has(needed)) return;
    throw new SlackRefusal('missing_scope', { needed, provided: [...slack.granted].join(',') });
  };

  const carryOut = async (method: string, request: ApiRequest): Promise<Answer> => {
    const limited = limits.take(method, request.args);
    if (limited) return toRateLimit(limited.retryAfterSeconds);
    try {
      const handler = methods[method];
      if (!handler) throw new SlackRefusal('unknown_method', { req_method: method });
      checkToken(method, request.token);
      checkScope(method, request.args);
      const body = { ok: true, ...(await handler(request.args)) };
      return { status: 200, body, headers: scopeHeader };
    } catch (error) {
      return { status: 200, body: readRefusal(error), headers: scopeHeader };
    }
  };

  return async (method: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read = await readApiRequest(request);
    const finish = slack.record.noteCall({ method, at: slack.now(), status: 0, ok: false, args: read.args });
    const done = await answerThrough(response, book.takeApiFault(method), () => carryOut(method, read));
    if (!done) return;
    const body = typeof done.answer.body === 'string' ? {} : done.answer.body;
    const error = readText(body, 'error');
    finish({
      status: done.isSent ? done.answer.status : 0,
      ok: body['ok'] === true,
      ...(error === undefined ? {} : { error }),
    });
  };
};
