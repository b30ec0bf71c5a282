import { afterEach, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import { createSlackApp, type SlackApp, type SlackOptions } from '../../src/slack/create-slack-app.ts';
import { eventually, startDesk, type TestDesk, world } from './desk.ts';

let desk: TestDesk | null = null;
let front: SlackFront | null = null;
let slack: SlackApp | null = null;
afterEach(async () => {
  await desk?.stop();
  await slack?.stop(100);
  await front?.stop();
  desk = null;
  front = null;
  slack = null;
});

const make = async (set: (given: SlackFront) => Partial<SlackOptions>): Promise<SlackApp> => {
  front = await createSlackFront({ mode: 'socket', world, page: false });
  slack = createSlackApp({
    mode: 'socket',
    botToken: front.botToken,
    appToken: front.appToken,
    apiUrl: front.apiUrl,
    log: () => undefined,
    ...set(front),
  });
  return slack;
};

describe('a connection by socket', () => {
  it('that Slack refreshes is made anew at once, and hears what comes next', async () => {
    desk = await startDesk('socket');
    const { front: slackFront, pretend } = desk;
    const opened = slackFront.calls('apps.connections.open').length;
    const start = performance.now();
    slackFront.faults.refreshSockets();
    await eventually(
      () => slackFront.calls('apps.connections.open').length > opened && slackFront.socketCount() === 1,
    );
    expect(performance.now() - start).toBeLessThan(1_500);
    const [ack] = await slackFront.command('U0ANN', 'C0OPS', 'ping');
    expect(ack?.kind).toBe('answered');
    expect(pretend.calls).toHaveLength(1);
  });

  it('that breaks while Slack answers 500 comes back, and nothing is left unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      desk = await startDesk('socket');
      const { front: slackFront, slack: app } = desk;
      slackFront.faults.serverError('apps.connections.open', { times: 2 });
      slackFront.faults.dropSockets();
      await eventually(() => !app.isConnected());
      await eventually(() => slackFront.faults.pending() === 0 && app.isConnected(), 10_000);
      const [ack] = await slackFront.command('U0ANN', 'C0OPS', 'ping');
      expect(ack?.kind).toBe('answered');
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('with a refused app token says which setting is wrong', async () => {
    const app = await make(() => ({ appToken: 'xapp-wrong' }));
    await expect(app.start()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('SLACK_APP_TOKEN') as string,
    });
  });
});

describe('the start', () => {
  it('with a refused bot token says which setting is wrong', async () => {
    const app = await make(() => ({ botToken: 'xoxb-wrong' }));
    await expect(app.start()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('SLACK_BOT_TOKEN') as string,
    });
  });

  it('in http mode does without an answer and asks again when it needs one', async () => {
    const app = await make(() => ({ mode: 'http', signingSecret: 'x' }));
    front?.faults.serverError('auth.test');
    await app.start();
    expect(await app.identity()).toMatchObject({ teamId: front?.teamId, botUserId: front?.botUserId });
    await app.identity();
    expect(front?.calls('auth.test')).toHaveLength(2);
  });

  it.each([
    ['http', 'SLACK_SIGNING_SECRET'],
    ['socket', 'SLACK_APP_TOKEN'],
  ] as const)('in %s mode without its secret names %s', (mode, name) => {
    expect(() => createSlackApp({ mode, botToken: 'xoxb-1', appToken: '', log: () => undefined })).toThrow(
      name,
    );
  });
});

describe('the stop', () => {
  it.each(['http', 'socket'] as const)(
    'in %s mode waits for what is running, and not for ever',
    async (mode) => {
      desk = await startDesk(mode);
      const written = Promise.withResolvers<void>();
      desk.pretend.setBefore(() => written.promise);
      const acks = desk.front.command('U0ANN', 'C0OPS', 'work');
      await eventually(() => desk?.pretend.calls.length === 1);
      let stopped = false;
      const stop = desk.slack.stop(5_000).then(() => {
        stopped = true;
      });
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
      expect(stopped).toBe(false);
      written.resolve();
      await stop;
      expect((await acks)[0]).toMatchObject({ kind: 'answered' });
    },
  );

  it('is bounded where a listener hangs', async () => {
    desk = await startDesk('http', { withinMs: 10_000, ackTimeoutMs: 400 });
    desk.pretend.setBefore(() => new Promise(() => undefined));
    const acks = desk.front.command('U0ANN', 'C0OPS', 'work');
    await eventually(() => desk?.pretend.calls.length === 1);
    const start = performance.now();
    await desk.slack.stop(200);
    expect(performance.now() - start).toBeLessThan(1_500);
    await acks;
  });
});

it('never logs a token', async () => {
  desk = await startDesk('http');
  desk.front.faults.serverError('chat.postMessage');
  await desk.slack.clients.cards.chat
    .postEphemeral({ channel: 'C0OUT', user: 'U0ANN', text: 'x' })
    .catch(() => undefined);
  desk.front.faults.silence('conversations.info');
  await desk.slack.clients.facts.conversations.info({ channel: 'C0OPS' }).catch(() => undefined);
  const written = JSON.stringify(desk.lines, (_key, value: unknown) =>
    value instanceof Error ? { message: value.message, stack: value.stack } : value,
  );
  expect(desk.lines.length).toBeGreaterThan(0);
  expect(written).not.toContain(desk.front.botToken);
});
