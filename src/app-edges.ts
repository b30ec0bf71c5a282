/** Opens the doors: Slack, webhooks and the terminal. Order matters: nothing is taken in before everything behind it stands. */
import { createWaitFor } from './app-watch.ts';
import { toPlainMrkdwn, toPlainText } from './blocks/plain.ts';
import type { Config, Secrets } from './config/config.ts';
import { createCliDoor, createSocketDoor } from './http/cli-door.ts';
import { createFailureLimit } from './http/failure-limit.ts';
import { createFrontServer } from './http/front-server.ts';
import { createSocketServer } from './http/socket-server.ts';
import type { WebhookHandler } from './http/webhook-door.ts';
import type { ActionList } from './operations/action.ts';
import type { AccessReader } from './operations/ports.ts';
import type { RequestDoor } from './operations/request.ts';
import type { RecordWindowDenial } from './operations/window-denial.ts';
import type { CommandList } from './operations/words.ts';
import { untilAborted } from './runtime/bounded.ts';
import type { Clock } from './runtime/clock.ts';
import type { Logger } from './runtime/logger.ts';
import type { Metrics } from './runtime/metrics.ts';
import type { Readiness } from './runtime/readiness.ts';
import type { Shutdown } from './runtime/shutdown.ts';
import { createSlackApp, type SlackApp } from './slack/create-slack-app.ts';
import { receiveActions } from './slack/receive-action.ts';
import { receiveCommands } from './slack/receive-command.ts';
import { receiveMentions } from './slack/receive-mention.ts';
import { receiveSubmissions } from './slack/receive-submission.ts';
import { findTokenOwner } from './store/access-store.ts';
import type { Database } from './store/database.ts';

export interface EdgeParts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly commands: CommandList;
  readonly door: RequestDoor;
  readonly access: AccessReader;
  readonly actions: ActionList;
  readonly recordDenial: RecordWindowDenial;
  readonly receiveWebhook: WebhookHandler | null;
  readonly localUser: string;
  readonly metrics: Metrics;
  /** Slack's connection is one of its checks. */
  readonly readiness: Pick<Readiness, 'add'>;
  readonly shutdown: Shutdown;
}

const plain = { message: toPlainText, mrkdwn: toPlainMrkdwn };
const failuresPerMinute = 10;

export const openEdges = async (parts: EdgeParts): Promise<{ url: string | null }> => {
  const { config, database, log, shutdown, metrics, readiness } = parts;
  if (!config.roles.includes('bot') || config.slack.mode === null) return { url: null };

  const slack = openSlack(parts, config.slack.mode);
  const counted = countRequests(parts, metrics);
  receive(slack, { ...parts, door: counted });
  readiness.add('slack', async () => (slack.isConnected() ? null : 'Slack is not connected'));

  const cli = {
    door: counted,
    commands: parts.commands,
    plain,
    waitFor: createWaitFor({ ...parts, now: parts.clock.now, zone: config.timeZone }),
    stopping: shutdown.signal,
    findActor: (token: string) => findTokenOwner(database.db, token, parts.clock.now()),
    failures: createFailureLimit(failuresPerMinute, () => parts.clock.now().getTime()),
    allowedHosts: [config.host, ...config.hosts],
  };
  const front = await createFrontServer({
    host: config.host,
    port: config.port,
    log,
    ...(slack.listener ? { slack: slack.listener } : {}),
    ...(parts.receiveWebhook ? { github: parts.receiveWebhook } : {}),
    cli: createCliDoor(cli),
  });
  shutdown.add('front door', () => front.stop(3_000));
  const socket = await createSocketServer({
    dataDir: config.dataFolder,
    door: createSocketDoor(cli, parts.localUser),
    log,
  });
  shutdown.add('terminal socket', () => socket.stop(1_000));
  shutdown.add('Slack', () => slack.stop(4_000));
  // Slack may be away for as long as it likes.
  await untilAborted(slack.start(), shutdown.signal);
  return { url: front.url };
};

const openSlack = ({ config, secrets, log, clock }: EdgeParts, mode: 'socket' | 'http'): SlackApp =>
  createSlackApp({
    mode,
    botToken: secrets.slackBotToken,
    appToken: secrets.slackAppToken ?? undefined,
    signingSecret: secrets.slackSigningSecret ?? undefined,
    apiUrl: config.slack.apiUrl,
    log: (level, line, detail) => log[level](line, { ...detail }),
    now: clock.now,
  });

const receive = (slack: SlackApp, parts: EdgeParts): void => {
  const { door, commands, access, actions, recordDenial, log: logger } = parts;
  const log = (level: 'warn' | 'error', line: string, detail: object) => logger[level](line, { ...detail });
  receiveCommands(slack, { door, commands, log });
  receiveMentions(slack, { door, commands, log });
  receiveActions(slack, { door, access, actions, recordDenial, log });
  receiveSubmissions(slack, { door, actions, log });
};

const countRequests = ({ door, commands }: EdgeParts, metrics: Metrics): RequestDoor => ({
  request: async (call) => {
    const startedAt = performance.now();
    const verb = commands.find(call.verb)?.verb ?? 'unknown';
    const count = (outcome: 'answered' | 'started' | 'refused' | 'failed') =>
      metrics.countRequest(verb, outcome, (performance.now() - startedAt) / 1000);
    try {
      const receipt = await door.request(call);
      count(receipt.kind);
      return receipt;
    } catch (error) {
      count('failed');
      throw error;
    }
  },
});
