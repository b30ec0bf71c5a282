/**
 * A real sign-in to an Acumatica instance, at wish a visit inside it, and always the sign-out: an open session uses up one of few
 * licences for twenty minutes.
 * One at a time per instance, and never again after a refusal, is left to the caller.
 */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SignIn } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { GuardedFetch, GuardedResult } from '../../runtime/guarded-fetch.ts';
import { classifyAnswer, classifyFailure } from './classify-sign-in.ts';
import { createSession, type InstanceSession } from './session.ts';
import { toCookieHeader } from './session-cookies.ts';

export interface SignInRequest<T = never> {
  /** As `normalizeInstanceUrl` writes it. */
  readonly url: string;
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  readonly branch?: string | null;
  /** The caller's deadline; the answer is there when it passes. */
  readonly signal: AbortSignal;
  /** What to do once let in. Whatever it does, and also where it goes on after `signal`, the sign-out follows. */
  readonly visit?: ((session: InstanceSession) => Promise<T>) | undefined;
}

export interface SignInResult<T = never> {
  readonly signIn: SignIn;
  /** True when surely no session of ours is open: signed out, or never signed in. */
  readonly signedOut: boolean;
  /** Both as they are known in the end: after a deadline a late answer is still waited for, and signed out. Never rejects. */
  readonly settled: Promise<SettledSignIn>;
  /** Null where none was wanted, nobody was let in, or the signal came first. */
  readonly visited: T | null;
}

export interface SettledSignIn {
  readonly signIn: SignIn;
  readonly signedOut: boolean;
}

export interface SignInParts {
  readonly fetch: GuardedFetch;
  /** For visits, whose answers may be longer. Default: `fetch`. */
  readonly sessionFetch?: GuardedFetch;
  readonly clock: Clock;
  /** Takes secrets out of an excerpt; the request's own password is taken out in any case. */
  readonly redact?: (text: string) => string;
  /** How long a late answer is waited for after the caller's deadline. Default 10 s. */
  readonly lingerMs?: number;
  /** Bound of the sign-out. Default 5 s. */
  readonly signOutMs?: number;
}

/** What a visit throws is thrown on, after the sign-out. */
export type AcumaticaSignIn = <T = never>(request: SignInRequest<T>) => Promise<SignInResult<T>>;

/** Longest that a login is listened for when nobody stops it; the caller's signal comes first. */
const longestMs = 60_000;

const toBody = ({ tenant, username, password, branch }: SignInRequest<unknown>): string =>
  JSON.stringify({ name: username, password, tenant, ...(branch ? { branch } : {}) });

/** Never sent, or told "no": nothing was opened. After silence or a lost answer nobody knows. */
const isSurelyClosed = (login: GuardedResult): boolean =>
  login.kind === 'answer' ? login.status === 401 || login.status === 429 : !login.mayHaveLeft;

/** A turn of the loop later than the signal: by then a login that never left has said so. */
const lateBy = async (signal: AbortSignal): Promise<'late'> => {
  if (!signal.aborted) await once(signal, 'abort');
  return nextTurn('late' as const);
};

export const createSignIn = (parts: SignInParts): AcumaticaSignIn => {
  const { fetch, clock, lingerMs = 10_000, signOutMs = 5_000, redact = (text: string) => text } = parts;
  const { sessionFetch = fetch } = parts;

  const signOut = async (url: string, login: GuardedResult): Promise<boolean> => {
    if (isSurelyClosed(login)) return true;
    const cookie = login.kind === 'answer' ? toCookieHeader(login.headers) : null;
    // An answer without cookies opened nothing that we could close: an error page, or a redirect.
    if (cookie === null) return login.kind === 'answer' && login.status !== 200 && login.status !== 204;
    const answer = await fetch.send({
      url: `${url}/entity/auth/logout`,
      method: 'POST',
      headers: { cookie, accept: 'application/json', 'content-length': '0' },
      redirects: 0,
      timeoutMs: signOutMs,
    });
    // 401: the session was gone already.
    return answer.kind === 'answer' && (answer.status < 300 || answer.status === 401);
  };

  return async <T>(request: SignInRequest<T>): Promise<SignInResult<T>> => {
    const { url, signal, password, visit } = request;
    const startedAt = clock.now().getTime();
    const tookMs = () => clock.now().getTime() - startedAt;
    if (signal.aborted) {
      const unsent = { signIn: { kind: 'timeout', afterMs: 0 }, signedOut: true } as const;
      return { ...unsent, settled: Promise.resolve(unsent), visited: null };
    }
    const login = fetch.send({
      url: `${url}/entity/auth/login`,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: toBody(request),
      redirects: 0,
      signal,
      lateMs: lingerMs,
      timeoutMs: longestMs,
    });
    const clean = (text: string) => redact(password.length > 0 ? text.replaceAll(password, '•••') : text);
    const answered = login.then((answer) => ({
      answer,
      signIn:
        answer.kind === 'answer'
          ? classifyAnswer(answer, tookMs(), clean)
          : classifyFailure(answer, tookMs()),
    }));
    const late = lateBy(signal);
    const visiting = answered.then(async ({ answer, signIn }): Promise<T | null> => {
      const cookie = answer.kind === 'answer' ? toCookieHeader(answer.headers) : null;
      if (visit === undefined || cookie === null || signIn.kind !== 'signed-in' || signal.aborted)
        return null;
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const open = { url, cookie, signal: until, timeoutMs: longestMs, redact: clean, clock };
      try {
        return await Promise.race([
          visit(createSession({ fetch: sessionFetch, ...open })),
          late.then(() => null),
        ]);
      } finally {
        over.abort();
      }
    });
    const settled = visiting
      .catch(() => null)
      .then(() => answered)
      .then(async ({ answer, signIn }) => ({ signIn, signedOut: await signOut(url, answer) }));
    const first = await Promise.race([answered, late]);
    if (first === 'late')
      return { signIn: { kind: 'timeout', afterMs: tookMs() }, signedOut: false, settled, visited: null };
    // A slow sign-out must not cost the answer that is known by now.
    const end = await Promise.race([settled, late]);
    return {
      signIn: first.signIn,
      signedOut: end !== 'late' && end.signedOut,
      settled,
      visited: await visiting,
    };
  };
};
