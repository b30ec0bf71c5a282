import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRunApplier } from '../../../src/systems/github/apply-run.ts';
import { createWebhookReceiver, type Received } from '../../../src/systems/github/webhooks.ts';
import { afterTest, openWorld } from './world.ts';

const secret = "It's a Secret to Everybody";
const sign = (body: string, key = secret) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
const toHeaders = (body: string, more: Record<string, string> = {}) => ({
  'x-hub-signature-256': sign(body),
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-github-event': 'ping',
  ...more,
});
const receive = createWebhookReceiver({ secret });

describe('a delivery', () => {
  it("with GitHub's published test vector is genuine", async () => {
    const headers = {
      ...toHeaders(''),
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(await receive(headers, Buffer.from('Hello, World!'))).toEqual({
      kind: 'accepted',
      deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      event: { kind: 'ignored', event: 'ping' },
    });
  });

  it.each([
    ['no signature', { 'x-hub-signature-256': '' }],
    ['the old signature only', { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=00' }],
    ['a signature by another secret', { 'x-hub-signature-256': sign('{}', 'other') }],
    ['a signature of another body', { 'x-hub-signature-256': sign('{ }') }],
    ['nonsense for a signature', { 'x-hub-signature-256': 'sha256=zz' }],
  ])('with %s is refused', async (_name, more) => {
    expect(await receive(toHeaders('{}', more), Buffer.from('{}'))).toMatchObject({
      kind: 'refused',
      status: 401,
    });
  });

  it('without body, id or event is refused', async () => {
    expect(await receive(toHeaders(''), Buffer.from(''))).toMatchObject({ status: 401 });
    expect(await receive(toHeaders('{}', { 'x-github-delivery': '' }), Buffer.from('{}'))).toMatchObject({
      status: 400,
    });
    expect(await receive(toHeaders('{}', { 'x-github-event': '' }), Buffer.from('{}'))).toMatchObject({
      status: 400,
    });
  });

  it.each([
    '{',
    '{}',
    '[]',
    'null',
    '{"workflow_run":{"id":"1"},"repository":{"full_name":"a/b"}}',
    '{"repository":{"full_name":"../x"}}',
  ])('that is genuine and not readable is refused: %s', async (body) => {
    const outcome = await receive(toHeaders(body, { 'x-github-event': 'workflow_run' }), Buffer.from(body));
    expect(outcome).toMatchObject({
      kind: 'refused',
      status: 400,
      say: expect.stringContaining('workflow_run payload'),
    });
  });
});

const openHooked = async () => {
  const world = await openWorld();
  const { front, cache, clock } = world;
  const accept = createWebhookReceiver({ secret: front.webhookSecret });
  const apply = createRunApplier({ cache, clock });
  const received: Received[] = [];
  const stale: (readonly string[])[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      void accept(request.headers, Buffer.concat(parts)).then(async (outcome) => {
        received.push(outcome);
        if (outcome.kind === 'accepted') stale.push(await apply(outcome.event));
        response.writeHead(outcome.kind === 'accepted' ? 202 : outcome.status).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => server.close());
  const address = server.address();
  front.setWebhookTarget(
    `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
  );
  const settle = async () => {
    await front.webhooks.settled();
    return stale.splice(0);
  };
  return { ...world, received, settle };
};

const running = {
  file: 'acuops-deploy.yml',
  event: 'push',
  status: 'in_progress',
  jobs: [{ name: 'deploy', conclusion: null, status: 'in_progress' }],
} as const;

describe('an event', () => {
  it('makes the next read ask for what changed, and only that', async () => {
    const { front, read, takeCalls, settle, received, clock } = await openHooked();
    await read();
    clock.move(1_000);
    const id = front.addRun('heritage', { ...running, createdAt: clock.now(), announce: true });
    await settle();
    takeCalls();
    expect((await read()).runs).toMatchObject({ value: [{ id, status: 'in_progress' }, {}, {}] });
    expect(takeCalls()).toMatchObject({ count: 1, charged: 1 });

    clock.move(1_000);
    front.updateRun('heritage', id, { conclusion: 'success' });
    await settle();
    takeCalls();
    clock.move(1);
    expect((await read()).runs).toMatchObject({ value: [{ id, conclusion: 'success' }, {}, {}] });
    const { calls, charged } = takeCalls();
    // Runs and jobs changed; the tags might have, and cost nothing.
    expect({ count: calls.length, charged }).toEqual({ count: 3, charged: 2 });
    expect(received.map((one) => one.kind === 'accepted' && one.event.kind)).toEqual([
      'run-changed',
      'job-changed',
      'run-changed',
    ]);
  });

  it('that comes again or late changes nothing', async () => {
    const { front, read, takeCalls, settle, clock } = await openHooked();
    front.webhooks.duplicate(1);
    const id = front.addRun('heritage', { ...running, createdAt: clock.now(), announce: true });
    clock.move(2_000);
    front.updateRun('heritage', id, { conclusion: 'failure' });
    await settle();
    clock.move(1_000);
    await read();
    takeCalls();
    for (const { guid } of front.webhooks.deliveries()) await front.webhooks.redeliver(guid);
    expect((await settle()).flat()).toEqual([]);
    await read();
    expect(takeCalls().count).toBe(0);
  });

  it('of an earlier attempt does not undo a later one', async () => {
    const { front, read, settle, clock } = await openHooked();
    const id = front.addRun('heritage', { ...running, createdAt: clock.now() });
    front.updateRun('heritage', id, { conclusion: 'failure' });
    await settle();
    const old = front.webhooks.deliveries().at(-1)?.guid ?? '';
    front.addRun('heritage', {
      ...running,
      status: 'completed',
      createdAt: clock.now(),
      attempt: 2,
      jobs: [],
    });
    const { runs } = await read();
    expect(runs.kind === 'known' && runs.value.some((run) => run.attempt === 2)).toBe(true);
    await front.webhooks.redeliver(old);
    expect((await settle()).flat()).toEqual([]);
  });

  it('is not undone by a read that began before it', async () => {
    const { front, read, settle, clock, cache } = await openHooked();
    await read();
    clock.move(400_000);
    // The answer is on its way while the event arrives: it was asked for earlier, so it is out of date at once.
    front.faults.slow({ path: '/repos/acme/heritage/actions/runs', times: 1 }, 150);
    const slow = read();
    await expect.poll(() => front.calls().length, { interval: 1 }).toBeGreaterThan(0);
    front.addRun('heritage', { ...running, createdAt: clock.now(), announce: true });
    await settle();
    await slow;
    expect([...cache.entries.keys()].some((key) => key.startsWith('changed/'))).toBe(true);
    clock.move(10);
    expect((await read()).runs).toMatchObject({ value: [{ status: 'in_progress' }, {}, {}] });
  });

  it('hides an answer that it made wrong even when the limit is reached', async () => {
    const { front, read, settle, clock } = await openHooked();
    await read();
    clock.move(1_000);
    front.addRun('heritage', { ...running, createdAt: clock.now(), announce: true });
    await settle();
    front.faults.secondaryLimit({ path: '*' }, 600);
    const facts = await read();
    expect(facts.runs).toMatchObject({ kind: 'unknown', reason: 'rate-limited' });
    expect(facts.workflows.kind).toBe('known');
  });
});
