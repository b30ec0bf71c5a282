/** One WebClient per purpose, each with its own patience. None retries by itself: whether a call may be repeated is decided by whoever made it. */
import { webApi } from '@slack/bolt';
import { type Log, toBoltLogger } from './log.ts';

export type WebClient = webApi.WebClient;

export interface SlackClients {
  /** Cards: posting, editing, deleting, finding. */
  readonly cards: WebClient;
  /** Facts needed before a command is acknowledged; 3 s is all Slack gives. */
  readonly facts: WebClient;
  /** Windows and private lines to somebody who waits. */
  readonly replies: WebClient;
  readonly files: WebClient;
}

const patienceMs: Readonly<Record<keyof SlackClients, number>> = {
  cards: 8_000,
  facts: 1_800,
  replies: 2_500,
  files: 10_000,
};

export interface ClientSettings {
  readonly apiUrl?: string | undefined;
  readonly log: Log;
}

/** A fresh object at every call: Bolt changes the one it is given. */
export const toClientOptions = (settings: ClientSettings, timeoutMs: number): webApi.WebClientOptions => ({
  ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: timeoutMs,
  allowAbsoluteUrls: false,
  logger: toBoltLogger(settings.log),
});

export const createSlackClients = (
  botToken: string,
  settings: ClientSettings,
  patience: Partial<Record<keyof SlackClients, number>> = {},
): SlackClients => {
  const open = (purpose: keyof SlackClients): WebClient =>
    new webApi.WebClient(botToken, toClientOptions(settings, patience[purpose] ?? patienceMs[purpose]));
  return { cards: open('cards'), facts: open('facts'), replies: open('replies'), files: open('files') };
};
