/**
 * Asks hosts that we do not run: guarded address, one deadline over headers and body, a size cap, no redirect to another host,
 * no cookies kept. Whatever the other side does comes back as a value; what the answer means is left to the caller.
 */
import { isIP } from 'node:net';
import { Agent } from 'undici';
import { type AllowPrivate, createAddressGuard } from './address-guard.ts';
import { type Failure, toFailure } from './guarded-failure.ts';
import { createGuardedLookup } from './guarded-lookup.ts';
import type { GuardedRequest, GuardedResult } from './guarded-request.ts';
import { sendOnce } from './guarded-send.ts';
import { createSending, type Sending } from './guarded-sending.ts';
import { createResolveHost, type ResolveHost } from './resolve-host.ts';

export type { GuardedRequest, GuardedResult } from './guarded-request.ts';

export interface GuardedFetch {
  readonly send: (request: GuardedRequest) => Promise<GuardedResult>;
  readonly close: () => Promise<void>;
}

export interface GuardedFetchOptions {
  readonly allowPrivate: AllowPrivate;
  /** From the call to the last byte of the body, redirects included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly lookup?: ResolveHost;
}

const mostRedirects = 3;

const parseTarget = (text: string): URL | { readonly wrong: string } => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return { wrong: 'no URL' };
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  return { wrong: `only http and https are asked, not ${url.protocol}` };
};

/** Same name, and either the same port or the step from plain to secure on the default ports; never back. */
export const isSameHost = (from: URL, to: URL): boolean => {
  if (from.hostname !== to.hostname || (from.protocol === 'https:' && to.protocol !== 'https:')) return false;
  return from.port === to.port;
};

type Answer = Extract<GuardedResult, { kind: 'answer' }>;

const toLocation = ({ status, headers }: Answer): string | null => {
  const location = headers['location'];
  return status >= 300 && status <= 399 && typeof location === 'string' ? location : null;
};

/** Where to go next, or why not. */
const decideRedirect = (from: URL, location: string, left: number): URL | string => {
  const next = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  if (next === null || !isSameHost(from, next))
    return `redirects to another host (${next?.host ?? 'unreadable'})`;
  return left === 0 ? 'redirects too often' : next;
};

const toNext = (request: GuardedRequest, status: number): GuardedRequest => {
  if (status === 307 || status === 308 || request.method === undefined || request.method === 'HEAD')
    return request;
  const { body: _body, ...rest } = request;
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !/^content-/i.test(name));
  return { ...rest, method: 'GET', headers: Object.fromEntries(headers) };
};

export const createGuardedFetch = (options: GuardedFetchOptions): GuardedFetch => {
  const guard = createAddressGuard(options.allowPrivate);
  const lookup = createGuardedLookup(guard, options.lookup ?? createResolveHost());
  const agent = new Agent({
    // Every request has its own connection: a kept one may be dead, and a sign-in must not fail for that.
    pipelining: 0,
    connect: { lookup, timeout: 0, autoSelectFamily: true },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32_768,
  });

  const follow = async (
    request: GuardedRequest,
    sending: Sending,
    left: number,
  ): Promise<Answer | Failure> => {
    const url = parseTarget(request.url);
    if ('wrong' in url) return { kind: 'failed', reason: 'blocked-address', say: url.wrong };
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address never reaches `lookup`.
    const refusal = isIP(literal) === 0 ? null : guard.decide(literal, literal);
    if (refusal !== null) return { kind: 'failed', reason: 'blocked-address', say: refusal };
    const answer = await sendOnce({ agent, url, request, sending, maxBytes: options.maxBytes });
    const location = request.redirects === 0 ? null : toLocation(answer);
    if (location === null) return answer;
    const next = decideRedirect(url, location, left);
    if (typeof next === 'string') return { kind: 'failed', reason: 'redirect', say: next };
    return follow({ ...toNext(request, answer.status), url: next.href }, sending, left - 1);
  };

  const send = async (request: GuardedRequest): Promise<GuardedResult> => {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs;
    const sending = createSending(request.signal, { timeoutMs, lateMs: request.lateMs ?? 0 });
    const redirects = Math.min(request.redirects ?? mostRedirects, mostRedirects);
    const result = await follow(request, sending, redirects).catch((error: unknown) =>
      toFailure(error, sending.signal, timeoutMs),
    );
    sending.end();
    return result.kind === 'answer' ? result : { ...result, mayHaveLeft: sending.mayHaveLeft() };
  };
  return { send, close: () => agent.destroy() };
};
