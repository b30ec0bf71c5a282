/**
 * A real sign-in to an Acumatica instance, and always the sign-out: an open session uses up one of few licences for twenty minutes.
 * One at a time per instance, and never again after a refusal, is left to the caller.
 */
import type { SignIn } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { GuardedFetch, GuardedResult } from '../../runtime/guarded-fetch.ts';
import { classifyAnswer, classifyFailure } from './classify-sign-in.ts';
import { toCookieHeader } from './session-cookies.ts';

export interface SignInRequest {
  /** As `normalizeInstanceUrl` writes it. */
  readonly url: string;
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  readonly branch?: string | null;
  /** The caller's deadline; the answer is there when it passes. */
  readonly signal: AbortSignal;
}

export interface SignInResult {
  readonly signIn: SignIn;
  /** True when surely no session of ours is open: signed out, or never signed in. */
  readonly signedOut: boolean;
  /** The same, known for sure later: after a deadline a late answer is still waited for, and signed out. Never rejects. */
  readonly settled: Promise<boolean>;
}

export interface SignInParts {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  /** Takes secrets out of an excerpt; the request's own password is taken out in any case. */
  readonly redact?: (text: string) => string;
  /** How long a late answer is waited for after the caller's deadline. Default 10 s. */
  readonly lingerMs?: number;
  /** Bound of the sign-out. Default 5 s. */
  readonly signOutMs?: number;
}

export type AcumaticaSignIn = (request: SignInRequest) => Promise<SignInResult>;

/** Longest that a login is listened for when nobody stops it; the caller's signal comes first. */
const longestMs = 60_000;

const toBody = ({ tenant, username, password, branch }: SignInRequest): string =>
  JSON.stringify({ name: username, password, tenant, ...(branch ? { branch } : {}) });

/** Never connected, or told "no": nothing was opened. After silence or a lost answer nobody knows. */
const isSurelyClosed = (login: GuardedResult): boolean => {
  if (login.kind === 'answer') return login.status === 401 || login.status === 429;
  return (
    login.reason === 'refused' || login.reason === 'name-not-found' || login.reason === 'blocked-address'
  );
};

const untilAborted = (signal: AbortSignal): Promise<'late'> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve('late');
    signal.addEventListener('abort', () => resolve('late'), { once: true });
  });

/** Aborts so long after the other signal did: the time that a late answer is given. */
const createLinger = (signal: AbortSignal, lingerMs: number) => {
  const control = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => control.abort(), lingerMs);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  const stop = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', start);
  };
  return { signal: control.signal, stop };
};

export const createSignIn = (parts: SignInParts): AcumaticaSignIn => {
  const { fetch, clock, lingerMs = 10_000, signOutMs = 5_000, redact = (text: string) => text } = parts;

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

  return async (request) => {
    const { url, signal, password } = request;
    const startedAt = clock.now().getTime();
    const tookMs = () => clock.now().getTime() - startedAt;
    if (signal.aborted)
      return { signIn: { kind: 'timeout', afterMs: 0 }, signedOut: true, settled: Promise.resolve(true) };

    const linger = createLinger(signal, lingerMs);
    const login = fetch.send({
      url: `${url}/entity/auth/login`,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: toBody(request),
      redirects: 0,
      signal: linger.signal,
      timeoutMs: longestMs,
    });
    const settled = login.then((answer) => signOut(url, answer)).finally(linger.stop);
    const first = await Promise.race([login, untilAborted(signal)]);
    if (first === 'late')
      return { signIn: { kind: 'timeout', afterMs: tookMs() }, signedOut: false, settled };
    const clean = (text: string) => redact(password.length > 0 ? text.replaceAll(password, '•••') : text);
    const signIn =
      first.kind === 'answer' ? classifyAnswer(first, tookMs(), clean) : classifyFailure(first, tookMs());
    return { signIn, signedOut: await settled, settled };
  };
};
