/** The server the outside reaches: Slack's events, GitHub's webhooks and the CLI's door, each behind its own path. Everything else is 404. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { cliRoot } from '../operations/cli-protocol.ts';
import type { Logger } from '../runtime/logger.ts';
import { parseTarget, sendNotFound } from './answer.ts';
import { answerErrors, type Door } from './answer-errors.ts';
import type { BodyLimits } from './read-body.ts';
import { createServing, listenOn, type ServeLimits } from './serve.ts';
import { createUnreadBodies } from './unread-bodies.ts';
import { createWebhookDoor, type WebhookHandler } from './webhook-door.ts';

export interface FrontParts {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log: Logger;
  /** Unset in Socket Mode. Reads, verifies and answers by itself. */
  readonly slack?: RequestListener | undefined;
  /** Unset without a webhook secret: unsigned webhooks are not taken. */
  readonly github?: WebhookHandler | undefined;
  readonly cli?: Door | undefined;
  readonly limits?: ServeLimits;
  readonly webhookLimits?: BodyLimits;
  /** Bodies that nobody has vouched for yet, at once and for each door. Default 32. */
  readonly mostUnread?: number;
}

export interface FrontServer {
  readonly port: number;
  readonly url: string;
  readonly stop: (graceMs?: number) => Promise<void>;
}

export const createFrontServer = async (parts: FrontParts): Promise<FrontServer> => {
  /** Signatures are over the whole body, so it is held before anybody is known; the terminal's token comes first. */
  const bounded = (door: Door): Door => {
    const unread = createUnreadBodies(parts.mostUnread ?? 32);
    return (request, response) => {
      unread.watch(request, response);
      return door(request, response);
    };
  };

  const github = parts.github && bounded(createWebhookDoor(parts.github, parts.log, parts.webhookLimits));

  const { slack } = parts;
  // Slack's receiver answers by itself and later; here only its throw at once is caught.
  const events = slack && bounded(async (request, response) => slack(request, response));

  const findDoor = (path: string): Door | undefined => {
    if (path === '/slack/events') return events;
    if (path === '/webhooks/github') return github;
    if (path.startsWith(`${cliRoot}/`)) return parts.cli;
    return undefined;
  };

  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const path = parseTarget(request)?.pathname ?? '';
    const door = findDoor(path);
    if (door) void answerErrors(door, request, response, parts.log);
    else sendNotFound(response);
  };

  const { server, stop } = createServing(receive, parts.limits);
  const { port } = await listenOn(server, parts.host, parts.port);
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return { port, url: `http://${host}:${port}`, stop };
};
