// Slack's own client against the front, without its retries, and a way to read its refusals as values.
import { LogLevel, WebClient } from '@slack/web-api';
import type { SlackFront } from '../../../sandbox/slack/front.ts';

/** The refusals are read as values; the client need not print them as well. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

export const connect = (front: SlackFront, token: string | undefined = front.botToken): WebClient =>
  new WebClient(token, {
    slackApiUrl: front.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  });

export interface Refusal {
  readonly error: string;
  readonly needed?: string;
  readonly provided?: string;
  readonly response_metadata?: { readonly messages?: readonly string[] };
}

/** What Slack refused the call with; fails where the call went through. */
export const refusalOf = async (call: Promise<unknown>): Promise<Refusal> => {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error('The call went through, but a refusal was expected');
  const data = outcome instanceof Error && 'data' in outcome ? outcome.data : undefined;
  if (typeof data !== 'object' || data === null || !('error' in data)) throw outcome as Error;
  return data as Refusal;
};

/** The code that the client gives an error that is not Slack's refusal: rate limit, HTTP, connection. */
export const codeOf = async (call: Promise<unknown>): Promise<string> => {
  const outcome = await call.then(
    () => 'none',
    (error: unknown) => error,
  );
  return typeof outcome === 'object' && outcome !== null && 'code' in outcome
    ? String(outcome.code)
    : String(outcome);
};
