/** Translates what the WebClient throws: a refusal that Slack put in words, a wait it asked for, or no knowledge of what happened. */
import { webApi } from '@slack/bolt';

export type SlackFailure =
  /** Slack answered: nothing was done. */
  | { readonly kind: 'refused'; readonly error: string; readonly needed: string | null }
  | { readonly kind: 'later'; readonly waitMs: number }
  /** 5xx, time-out, broken connection, an answer that cannot be read: it may have been done. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** Answers with words that still do not say whether it was done. */
const doubtful = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'timeout',
]);
const rateLimited = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);
const waitUntoldMs = 30_000;

export const readSlackFailure = (error: unknown): SlackFailure => {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return { kind: 'later', waitMs: Math.max(1, error.retryAfter) * 1000 };
  if (!(error instanceof webApi.WebAPIPlatformError)) return { kind: 'unknown', cause: error };
  const word = error.data.error;
  // Where the body was no JSON the library puts the body itself here.
  if (typeof word !== 'string' || !/^[a-z][a-z0-9_]{1,80}$/u.test(word) || doubtful.has(word))
    return { kind: 'unknown', cause: error };
  if (rateLimited.has(word)) return { kind: 'later', waitMs: waitUntoldMs };
  const needed =
    'needed' in error.data && typeof error.data['needed'] === 'string' ? error.data['needed'] : null;
  return { kind: 'refused', error: word, needed };
};

/** For people and doctor: the word and what helps. */
export const explainRefusal = (failure: {
  readonly error: string;
  readonly needed: string | null;
}): string =>
  failure.error === 'missing_scope' && failure.needed !== null
    ? `missing_scope: the app needs ${failure.needed}; install it again with the manifest`
    : failure.error;
