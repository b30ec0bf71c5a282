/** What may be done inside one sign-in: asks with its cookies, by its deadline, at its own site only. Opening it and signing out are left to `sign-in.ts`. */
import type { Clock } from '../../runtime/clock.ts';
import type { GuardedFetch, GuardedResult } from '../../runtime/guarded-fetch.ts';

export interface InstanceSession {
  /** Below the instance's address, JSON as text. Redirects are answers; after the end of the session nothing is sent. */
  readonly post: (path: `/${string}`, body: string) => Promise<GuardedResult>;
  /** Takes secrets out of text, the password of this sign-in among them. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
}

export interface SessionParts {
  readonly fetch: GuardedFetch;
  readonly url: string;
  readonly cookie: string;
  /** The end of the session. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly redact: (text: string) => string;
  readonly clock: Clock;
}

export const createSession = ({
  fetch,
  url,
  cookie,
  signal,
  timeoutMs,
  redact,
  clock,
}: SessionParts): InstanceSession => ({
  post: (path, body) =>
    fetch.send({
      url: `${url}${path}`,
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', accept: 'application/json' },
      body,
      redirects: 0,
      signal,
      timeoutMs,
    }),
  redact,
  clock,
});
