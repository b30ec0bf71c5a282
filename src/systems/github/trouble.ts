/** Turns whatever Octokit throws into a reason that people understand and code decides by. Nothing of the answer's own text is passed on. */
import type { UnknownReason } from '../../policy/health/facts.ts';

export interface Trouble {
  readonly kind: 'trouble';
  readonly reason: UnknownReason;
  /** Short clause: "GitHub answered 503". */
  readonly say: string;
  /** Null where no answer came. */
  readonly status: number | null;
  /** For `rate-limited`: when to ask again; a whole minute, so that nobody who reads it to the minute comes too early. */
  readonly until: Date | null;
}

interface Answered {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Octokit gives requests that were never answered a status of 500 too; only those with a response were. */
const toAnswered = (error: unknown): Answered | null => {
  if (!isRecord(error) || typeof error['status'] !== 'number' || !isRecord(error['response'])) return null;
  const headers = isRecord(error['response']['headers']) ? error['response']['headers'] : {};
  const message = error instanceof Error ? error.message : '';
  return { status: error['status'], message, headers: headers as Answered['headers'] };
};

const minuteMs = 60_000;

const roundUp = (at: Date): Date => new Date(Math.ceil(at.getTime() / minuteMs) * minuteMs);

const toUntil = ({ headers }: Answered, now: Date): Date => {
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(retryAfter)) return new Date(now.getTime() + retryAfter * 1_000);
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) return new Date(reset * 1_000);
  return new Date(now.getTime() + minuteMs);
};

const isLimit = ({ status, message, headers }: Answered): boolean =>
  status === 429 ||
  (status === 403 &&
    (headers['retry-after'] !== undefined ||
      headers['x-ratelimit-remaining'] === '0' ||
      /rate limit/i.test(message)));

/** How the desk signs in: people look for a token where there is one, and at the App's page where there is none. */
export type SignInKind = 'token' | 'app';

const sayRefusal = (status: number, signIn: SignInKind, right: string | undefined): string | null => {
  const who = signIn === 'token' ? 'the token' : 'the App';
  switch (status) {
    case 401:
      return `GitHub refused ${who} (401)`;
    case 403:
      return `${who} may not read ${right ?? 'this repository'} (403)`;
    case 404:
      return `repository not found or ${who} has no access${right === undefined ? '' : ` to ${right}`}`;
    case 410:
      return 'the repository is gone (410)';
    case 451:
      return 'the repository is blocked (451)';
    default:
      return null;
  }
};

const toNetworkSay = (error: unknown): string => {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const code = isRecord(cause) && typeof cause['code'] === 'string' ? ` (${cause['code']})` : '';
  return `GitHub could not be reached${code}`;
};

/** `right` is what was to be read, where there is a right of its own to it. */
export const toTrouble = (error: unknown, now: Date, signIn: SignInKind, right?: string): Trouble => {
  const answered = toAnswered(error);
  const trouble = (reason: UnknownReason, say: string, until: Date | null = null): Trouble => ({
    kind: 'trouble',
    reason,
    say,
    status: answered?.status ?? null,
    until,
  });
  if (answered === null) {
    if (error instanceof Error && error.name === 'AbortError')
      return trouble('timed-out', 'GitHub did not answer in time');
    return trouble('unavailable', toNetworkSay(error));
  }
  if (isLimit(answered))
    return trouble('rate-limited', "GitHub's limit is reached", roundUp(toUntil(answered, now)));
  const refusal = sayRefusal(answered.status, signIn, right);
  return refusal === null
    ? trouble('unavailable', `GitHub answered ${answered.status}`)
    : trouble('no-access', refusal);
};
