import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GitHubFront } from '../../../sandbox/github/front.ts';
import { listenOnLoopback, stopServer } from '../../../sandbox/loopback.ts';
import { createLively } from './support.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let front: GitHubFront;
let live: number;
let target: Server;
let received: Received[];

const words = (): string[] =>
  received.map(({ headers, text }) => {
    const body = JSON.parse(text) as { action: string; workflow_job?: { name: string } };
    return [headers['x-github-event'], body.action, body.workflow_job?.name].filter(Boolean).join(' ');
  });

beforeEach(async () => {
  received = [];
  target = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      received.push({ headers: request.headers, text });
      response.writeHead(202).end();
    });
  });
  const port = await listenOnLoopback(target, 0);
  ({ front, live } = await createLively());
  front.setWebhookTarget(`http://127.0.0.1:${port}/webhooks/github`);
});
afterEach(async () => {
  await front.stop();
  await stopServer(target);
});

const finish = (): void =>
  front.updateRun('acuops-heritage', live, { status: 'completed', conclusion: 'success' });

test('a delivery is signed over its bytes and carries a GUID', async () => {
  finish();
  await front.webhooks.settled();
  expect(words()).toEqual(['workflow_job completed deploy', 'workflow_run completed']);
  for (const { headers, text } of received) {
    const digest = createHmac('sha256', front.webhookSecret).update(text).digest('hex');
    expect(headers['x-hub-signature-256']).toBe(`sha256=${digest}`);
    expect(headers['x-github-delivery']).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/u,
    );
  }
  expect(front.webhooks.deliveries().map((delivery) => delivery.status)).toEqual([202, 202]);
});

test('a run that starts and ends sends requested, in_progress, completed; seeding sends nothing', async () => {
  const createdAt = new Date();
  const run = {
    file: 'ci.yml',
    event: 'push',
    status: 'queued',
    createdAt,
    jobs: [{ name: 'lint', conclusion: null }],
  } as const;
  front.addRun('acuops-heritage', run);
  const id = front.addRun('acuops-heritage', { ...run, announce: true });
  front.updateRun('acuops-heritage', id, {
    status: 'in_progress',
    jobs: [{ name: 'lint', conclusion: null, status: 'in_progress' }],
  });
  front.updateRun('acuops-heritage', id, { conclusion: 'failure' });
  await front.webhooks.settled();
  expect(words()).toEqual([
    'workflow_run requested',
    'workflow_run in_progress',
    'workflow_job in_progress lint',
    'workflow_job completed lint',
    'workflow_run completed',
  ]);
});

test('lost: never comes; redelivered by hand: same id', async () => {
  front.webhooks.lose(2);
  finish();
  await front.webhooks.settled();
  expect(received).toEqual([]);
  const guid = front.webhooks.deliveries()[1]?.guid ?? '';
  await front.webhooks.redeliver(guid);
  expect(words()).toEqual(['workflow_run completed']);
  expect(received[0]?.headers['x-github-delivery']).toBe(guid);
});

test('doubled: comes twice with one id', async () => {
  front.webhooks.duplicate(1);
  finish();
  await front.webhooks.settled();
  const guids = received.map(({ headers }) => headers['x-github-delivery']);
  expect(guids).toHaveLength(3);
  expect(guids[0]).toBe(guids[1]);
});

test('reordered: the later one comes first', async () => {
  front.webhooks.reorder(1);
  finish();
  await front.webhooks.settled();
  expect(words()).toEqual(['workflow_run completed', 'workflow_job completed deploy']);
});

test('a repository without access sends none', async () => {
  front.setAccessible('acuops-heritage', false);
  finish();
  await front.webhooks.settled();
  expect(received).toEqual([]);
});
