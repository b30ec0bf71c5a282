import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createAcumatica } from '../../../sandbox/acumatica/server.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../../../src/runtime/guarded-fetch.ts';
import { createReach } from '../../../src/systems/acumatica/reach.ts';
import { createSignIn, type SignInParts } from '../../../src/systems/acumatica/sign-in.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const clock = { now: () => new Date() };

const open = async (
  parts: Partial<SignInParts> & { readonly apiUserLimit?: number; readonly limitStatus?: 429 | 500 } = {},
) => {
  const { apiUserLimit, limitStatus, ...more } = parts;
  const site = await createAcumatica();
  closers.push(() => site.stop());
  site.addInstance({
    prefix: 'heritage',
    tenants: ['Heritage', 'Test'],
    users: [{ name: 'svc', password: 'correct-horse' }],
    apiUserLimit,
    limitStatus,
  });
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 64_000 });
  closers.push(fetch.close);
  const signIn = createSignIn({ fetch, clock, ...more });
  const url = site.urlOf('heritage');
  const request = { url, tenant: 'Heritage', username: 'svc', password: 'correct-horse' };
  const ask = (patch: Partial<typeof request> = {}, boundMs = 3_000) =>
    signIn({ ...request, ...patch, signal: AbortSignal.timeout(boundMs) });
  return { site, fetch, ask, url, reach: createReach({ fetch, clock }) };
};

const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/erp`;
};

describe('a sign-in', () => {
  it('that succeeds leaves no session behind', async () => {
    const { site, ask } = await open();
    expect(await ask()).toMatchObject({
      signIn: { kind: 'signed-in', tookMs: expect.any(Number) },
      signedOut: true,
    });
    expect(site.calls('heritage').map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/entity/auth/login 204',
      '/entity/auth/logout 204',
    ]);
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('with a wrong password is refused, tried once, and opens nothing', async () => {
    const { site, ask } = await open();
    expect(await ask({ password: 'wrong' })).toMatchObject({ signIn: { kind: 'refused' }, signedOut: true });
    expect(site.tries('heritage', 'svc')).toBe(1);
    expect(site.calls('heritage')).toHaveLength(1);
  });

  it('to an unknown tenant is told apart', async () => {
    const { ask } = await open();
    expect((await ask({ tenant: 'Nowhere' })).signIn).toEqual({ kind: 'wrong-tenant' });
  });

  it.each([429, 500] as const)(
    'where all API users are taken is a limit, told by %i',
    async (limitStatus) => {
      const { ask } = await open({ apiUserLimit: 0, limitStatus });
      expect(await ask()).toMatchObject({ signIn: { kind: 'user-limit', status: limitStatus } });
    },
  );

  it('during a restart is told apart, also when the limit is wrapped in one', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'restarting' });
    expect((await ask()).signIn).toEqual({ kind: 'restarting' });
    const wrapped =
      'System.Reflection.TargetInvocationException: … ---> PX.Data.PXException: Error: API Login Limit';
    const url = await listen((_request, response) => response.writeHead(500).end(wrapped));
    expect((await ask({ url })).signIn).toEqual({ kind: 'user-limit', status: 500 });
  });

  it('answered by a page is unexpected, with an excerpt that people can read', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'garbage', status: 503 });
    expect((await ask()).signIn).toEqual({ kind: 'unexpected', status: 503, excerpt: 'Service Unavailable' });
    site.setBehaviour('heritage', { kind: 'garbage', status: 200 });
    expect((await ask()).signIn).toMatchObject({ kind: 'unexpected', status: 200 });
  });

  it('answered with our own password shows an excerpt without it', async () => {
    const { ask } = await open({ redact: (text) => text.replaceAll('Bearer abc', '•••') });
    const body = `<html><script>var x = "1";</script><p>you sent correct-horse and Bearer abc</p>${'long '.repeat(100)}<a href="cut`;
    const url = await listen((_request, response) => response.writeHead(418).end(body));
    const { signIn } = await ask({ url });
    const excerpt = signIn.kind === 'unexpected' ? signIn.excerpt : '';
    expect(excerpt).toMatch(/^you sent ••• and ••• long long/);
    expect(excerpt.length).toBeLessThanOrEqual(200);
    expect(excerpt).not.toMatch(/[<>]|correct-horse|Bearer/);
  });

  it('that is sent to another host is not followed', async () => {
    const { site, ask } = await open();
    let hits = 0;
    const other = await listen((_request, response) => {
      hits += 1;
      response.end();
    });
    site.setBehaviour('heritage', { kind: 'redirect', to: other });
    expect((await ask()).signIn).toEqual({
      kind: 'unexpected',
      status: 302,
      excerpt: `redirects to ${new URL(other).host}`,
    });
    expect(hits).toBe(0);
  });

  it('with an endless answer ends', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'huge' });
    expect((await ask()).signIn).toMatchObject({
      kind: 'unexpected',
      status: 200,
      excerpt: expect.stringMatching(/^x{199}…$/),
    });
  });

  it('over a failing connection is told apart', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'reset' });
    expect(await ask()).toMatchObject({ signIn: { kind: 'connection-lost' }, signedOut: false });
    expect(await ask({ url: await site.refusedUrl('x') })).toMatchObject({
      signIn: { kind: 'connection-refused' },
      signedOut: true,
    });
    expect(await ask({ url: site.unknownHostUrl('x') })).toMatchObject({
      signIn: { kind: 'name-not-found' },
      signedOut: true,
    });
    expect(await ask({ url: 'http://169.254.169.254/x' })).toMatchObject({
      signIn: { kind: 'blocked-address' },
      signedOut: true,
    });
  });

  it('that is never answered times out when the caller says so, and nobody knows whether a session is open', async () => {
    const { site, ask } = await open({ lingerMs: 50 });
    site.setBehaviour('heritage', { kind: 'hang' });
    const result = await ask({}, 150);
    expect(result).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: false });
    expect(result.signIn.kind === 'timeout' && result.signIn.afterMs).toBeGreaterThanOrEqual(140);
    expect(await result.settled).toBe(false);
  });

  it('whose caller had stopped waiting before is not sent', async () => {
    const { site, ask } = await open();
    expect(await ask({}, 0).then(() => 0)).toBe(0);
    const stopped = createSignIn({
      fetch: createGuardedFetch({ allowPrivate: true, timeoutMs: 1_000, maxBytes: 1 }),
      clock,
    });
    const result = await stopped({
      url: site.urlOf('heritage'),
      tenant: 'x',
      username: 'x',
      password: 'x',
      signal: AbortSignal.abort(),
    });
    expect(result).toMatchObject({ signIn: { kind: 'timeout', afterMs: 0 }, signedOut: true });
  });
});

describe('a password that never left', () => {
  type Lookup = NonNullable<GuardedFetchOptions['lookup']>;
  const fail = (code: string): Lookup => {
    return () => Promise.reject(Object.assign(new Error(code), { code }));
  };
  const askVia = async (lookup: Lookup, url = 'http://erp.example/site', boundMs = 150) => {
    const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 64_000, lookup });
    closers.push(fetch.close);
    const signal = AbortSignal.timeout(boundMs);
    const request = { tenant: 'Heritage', username: 'svc', password: 'correct-horse', signal };
    return createSignIn({ fetch, clock })({ url, ...request });
  };
  const listenTcp = async (accept: (socket: Socket) => void) => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      accept(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ETIMEOUT', 'ECONNRESET'])(
    'opened nothing: the connection failed with %s',
    async (code) => {
      const result = await askVia(fail(code));
      expect(result.signedOut).toBe(true);
      expect(['connection-lost', 'timeout']).toContain(result.signIn.kind);
    },
  );

  it('opened nothing: the host does not speak TLS, or breaks the handshake off', async () => {
    const plain = await listenTcp((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const gone = await listenTcp((socket) => void socket.once('data', () => socket.destroy()));
    for (const port of [plain, gone]) {
      const result = await askVia(fail('x'), `https://127.0.0.1:${port}/site`, 2_000);
      expect(result).toMatchObject({ signIn: { kind: 'connection-lost' }, signedOut: true });
    }
  });

  it('opened nothing: no name server answered, or the handshake hung, until the deadline; nothing is sent later', async () => {
    const seen: Buffer[] = [];
    const silent = await listenTcp((socket) => void socket.on('data', (data) => seen.push(data)));
    let resolveLate: (() => void) | undefined;
    const late: Lookup = () =>
      new Promise((resolve) => {
        resolveLate = () => resolve(['127.0.0.1']);
      });
    const port = await listenTcp((socket) => void socket.on('data', (data) => seen.push(data)));
    const unnamed = await askVia(late, `http://erp.example:${port}/site`);
    expect(unnamed).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: true });
    const hung = await askVia(fail('x'), `https://127.0.0.1:${silent}/site`);
    expect(hung).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: true });
    resolveLate?.();
    await sleep(200);
    expect(Buffer.concat(seen).toString('latin1')).not.toMatch(/POST|correct-horse/);
  });

  it('is told from one that did: an answer that breaks off in its head leaves it open', async () => {
    const port = await listenTcp((socket) => void socket.once('data', () => socket.end('HTTP/1.1 2')));
    const result = await askVia(fail('x'), `http://127.0.0.1:${port}/site`, 2_000);
    expect(result).toMatchObject({ signIn: { kind: 'connection-lost' }, signedOut: false });
  });
});

describe('the sign-out', () => {
  it('comes even when the answer was later than the deadline', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'slow', ms: 300 }, 1);
    const result = await ask({}, 100);
    expect(result).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: false });
    expect(await result.settled).toBe(true);
    expect(site.sessions('heritage')).toEqual([]);
    expect(site.calls('heritage').map(({ path }) => path)).toEqual([
      '/entity/auth/login',
      '/entity/auth/logout',
    ]);
  });

  it('that is lost or never answered says that a session may be open, within its own bound', async () => {
    const { site, ask } = await open({ signOutMs: 100 });
    site.loseAnswer('heritage');
    const lost = await ask({}, 200);
    expect(lost.signedOut).toBe(false);
    expect(site.sessions('heritage')).toHaveLength(1);

    const url = await listen((request, response) => {
      if (request.url?.endsWith('/login'))
        response.writeHead(204, { 'set-cookie': ['a=1; path=/', 'b=2'] }).end();
    });
    const start = performance.now();
    expect(await ask({ url })).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: false });
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('carries the cookies, a length of 0 and no password', async () => {
    const { ask } = await open();
    const seen: IncomingMessage['headers'][] = [];
    const url = await listen((request, response) => {
      if (request.url?.endsWith('/logout')) seen.push(request.headers);
      response
        .writeHead(204, { 'set-cookie': ['a=1; path=/; HttpOnly', 'b=2', 'a=3', 'gone=; Max-Age=0'] })
        .end();
    });
    expect((await ask({ url })).signedOut).toBe(true);
    expect(seen).toMatchObject([{ cookie: 'a=3; b=2', 'content-length': '0' }]);
  });

  it('is taken for done where the session was gone already', async () => {
    const { ask } = await open();
    const url = await listen((request, response) => {
      const isLogin = request.url?.endsWith('/login') ?? false;
      response.writeHead(isLogin ? 204 : 401, isLogin ? { 'set-cookie': 'a=1' } : {}).end();
    });
    expect((await ask({ url })).signedOut).toBe(true);
  });

  it('cannot be made without a cookie, and says so', async () => {
    const { ask } = await open();
    const url = await listen((_request, response) => response.writeHead(204).end());
    expect(await ask({ url })).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: false });
  });
});

describe('reaching without credentials', () => {
  it('is null for any answer and says how the connection failed otherwise', async () => {
    const { site, reach, url } = await open();
    const signal = AbortSignal.timeout(3_000);
    expect(await reach.reach(url, signal)).toBeNull();
    expect(site.calls('heritage')).toMatchObject([{ method: 'GET', path: '/entity/auth/login' }]);
    site.setBehaviour('heritage', { kind: 'garbage', status: 503 });
    expect(await reach.reach(url, signal)).toBeNull();
    expect(await reach.reachControlHost(site.url, signal)).toBeNull();
    expect(await reach.reachControlHost(await site.refusedUrl('x'), signal)).toEqual({
      kind: 'connection-refused',
    });
    site.setBehaviour('heritage', { kind: 'hang' });
    expect(await reach.reach(url, AbortSignal.timeout(100))).toMatchObject({ kind: 'timeout' });
  });
});
