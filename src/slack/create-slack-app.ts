/** Makes the Bolt app for either way that Slack can reach us, with clients per purpose. What is received is answered by the `receive-*` files. */
import type { RequestListener } from 'node:http';
import {
  App,
  type AuthorizeResult,
  HTTPReceiver,
  LogLevel,
  type Receiver,
  type ReceiverEvent,
  SocketModeReceiver,
} from '@slack/bolt';
import { AcuopsError } from '../errors.ts';
import { bodyLimitBytes, createHttpIntake } from './http-intake.ts';
import { createIdentity, type SlackIdentity } from './identity.ts';
import { type Log, toBoltLogger } from './log.ts';
import { createRunning, type Running } from './running.ts';
import { createSlackClients, type SlackClients, toClientOptions } from './slack-clients.ts';
import { createSocketLink, type SocketLink } from './socket-link.ts';

export interface SlackOptions {
  readonly mode: 'http' | 'socket';
  readonly botToken: string;
  /** Needed in socket mode. */
  readonly appToken?: string | undefined;
  /** Needed in http mode. */
  readonly signingSecret?: string | undefined;
  /** Slack's own where left out. */
  readonly apiUrl?: string | undefined;
  readonly log: Log;
  readonly now?: () => Date;
  /** Shorter time-outs for tests. */
  readonly patience?: Partial<Record<keyof SlackClients, number>>;
}

export interface SlackApp {
  readonly bolt: App;
  readonly clients: SlackClients;
  readonly identity: () => Promise<SlackIdentity>;
  /** Hang this in at `/slack/events` (POST); null in socket mode. */
  readonly listener: RequestListener | null;
  /** Work that goes on after an acknowledgement; `stop` waits for it. */
  readonly running: Running;
  /** Knows the token to be good, and in socket mode is connected. @throws AcuopsError `config` where a person must act. */
  readonly start: () => Promise<void>;
  /** Lets running listeners end (at most `mostMs`), then disconnects. */
  readonly stop: (mostMs?: number) => Promise<void>;
  readonly isConnected: () => boolean;
}

const stopMs = 5_000;
const socketCallMs = 10_000;

export const createSlackApp = (options: SlackOptions): SlackApp => {
  const now = options.now ?? (() => new Date());
  const clients = createSlackClients(options.botToken, options, options.patience);
  const identity = createIdentity(clients.facts);
  const running = createRunning();
  const { receiver, listener, link } = options.mode === 'http' ? openHttp(options, now) : openSocket(options);
  const bolt = new App({
    receiver: followed(receiver, running, options.mode === 'socket'),
    authorize: async ({ teamId }) => authorize(options.botToken, await identity.read(), teamId),
    clientOptions: toClientOptions(options, socketCallMs),
    logger: toBoltLogger(options.log),
    logLevel: LogLevel.WARN,
    convoStore: false,
  });
  return {
    bolt,
    clients,
    identity: identity.read,
    listener,
    running,
    start: async () => {
      await identity.readAtStart(options.log);
      await link?.start();
    },
    stop: async (mostMs = stopMs) => {
      await running.settled(mostMs);
      await link?.stop();
      await running.settled(link ? 500 : 0);
    },
    isConnected: () => link?.isConnected() ?? true,
  };
};

interface Opened {
  readonly receiver: Receiver;
  readonly listener: RequestListener | null;
  readonly link: SocketLink | null;
}

const openHttp = (options: SlackOptions, now: () => Date): Opened => {
  const receiver = new HTTPReceiver({
    signingSecret: demand(options.signingSecret, 'SLACK_SIGNING_SECRET', 'http'),
    endpoints: ['/slack/events'],
    // Answers after the listeners: an event whose work failed is not acknowledged, so Slack brings it again.
    processBeforeResponse: true,
    bodyLimit: bodyLimitBytes,
    logger: toBoltLogger(options.log),
    logLevel: LogLevel.WARN,
  });
  const listener = createHttpIntake({
    inner: (request, response) => receiver.requestListener(request, response),
    log: options.log,
    now,
  });
  return { receiver, listener, link: null };
};

const openSocket = (options: SlackOptions): Opened => {
  const receiver = new SocketModeReceiver({
    appToken: demand(options.appToken, 'SLACK_APP_TOKEN', 'socket'),
    logger: toBoltLogger(options.log),
    logLevel: LogLevel.WARN,
    autoReconnectEnabled: false,
    // Bolt's own acknowledges what it could not authorise; a Slack that was away for a moment would cost the event.
    processEventErrorHandler: async ({ error }) => {
      options.log('error', 'a delivery from Slack failed and is not acknowledged', { error });
      return false;
    },
    installerOptions: { clientOptions: toClientOptions(options, socketCallMs) },
  });
  return { receiver, listener: null, link: createSocketLink(receiver.client, options.log) };
};

const demand = (value: string | undefined, name: string, mode: string): string => {
  if (value !== undefined && value !== '') return value;
  throw new AcuopsError({
    code: 'config',
    message: `${name} is empty, and SLACK_MODE=${mode} needs it`,
    say: `${name} is missing: SLACK_MODE=${mode} needs it.`,
  });
};

/** Follows every delivery, and where Bolt would acknowledge events before its listeners ran, holds the acknowledgement back until they resolved. */
const followed = (receiver: Receiver, running: Running, holdEvents: boolean): Receiver => ({
  init: (app) => {
    const processEvent = async (event: ReceiverEvent): Promise<void> => {
      if (!holdEvents || event.body['type'] !== 'event_callback') return app.processEvent(event);
      await app.processEvent({ ...event, ack: async () => undefined });
      await event.ack();
    };
    const proxy = { processEvent: (event: ReceiverEvent) => running.follow(processEvent(event)) };
    // All that a receiver ever asks of the app.
    receiver.init(proxy as unknown as App);
  },
  start: (...args: unknown[]) => receiver.start(...args),
  stop: (...args: unknown[]) => receiver.stop(...args),
});

/** Tokens belong to a team. A press by somebody of another team is heard, without a token: the request door refuses it and says why. */
const authorize = (botToken: string, ours: SlackIdentity, teamId: string | undefined): AuthorizeResult =>
  teamId === ours.teamId
    ? { botToken, botId: ours.botId, botUserId: ours.botUserId, teamId }
    : { botId: ours.botId, botUserId: ours.botUserId };
