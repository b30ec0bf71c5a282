// Every fault that can be ordered for an API call happens, as often as ordered, and then no more.

import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { startBot, until, world } from './bolt-bot.ts';
import { codeOf, connect, refusalOf } from './web-client.ts';

let front: SlackFront;
let client: WebClient;
beforeAll(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false });
  client = connect(front);
});
beforeEach(() => front.reset());
afterAll(() => front.stop());

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's
const post = (text = 'hello') => client.chat.postMessage({ channel: 'C0OPS', text });

test('a rate limit names the seconds, twice as ordered', async () => {
  front.faults.rateLimit('chat.postMessage', { retryAfterSeconds: 7, times: 2 });
  expect(await codeOf(post())).toBe('slack_webapi_rate_limited_error');
  const raw = await fetch(`${front.apiUrl}chat.postMessage`, { method: 'POST' });
  expect([raw.status, raw.headers.get('retry-after')]).toEqual([429, '7']);
  await post();
  expect(front.messages('C0OPS')).toHaveLength(1);
  expect(front.calls('chat.postMessage').map((call) => call.status)).toEqual([429, 429, 200]);
});

test('a server error does nothing in Slack', async () => {
  front.faults.serverError('*', { status: 503 });
  expect(await codeOf(post())).toBe('slack_webapi_http_error');
  expect(front.messages('C0OPS')).toEqual([]);
});

test('a lost answer is done in Slack all the same', async () => {
  front.faults.loseAnswer('chat.postMessage');
  expect(await codeOf(post())).toBe('slack_webapi_request_error');
  expect(front.messages('C0OPS').map((message) => message.text)).toEqual(['hello']);
  expect(front.calls()[0]).toMatchObject({ status: 0, ok: true });
});

test('a swallowed request is never answered and never done', async () => {
  front.faults.silence('chat.postMessage');
  const impatient = fetch(`${front.apiUrl}chat.postMessage`, {
    method: 'POST',
    signal: AbortSignal.timeout(150),
  });
  await expect(impatient).rejects.toThrow(/timeout/);
  expect(front.messages('C0OPS')).toEqual([]);
  expect(front.calls()).toMatchObject([{ status: 0, ok: false }]);
});

test('a slow answer comes later', async () => {
  front.faults.slow('auth.test', { ms: 120 });
  const startedAt = performance.now();
  await client.auth.test();
  expect(performance.now() - startedAt).toBeGreaterThan(110);
});

test('a platform error is what was ordered, and for that method only', async () => {
  front.faults.platformError('chat.update', 'edit_window_closed');
  const { ts } = await post();
  const update = () => client.chat.update({ channel: 'C0OPS', ts: ts ?? '', text: 'new' });
  expect(await refusalOf(update())).toMatchObject({ error: 'edit_window_closed' });
  await update();
  expect(front.faults.pending()).toBe(0);
});

test('what was ordered can be called off', async () => {
  front.faults.platformError('*', 'fatal_error', { times: 9 });
  expect(front.faults.pending()).toBe(9);
  front.faults.clear();
  await post();
});

test('calls are noted without the token', async () => {
  await post('noted');
  const [call] = front.calls('chat.postMessage');
  expect(call?.args).toEqual({ channel: 'C0OPS', text: 'noted' });
});

test('cut and refreshed sockets come back, and one of several connections gets each envelope', async () => {
  const socketFront = await createSlackFront({ mode: 'socket', world, page: false });
  // The client reconnects after this long, and gives up a silent server after it too.
  const bots = [await startBot(socketFront, 'socket', 500), await startBot(socketFront, 'socket', 500)];
  await until(() => socketFront.socketCount() === 2, 'two connections');
  const acks = await socketFront.command('U0ANN', 'C0OPS', 'quiet', { times: 4 });
  expect(acks.every((ack) => ack.ok)).toBe(true);
  expect(bots.map((bot) => bot.heard.length)).toEqual([2, 2]);

  socketFront.faults.dropSockets();
  await until(() => socketFront.socketCount() === 0, 'the cut', 300);
  const [lost] = await socketFront.command('U0ANN', 'C0OPS', 'quiet');
  expect(lost?.kind).toBe('unreachable');
  await until(() => socketFront.socketCount() === 2, 'two connections again');
  expect(socketFront.calls('apps.connections.open')).toHaveLength(4);
  socketFront.faults.refreshSockets();
  const opened = () => socketFront.calls('apps.connections.open').length;
  await until(() => opened() === 6, 'both asked for a new one', 3000);
  await until(() => socketFront.socketCount() === 2, 'two connections once more');
  const [back] = await socketFront.command('U0ANN', 'C0OPS', 'quiet');
  expect(back?.ok).toBe(true);
  await Promise.all(bots.map((bot) => bot.stop()));
  await socketFront.stop();
});
