// The pretend Slack that sandbox, demo, tests and bench use: it takes the bot's calls, keeps what Slack would show and
// delivers what people do. The page of local-slack is its screen and may be left out (`page: false`).
import { type Acting, createActing } from './acting.ts';
import { createApi, type Tokens } from './api.ts';
import { createDelivery } from './delivery.ts';
import { botUserId, createDirectory, type Directory } from './directory.ts';
import { createFaultBook, type SlackFaults } from './faults.ts';
import { createIds } from './ids.ts';
import { createLimits } from './limits.ts';
import { createChatMethods } from './methods/chat.ts';
import { createConversationMethods } from './methods/conversations.ts';
import { createFileMethods } from './methods/files.ts';
import { createPeopleMethods } from './methods/people.ts';
import { createViewMethods } from './methods/views.ts';
import { createPayloads, type Payloads } from './payloads.ts';
import { createRecord } from './record.ts';
import { allBotScopes } from './scopes.ts';
import { createScreen, noScreen } from './screen.ts';
import { createFrontServer } from './server.ts';
import type { Methods, Slack } from './slack.ts';
import { createSockets } from './sockets.ts';
import type {
  ApiCall,
  SlackWorld,
  StoredEphemeral,
  StoredFile,
  StoredMessage,
  StoredView,
} from './stored.ts';
import { createTriggers } from './triggers.ts';
import { createViewStore } from './views.ts';

export type { Ack } from './delivery.ts';
export type { SlackFaults } from './faults.ts';
export type { ButtonChoice } from './payloads.ts';
export type {
  ApiCall,
  SlackWorld,
  StoredEphemeral,
  StoredFile,
  StoredMessage,
  StoredView,
} from './stored.ts';

export interface SlackFrontOptions {
  readonly mode: 'http' | 'socket';
  readonly port?: number | undefined;
  /** Where the page of local-slack listens; any free port unless told. */
  readonly pagePort?: number | undefined;
  readonly world: SlackWorld;
  /** Refuse what Slack refuses. Default true. */
  readonly strict?: boolean | undefined;
  /** Slack's rate limits. Default: as `strict`. False for the bench, which asks in seconds what people ask in hours. */
  readonly limits?: boolean | undefined;
  /** Show the page of local-slack. Default true; false works without its program. */
  readonly page?: boolean | undefined;
  /** Milliseconds; moves trigger ids, response URLs, rate limits and message timestamps. Signatures keep the real time. */
  readonly now?: (() => number) | undefined;
  readonly ackTimeoutMs?: number | undefined;
  /** Waits before each retry of an event. Slack's are 0, 60 s, 300 s; here 0, 100 and 300 ms unless told. */
  readonly retryBackoffMs?: readonly number[] | undefined;
}

export interface SlackFront extends Acting {
  /** Ends in `/api/`. */
  readonly apiUrl: string;
  /** For a person's browser; '' without a page. */
  readonly pageUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly botUserId: string;
  /** Where the bot's Slack endpoint is, in http mode. */
  readonly setRequestUrl: (url: string) => Promise<void>;
  /** In socket mode: resolves once a bot is connected. */
  readonly connected: () => Promise<void>;
  readonly socketCount: () => number;
  /** Modals open now, the top of each stack last. */
  readonly openViews: (userId?: string) => readonly StoredView[];
  readonly home: (userId: string) => StoredView | undefined;
  /** What the channel shows: roots and broadcast replies, oldest first. */
  readonly messages: (channelId: string) => readonly StoredMessage[];
  /** The root and its replies, oldest first. */
  readonly thread: (channelId: string, ts: string) => readonly StoredMessage[];
  readonly ephemerals: (userId: string) => readonly StoredEphemeral[];
  readonly files: () => readonly StoredFile[];
  /** The id of the bot's direct conversation with this person. */
  readonly dm: (userId: string) => string;
  readonly faults: SlackFaults;
  /** Every call received, in order; answers to response URLs count as method `response_url`. */
  readonly calls: (method?: string) => readonly ApiCall[];
  /** Builds what Slack would send without sending it; for `deliver`. */
  readonly build: Payloads;
  setMembership: Directory['setMembership'];
  setExtShared: Directory['setExtShared'];
  setArchived: Directory['setArchived'];
  setUserGroup: Directory['setUserGroup'];
  /** Resolves when the page shows everything up to now. */
  readonly pageSettled: () => Promise<void>;
  /** Back to the world as it was seeded: no messages, views, faults or calls. Connections and request URL stay. */
  readonly reset: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const tokens: Tokens = { bot: 'xoxb-sandbox-acuops-bot', app: 'xapp-sandbox-acuops-app' };
const signingSecret = 'sandbox-signing-secret';

/** @throws Error where the page is wanted and this platform has no local-slack */
export const createSlackFront = async (options: SlackFrontOptions): Promise<SlackFront> => {
  const now = options.now ?? Date.now;
  const strict = options.strict ?? true;
  const ids = createIds(now);
  const directory = createDirectory(options.world);
  const record = createRecord();
  let base = '';
  const slack: Slack = {
    now,
    strict,
    ids,
    directory,
    record,
    views: createViewStore(ids, directory.teamId, record.tell),
    triggers: createTriggers(now, ids, strict),
    granted: new Set(options.world.botScopes ?? allBotScopes),
    base: () => base,
  };
  const sockets = createSockets(ids);
  const book = createFaultBook(sockets);
  const settings = {
    mode: options.mode,
    signingSecret,
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    retryBackoffMs: options.retryBackoffMs ?? [0, 100, 300],
  };
  const delivery = createDelivery(settings, sockets, book);
  const payloads = createPayloads(slack);
  const acting = createActing(slack, payloads, delivery);
  const files = createFileMethods(slack);
  const methods: Methods = {
    ...createChatMethods(slack),
    ...createConversationMethods(slack),
    ...createPeopleMethods(slack),
    ...createViewMethods(slack),
    ...files.methods,
    'apps.connections.open': () => ({ url: sockets.makeUrl(base.replace('http', 'ws')) }),
  };
  const limits = createLimits(now, options.limits ?? strict);
  const api = createApi(slack, methods, tokens, book, limits);
  let screen = noScreen;
  const server = await createFrontServer(options.port ?? 0, {
    api,
    files,
    sockets,
    book,
    slack,
    screen: { take: (body, type) => screen.take(body, type) },
  });
  base = `http://127.0.0.1:${server.port}`;
  try {
    if (options.page ?? true) screen = await createScreen(slack, acting, options.pagePort ?? 0);
  } catch (error) {
    await server.stop();
    throw error;
  }

  return {
    ...acting,
    apiUrl: `${base}/api/`,
    pageUrl: screen.url,
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret,
    teamId: directory.teamId,
    botUserId,
    setRequestUrl: (url) => Promise.resolve(delivery.setRequestUrl(url)),
    connected: sockets.connected,
    socketCount: sockets.count,
    openViews: (userId) => (userId === undefined ? slack.views.all() : slack.views.stack(userId)),
    home: slack.views.home,
    messages: (channelId) =>
      record.messages(channelId).filter((one) => one.threadTs === undefined || one.isBroadcast),
    thread: (channelId, ts) => {
      const root = record.message(channelId, ts);
      return [...(root ? [root] : []), ...record.replies(channelId, ts)];
    },
    ephemerals: record.ephemerals,
    files: record.files,
    dm: (userId) => directory.dm(userId).id,
    faults: book.faults,
    calls: (method) => record.calls().filter((call) => method === undefined || call.method === method),
    build: payloads,
    setMembership: directory.setMembership,
    setExtShared: directory.setExtShared,
    setArchived: directory.setArchived,
    setUserGroup: directory.setUserGroup,
    pageSettled: () => screen.settled(),
    reset: async () => {
      book.faults.clear();
      limits.reset();
      directory.reset();
      record.reset();
      slack.views.reset();
      slack.triggers.reset();
      files.reset();
      await screen.reset();
    },
    stop: async () => {
      await screen.stop();
      await server.stop();
    },
  };
};
