import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { createFrontServer, type FrontParts, type FrontServer } from '../../src/http/front-server.ts';
import { createKeptLog } from '../support/quiet-log.ts';

const open: FrontServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop(100)));
});

const start = async (parts: Partial<FrontParts> = {}): Promise<FrontServer> => {
  const server = await createFrontServer({ host: '127.0.0.1', port: 0, log: createKeptLog().log, ...parts });
  open.push(server);
  return server;
};

/** Bytes as they are, and what comes back until the connection ends. */
const talk = (port: number, head: string): { socket: Socket; ended: Promise<string> } => {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.on('data', (part: Buffer) => (got += part.toString()));
  socket.on('error', () => {});
  socket.write(head);
  return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(got))) };
};

const timed = async <T>(work: Promise<T>): Promise<{ value: T; ms: number }> => {
  const startedAt = performance.now();
  const value = await work;
  return { value, ms: performance.now() - startedAt };
};

it('answers 404 in JSON where nothing is served: unknown paths, and doors that are not configured', async () => {
  const { url } = await start();
  for (const path of ['/', '/slack/events', '/webhooks/github', '/cli/v1/help', '//evil.example/x']) {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
    expect([path, response.status]).toEqual([path, 404]);
    expect(await response.json()).toMatchObject({ error: 'not-found' });
  }
});

it("hands Slack's requests on untouched", async () => {
  const { url } = await start({
    slack: (request, response) => {
      request.pipe(response);
    },
  });
  const response = await fetch(`${url}/slack/events?x=1`, { method: 'POST', body: 'token=a&b=%20c' });
  expect(await response.text()).toBe('token=a&b=%20c');
});

it("survives a throw of Slack's receiver", async () => {
  const { url } = await start({
    slack: () => {
      throw new Error('inner');
    },
  });
  const response = await fetch(`${url}/slack/events`, { method: 'POST', body: '{}' });
  expect([response.status, await response.json()]).toMatchObject([500, { error: 'broken' }]);
});

it('gives the GitHub handler the bytes as they came, and answers as it says', async () => {
  const seen: { event: unknown; digest: string }[] = [];
  const { url } = await start({
    github: (headers, body) => {
      seen.push({
        event: headers['x-github-event'],
        digest: createHash('sha256').update(body).digest('hex'),
      });
      return Promise.resolve({ status: 202, say: 'noted' });
    },
  });
  const body = Buffer.from('{"a": "\u00e9\\u0000",\r\n "b":1}');
  const response = await fetch(`${url}/webhooks/github`, {
    method: 'POST',
    body,
    headers: { 'x-github-event': 'workflow_run' },
  });
  expect([response.status, await response.json()]).toEqual([202, { say: 'noted' }]);
  expect(seen).toEqual([{ event: 'workflow_run', digest: createHash('sha256').update(body).digest('hex') }]);
  expect((await fetch(`${url}/webhooks/github`)).status).toBe(405);
});

it('takes no body over the limit, announced or not', async () => {
  let handled = 0;
  const { url, port } = await start({
    webhookLimits: { maxBytes: 1_000, timeoutMs: 2_000 },
    github: () => {
      handled += 1;
      return Promise.resolve({ status: 200, say: 'ok' });
    },
  });
  const announced = await fetch(`${url}/webhooks/github`, { method: 'POST', body: 'x'.repeat(200_000) });
  expect(announced.status).toBe(413);
  const unsent = talk(port, 'POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n');
  expect(await unsent.ended).toMatch(/^HTTP\/1\.1 413/u);
  const { socket, ended } = talk(
    port,
    'POST /webhooks/github HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  const chunk = `190\r\n${'x'.repeat(400)}\r\n`;
  for (let sent = 0; sent < 4; sent += 1) socket.write(chunk);
  expect(await ended).toMatch(/^HTTP\/1\.1 413/u);
  expect(handled).toBe(0);
  expect((await fetch(`${url}/webhooks/github`, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(
    200,
  );
});

it('reads no more of a webhook than the events it follows need, and says which one was too large', async () => {
  const { log, lines } = createKeptLog();
  const { port } = await start({ log, github: () => Promise.resolve({ status: 202, say: 'ok' }) });
  const { ended } = talk(
    port,
    'POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-github-event: push\r\nx-github-delivery: 72d3162e\r\ncontent-length: 2097153\r\n\r\n',
  );
  const answer = await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 413/u);
  expect(answer).toContain('larger than 2 MB');
  expect(answer).toContain('workflow_run and workflow_job');
  expect(lines.join('')).toMatch(/"event":"push".*"delivery":"72d3162e".*"announcedBytes":"2097153"/u);
});

const whole = async (port: number, path: string): Promise<void> => {
  const { socket, ended } = talk(port, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nwhole`);
  await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
  socket.end();
  expect(await ended).toMatch(/^HTTP\/1\.1 202/u);
};

it.each(['/webhooks/github', '/slack/events'])(
  'holds few bodies on their way to %s at once: a new one comes through, the one that took longest goes',
  async (path) => {
    const { port } = await start({
      mostUnread: 4,
      webhookLimits: { maxBytes: 1_000, timeoutMs: 10_000 },
      github: () => Promise.resolve({ status: 202, say: 'noted' }),
      slack: (request, response) => {
        request.on('error', () => {});
        request.on('end', () => response.writeHead(202).end('{"say":"noted"}'));
        request.resume();
      },
    });
    const half = Array.from({ length: 4 }, () =>
      talk(port, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\nhalf`),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Bodies that come whole are not on their way.
    for (let sent = 0; sent < 6; sent += 1) await whole(port, path);
    const fifth = talk(port, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf`);
    const given = await Promise.race(half.map(async ({ ended }, index) => ({ index, answer: await ended })));
    expect(given.index).toBe(0);
    expect(given.answer).toMatch(/^HTTP\/1\.1 429/u);
    expect(given.answer).toContain('retry-after');
    fifth.socket.write('rest');
    await expect.poll(() => fifth.socket.bytesRead).toBeGreaterThan(0);
    fifth.socket.end();
    expect(await fifth.ended).toMatch(/^HTTP\/1\.1 202/u);
    for (const { socket } of half) socket.destroy();
  },
);

it('gives a body that drips in a bounded time', async () => {
  const { port } = await start({
    webhookLimits: { maxBytes: 1_000, timeoutMs: 200 },
    github: () => Promise.resolve({ status: 200, say: 'ok' }),
  });
  const { socket, ended } = talk(
    port,
    'POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n',
  );
  const drip = setInterval(() => socket.write('x'), 20);
  const { value, ms } = await timed(ended);
  clearInterval(drip);
  expect(value).toMatch(/^HTTP\/1\.1 408/u);
  expect(ms).toBeLessThan(3_000);
});

it('closes on headers that never end', async () => {
  const { port } = await start({
    limits: { headersTimeoutMs: 200, requestTimeoutMs: 400, keepAliveTimeoutMs: 1_000 },
  });
  const { socket, ended } = talk(port, 'GET / HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('x-a: b\r\n'), 20);
  const { value, ms } = await timed(ended);
  clearInterval(drip);
  expect(value).toMatch(/^HTTP\/1\.1 408/u);
  expect(ms).toBeLessThan(3_000);
});

it("bounds a body on Slack's path too", async () => {
  const { port } = await start({
    limits: { headersTimeoutMs: 100, requestTimeoutMs: 300, keepAliveTimeoutMs: 1_000 },
    slack: (request, response) => {
      request.on('error', () => {});
      request.on('end', () => response.end('whole'));
      request.resume();
    },
  });
  const { socket, ended } = talk(
    port,
    'POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n',
  );
  const drip = setInterval(() => socket.write('x'), 20);
  const { value } = await timed(ended);
  clearInterval(drip);
  expect(value).not.toContain('whole');
});

it('says what it may of a failure: the sentence of a known one, a reference for the rest', async () => {
  const { log, lines } = createKeptLog();
  const failures: Error[] = [
    new AcuopsError({
      code: 'store-unavailable',
      message: 'inner',
      say: 'Postgres is away.',
      retryable: true,
    }),
    new Error('secret inner'),
  ];
  const { url } = await start({ log, github: () => Promise.reject(failures.shift() ?? new Error('none')) });
  const send = () => fetch(`${url}/webhooks/github?code=typed`, { method: 'POST', body: '{}' });
  const away = await send();
  expect([away.status, await away.json()]).toEqual([
    503,
    { error: 'store-unavailable', say: 'Postgres is away.' },
  ]);
  const broken = await send();
  const { say } = (await broken.json()) as { say: string };
  expect(broken.status).toBe(500);
  const reference = /reference ([0-9A-Z]{6})/u.exec(say)?.[1] ?? 'none';
  expect(lines.join('')).toContain(reference);
  expect(lines.join('')).not.toContain('typed');
  expect(say).not.toContain('inner');
});

it('stops without waiting for idle connections, and lets an answer in flight finish', async () => {
  let answer: (() => void) | undefined;
  const server = await start({
    slack: (_request, response) => {
      answer = () => response.end('late but whole');
    },
  });
  const silent = connect(server.port, '127.0.0.1');
  const kept = talk(server.port, 'GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n\r\n');
  const inFlight = talk(server.port, 'POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');
  await expect.poll(() => answer).toBeDefined();
  const stopped = timed(server.stop(5_000));
  expect(await kept.ended).toMatch(/404/u);
  answer?.();
  expect(await inFlight.ended).toContain('late but whole');
  expect((await stopped).ms).toBeLessThan(1_500);
  silent.destroy();
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
});

it('cuts what does not finish in the time it has', async () => {
  const server = await start({ slack: () => {} });
  const hanging = talk(server.port, 'POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { ms } = await timed(server.stop(200));
  expect(ms).toBeLessThan(1_500);
  expect(await hanging.ended).toBe('');
});

it('names a port that is taken', async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({
    code: 'config',
    say: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`) as string,
  });
});
