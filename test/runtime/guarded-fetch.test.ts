import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { closers, listen, open } from './local-server.ts';

describe('an answer', () => {
  it('comes with status, headers and body, over a connection that is not kept', async () => {
    const { port, server } = await listen((request, response) => {
      request.setEncoding('utf8').on('data', () => undefined);
      request.on('end', () =>
        response
          .writeHead(201, { 'set-cookie': ['a=1', 'b=2'] })
          .end(`${request.method} ${request.headers['content-length']}`),
      );
    });
    const answer = await open().send({ url: `http://127.0.0.1:${port}/x?y=1`, method: 'POST' });
    expect(answer).toMatchObject({
      kind: 'answer',
      status: 201,
      body: 'POST 0',
      truncated: false,
      headers: { 'set-cookie': ['a=1', 'b=2'] },
    });
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
      .toBe(0);
  });

  it('keeps no cookies by itself', async () => {
    const seen: unknown[] = [];
    const { port } = await listen((request, response) => {
      seen.push(request.headers.cookie);
      response.writeHead(200, { 'set-cookie': 'a=1' }).end();
    });
    const fetch = open();
    await fetch.send({ url: `http://127.0.0.1:${port}/` });
    await fetch.send({ url: `http://127.0.0.1:${port}/` });
    expect(seen).toEqual([undefined, undefined]);
  });

  it('is cut at the cap and says so, even when it would never end', async () => {
    let ended = false;
    const { port } = await listen((request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(400)), 1);
      request.on('close', () => {
        clearInterval(timer);
        ended = true;
      });
    });
    const answer = await open().send({ url: `http://127.0.0.1:${port}/` });
    expect(answer).toMatchObject({ kind: 'answer', truncated: true, body: 'x'.repeat(1_000) });
    await expect.poll(() => ended).toBe(true);
  });

  it('of exactly the cap is whole', async () => {
    const { port } = await listen((_request, response) => response.end('y'.repeat(1_000)));
    expect(await open().send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      truncated: false,
      body: 'y'.repeat(1_000),
    });
  });
});

describe('the deadline', () => {
  it('covers a host that never answers', async () => {
    const { port } = await listen(() => undefined);
    const answer = await open({ timeoutMs: 150 }).send({ url: `http://127.0.0.1:${port}/` });
    expect(answer).toEqual({
      kind: 'failed',
      reason: 'timeout',
      say: 'no answer within 150 ms',
      mayHaveLeft: true,
    });
  });

  it('covers a body that trickles', async () => {
    const { port } = await listen((request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      request.on('close', () => clearInterval(timer));
    });
    expect(await open({ timeoutMs: 200 }).send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      reason: 'timeout',
    });
  });

  it('covers a name that no server resolves', async () => {
    const fetch = open({ lookup: () => new Promise(() => undefined) });
    expect(await fetch.send({ url: 'http://dead.example/', timeoutMs: 100 })).toMatchObject({
      reason: 'timeout',
    });
  });

  it('ends early when the caller stops waiting, also before the start', async () => {
    const { port } = await listen(() => undefined);
    const stop = new AbortController();
    const asked = open().send({ url: `http://127.0.0.1:${port}/`, signal: stop.signal });
    await sleep(30);
    stop.abort();
    expect(await asked).toEqual({
      kind: 'failed',
      reason: 'timeout',
      say: 'the caller stopped waiting',
      mayHaveLeft: true,
    });
    expect(await open().send({ url: `http://127.0.0.1:${port}/`, signal: stop.signal })).toMatchObject({
      reason: 'timeout',
    });
  });
});

describe('a failed connection', () => {
  it('is told apart: refused, lost, not HTTP, no such name', async () => {
    const { port, server } = await listen((request) => request.socket.destroy());
    expect(await open().send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ reason: 'lost' });
    await new Promise((resolve) => server.close(resolve));
    expect(await open().send({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      reason: 'refused',
      say: 'connection refused',
    });

    const sockets: Socket[] = [];
    const tcp = createTcpServer((socket) => {
      sockets.push(socket);
      socket.end('SSH-2.0-OpenSSH\r\n\r\n');
    });
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    closers.push(() => tcp.close());
    const address = tcp.address();
    const tcpPort = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await open().send({ url: `http://127.0.0.1:${tcpPort}/` })).toMatchObject({
      reason: 'lost',
      say: 'the answer is not HTTP',
    });

    const lookup = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await open({ lookup }).send({ url: 'http://nowhere.example/' })).toMatchObject({
      reason: 'name-not-found',
    });
    expect(
      await open({ lookup: () => Promise.resolve([]) }).send({ url: 'http://empty.example/' }),
    ).toMatchObject({ reason: 'name-not-found' });
  });

  it('never throws, whatever it is given', async () => {
    const fetch = open();
    expect(await fetch.send({ url: 'ftp://127.0.0.1/' })).toMatchObject({
      reason: 'blocked-address',
      say: 'only http and https are asked, not ftp:',
    });
    expect(await fetch.send({ url: 'no url' })).toMatchObject({ kind: 'failed' });
    const split = await fetch.send({ url: 'http://127.0.0.1:1/', headers: { cookie: 'a=s3cret\r\nb' } });
    expect(split).toEqual({
      kind: 'failed',
      reason: 'lost',
      say: 'connection failed (UND_ERR_INVALID_ARG)',
      mayHaveLeft: false,
    });
  });
});

describe('redirects', () => {
  const start = async () => {
    const seen: string[] = [];
    const { port } = await listen((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const [, code = '200', ...rest] = (request.url ?? '').split('/');
      if (code === '200') return void response.end('arrived');
      response.writeHead(Number(code), { location: decodeURIComponent(rest.join('/')) }).end();
    });
    return { seen, base: `http://127.0.0.1:${port}` };
  };

  it('on the same host are followed, three at most', async () => {
    const { seen, base } = await start();
    const three = '/302//302//302//200'.replaceAll('//', '/%2F');
    expect(await open().send({ url: `${base}${three}` })).toMatchObject({ kind: 'answer', body: 'arrived' });
    expect(seen).toHaveLength(4);
    const loop = await listen((_request, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await open().send({ url: `http://127.0.0.1:${loop.port}/` })).toMatchObject({
      reason: 'redirect',
      say: 'redirects too often',
    });
  });

  it('to another host, another port or another address are not', async () => {
    const { base } = await start();
    const other = await listen((_request, response) => response.end('stolen'));
    const outcome = await open().send({
      url: `${base}/302/${encodeURIComponent(`http://127.0.0.1:${other.port}/`)}`,
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: 'redirect',
      say: `redirects to another host (127.0.0.1:${other.port})`,
    });
    expect(
      await open().send({ url: `${base}/301/${encodeURIComponent('https://evil.example/')}` }),
    ).toMatchObject({ reason: 'redirect' });
  });

  it('turn a POST into a GET without body, except 307 and 308', async () => {
    const { seen, base } = await start();
    await open().send({
      url: `${base}/302/%2F200`,
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    await open().send({ url: `${base}/307/%2F200`, method: 'POST', body: '{}' });
    expect(seen).toEqual(['POST /302/%2F200', 'GET /200', 'POST /307/%2F200', 'POST /200']);
  });

  it('are the answer where none may be followed', async () => {
    const { base } = await start();
    expect(await open().send({ url: `${base}/302/https:%2F%2Fevil.example`, redirects: 0 })).toMatchObject({
      kind: 'answer',
      status: 302,
    });
  });
});

it('closes its sockets in the middle of an answer', async () => {
  const { port, server } = await listen(() => undefined);
  const fetch = open({ timeoutMs: 10_000 });
  const asked = fetch.send({ url: `http://127.0.0.1:${port}/` });
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
    .toBe(1);
  await fetch.close();
  expect(await asked).toMatchObject({ kind: 'failed', reason: 'lost' });
});
