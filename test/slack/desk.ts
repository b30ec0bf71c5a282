/** A desk's Slack side for tests: the real Bolt app joined to the pretend Slack in either mode, with a door, access and actions written by hand. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackFront, type SlackFront, type SlackWorld } from '../../sandbox/slack/front.ts';
import type { ActionList } from '../../src/operations/action.ts';
import type { AccessReader } from '../../src/operations/ports.ts';
import type { RequestDoor } from '../../src/operations/request.ts';
import type { CommandList } from '../../src/operations/words.ts';
import { createSlackApp, type SlackApp } from '../../src/slack/create-slack-app.ts';
import { receiveActions } from '../../src/slack/receive-action.ts';
import { receiveCommands } from '../../src/slack/receive-command.ts';
import { receiveMentions } from '../../src/slack/receive-mention.ts';
import { receiveSubmissions } from '../../src/slack/receive-submission.ts';
import type { SlackClients } from '../../src/slack/slack-clients.ts';
import { commands, createPretendDoor, type PretendDoor } from '../support/pretend-door.ts';

export const world: SlackWorld = {
  people: [
    { id: 'U0ANN', name: 'Ann Arbour' },
    { id: 'U0BEN', name: 'Ben Bold' },
    { id: 'U0EVE', name: 'Eve Elsewhere', teamId: 'T0OTHER' },
  ],
  channels: [
    { id: 'C0OPS', name: 'ops', memberIds: ['U0ANN', 'U0BEN'], botIsMember: true },
    { id: 'C0OUT', name: 'lobby', memberIds: ['U0ANN'], botIsMember: false },
    { id: 'C0EXT', name: 'shared', isExtShared: true, memberIds: ['U0ANN', 'U0EVE'], botIsMember: true },
  ],
  userGroups: [{ id: 'S0CALL', handle: 'on-call', userIds: ['U0ANN'] }],
};

export interface LogLine {
  readonly level: 'warn' | 'error';
  readonly line: string;
  readonly detail: object;
}

export interface TestDesk {
  readonly front: SlackFront;
  readonly slack: SlackApp;
  readonly pretend: PretendDoor;
  readonly lines: LogLine[];
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface TestDeskOptions {
  readonly actions?: ActionList;
  /** Instead of the pretend door and its verbs. */
  readonly door?: RequestDoor;
  readonly commands?: CommandList;
  readonly access?: AccessReader;
  readonly withinMs?: number;
  /** How long the pretend Slack waits before it brings an event again. */
  readonly ackTimeoutMs?: number;
  readonly world?: SlackWorld;
  readonly patience?: Partial<Record<keyof SlackClients, number>>;
}

export const noActions: ActionList = { findAction: () => undefined, findSubmission: () => undefined };
const nobody: AccessReader = {
  readAccess: async () => ({ grants: [], audience: { kind: 'team' } }),
};

export const startDesk = async (
  mode: 'http' | 'socket',
  options: TestDeskOptions = {},
): Promise<TestDesk> => {
  const front = await createSlackFront({
    mode,
    world: options.world ?? world,
    page: false,
    ackTimeoutMs: options.ackTimeoutMs,
  });
  const lines: LogLine[] = [];
  const log = (level: 'warn' | 'error', line: string, detail: object): void =>
    void lines.push({ level, line, detail });
  const slack = createSlackApp({
    mode,
    botToken: front.botToken,
    appToken: front.appToken,
    signingSecret: front.signingSecret,
    apiUrl: front.apiUrl,
    log,
    ...(options.patience ? { patience: options.patience } : {}),
  });
  const pretend = createPretendDoor();
  const parts = {
    door: options.door ?? pretend.door,
    commands: options.commands ?? commands,
    log,
    access: options.access ?? nobody,
    actions: options.actions ?? noActions,
    recordDenial: async () => undefined,
    ...(options.withinMs === undefined ? {} : { withinMs: options.withinMs }),
  };
  receiveCommands(slack, parts);
  receiveMentions(slack, parts);
  receiveActions(slack, parts);
  receiveSubmissions(slack, parts);
  const { server, url } = await listen(slack);
  await front.setRequestUrl(url);
  await slack.start();
  if (mode === 'socket') await front.connected();
  return {
    front,
    slack,
    pretend,
    lines,
    url,
    stop: async () => {
      await slack.stop(2_000);
      server?.closeAllConnections();
      server?.close();
      await front.stop();
    },
  };
};

const listen = async (slack: SlackApp): Promise<{ server: Server | null; url: string }> => {
  if (!slack.listener) return { server: null, url: '' };
  const server = createServer(slack.listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/slack/events` };
};

/** For what follows an acknowledgement. */
export const eventually = async <T>(read: () => T | undefined | null | false, mostMs = 5_000): Promise<T> => {
  const end = performance.now() + mostMs;
  for (;;) {
    const found = read();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
};
