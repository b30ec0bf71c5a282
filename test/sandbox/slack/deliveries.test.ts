// Deliveries can be repeated, replayed, reordered, delayed, dropped, rewritten and forged; events are tried again.

import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { type Bot, startBot, until, world } from './bolt-bot.ts';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

const start = async (mode: 'http' | 'socket') => {
  const front = await createSlackFront({ mode, world, page: false, retryBackoffMs: [0, 10, 20] });
  const bot = await startBot(front, mode);
  stops.push(bot.stop, front.stop);
  return { front, bot };
};

const commandsOf = (bot: Bot) => bot.heard.filter((one) => one.kind === 'command');

describe.each(['http', 'socket'] as const)('over %s', (mode) => {
  test('a person doing it twice brings two trigger ids, a replay brings the same one', async () => {
    const { front, bot } = await start(mode);
    await front.command('U0ANN', 'C0OPS', 'quiet', { times: 2, concurrently: true });
    expect(new Set(commandsOf(bot).map((one) => one.triggerId)).size).toBe(2);
    bot.heard.length = 0;
    const acks = await front.command('U0ANN', 'C0OPS', 'quiet', { times: 3, replay: true });
    expect(acks.map((ack) => ack.ok)).toEqual([true, true, true]);
    expect(commandsOf(bot)).toHaveLength(3);
    expect(new Set(commandsOf(bot).map((one) => one.triggerId)).size).toBe(1);
  });

  test('the way can duplicate, drop, delay and rewrite', async () => {
    const { front, bot } = await start(mode);
    front.faults.duplicateDelivery('command', { copies: 3 });
    await front.command('U0ANN', 'C0OPS', 'quiet');
    expect(commandsOf(bot)).toHaveLength(3);

    front.faults.dropDelivery('command');
    const [dropped] = await front.command('U0ANN', 'C0OPS', 'quiet');
    expect(dropped).toMatchObject({ kind: 'dropped', ok: false, attempts: 0 });
    expect(commandsOf(bot)).toHaveLength(3);

    front.faults.delayDelivery('command', { ms: 60 });
    const [late] = await front.command('U0ANN', 'C0OPS', 'quiet');
    expect(late?.elapsedMs).toBeGreaterThanOrEqual(55);

    front.faults.rewriteDelivery('command', (payload) => ({ ...payload, text: 'whisper' }));
    await front.command('U0ANN', 'C0OPS', 'quiet');
    expect(commandsOf(bot).at(-1)?.text).toBe('whisper');
  });

  test('the way can turn the order round', async () => {
    const { front, bot } = await start(mode);
    front.faults.reverseDeliveries('command', { count: 3 });
    const texts = ['quiet', 'whisper', 'third'];
    await Promise.all(texts.map((text) => front.command('U0ANN', 'C0OPS', text)));
    expect(commandsOf(bot).map((one) => one.text)).toEqual(texts.toReversed());
  });

  test('an event that nobody takes is tried three times more, a command is not', async () => {
    const { front, bot } = await start(mode);
    await bot.stop();
    const [event] = await front.mention('U0ANN', 'C0OPS', 'anyone');
    expect(event).toMatchObject({ kind: 'unreachable', attempts: 4 });
    const [command] = await front.command('U0ANN', 'C0OPS', 'anyone');
    expect(command).toMatchObject({ kind: 'unreachable', attempts: 1 });
  });

  test('an event is one thing however often it comes', async () => {
    const { front, bot } = await start(mode);
    front.faults.duplicateDelivery('event');
    await front.mention('U0ANN', 'C0OPS', 'hello');
    await until(() => bot.heard.length === 2, 'both copies');
    expect(new Set(bot.heard.map((one) => one.eventId)).size).toBe(1);
    expect(front.messages('C0OPS').filter((one) => one.userId === 'U0ANN')).toHaveLength(1);
  });

  test('a click on an old picture carries the old value', async () => {
    const { front, bot } = await start(mode);
    await front.command('U0ANN', 'C0OPS', 'card');
    await until(() => front.messages('C0OPS').length === 1, 'the card');
    const ts = front.messages('C0OPS')[0]?.ts ?? '';
    await front.click('U0ANN', 'C0OPS', ts, { actionId: 'approve' }, { times: 2, concurrently: true });
    await until(() => bot.heard.filter((one) => one.kind === 'approve').length === 2, 'both clicks');
    expect(new Set(bot.heard.slice(-2).map((one) => one.triggerId)).size).toBe(2);
    // The buttons are gone by now; Ben's screen still showed them.
    await until(() => front.messages('C0OPS')[0]?.blocks.length === 0, 'the update');
    await front.click('U0BEN', 'C0OPS', ts, { actionId: 'approve', value: 'forged' });
    expect(bot.heard.at(-1)).toMatchObject({ kind: 'approve', text: 'forged' });
    await expect(front.click('U0BEN', 'C0OPS', ts, { actionId: 'no such' })).rejects.toThrow(
      /No button no such.*none/,
    );
  });
});

test('what is wrong with the bot’s answer to a command is said', async () => {
  const { front, bot } = await start('http');
  bot.app.command('/wrong', ({ ack }) => ack({ text: 'x', blocks: [{ type: 'nonsense' }] }));
  const [ack] = await front.command('U0ANN', 'C0OPS', '', { command: '/wrong' });
  expect(ack?.problem).toMatch(/invalid_blocks.*nonsense/);
  expect(front.ephemerals('U0ANN')).toEqual([]);
});

test('deliveries without a proper signature are refused by the bot', async () => {
  const { front, bot } = await start('http');
  const { payload } = front.build.command('U0ANN', 'C0OPS', '/acuops', 'quiet');
  for (const signature of ['wrong', 'old', 'missing'] as const) {
    expect(await front.deliver('command', payload, { signature })).toMatchObject({
      kind: 'refused',
      status: 401,
    });
  }
  expect(bot.heard).toEqual([]);
  expect(await front.deliver('command', payload)).toMatchObject({ ok: true });
});

describe('retries of an event over http', () => {
  let seen: (string | undefined)[] = [];
  const listen = async (
    front: SlackFront,
    answer: (attempt: number) => { status: number; noRetry?: boolean },
  ) => {
    seen = [];
    const server: Server = createServer((request, response) => {
      const said = answer(seen.length);
      seen.push(
        [request.headers['x-slack-retry-num'], request.headers['x-slack-retry-reason']].join(' ').trim(),
      );
      response.writeHead(said.status, said.noRetry ? { 'x-slack-no-retry': '1' } : {}).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    await front.setRequestUrl(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`);
    stops.push(async () => void server.close());
  };

  test('say how many and why, and end when taken', async () => {
    const front = await createSlackFront({ mode: 'http', world, page: false, retryBackoffMs: [0, 1, 1] });
    stops.push(front.stop);
    await listen(front, (attempt) => ({ status: attempt < 2 ? 500 : 200 }));
    const [ack] = await front.mention('U0ANN', 'C0OPS', 'x');
    expect(ack).toMatchObject({ ok: true, attempts: 3 });
    expect(seen).toEqual(['', '1 http_error', '2 http_error']);
  });

  test('end when the bot says so', async () => {
    const front = await createSlackFront({ mode: 'http', world, page: false, retryBackoffMs: [0, 1, 1] });
    stops.push(front.stop);
    await listen(front, () => ({ status: 500, noRetry: true }));
    const [ack] = await front.mention('U0ANN', 'C0OPS', 'x');
    expect(ack).toMatchObject({ ok: false, attempts: 1, status: 500 });
  });
});
