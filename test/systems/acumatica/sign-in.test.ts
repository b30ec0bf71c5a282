import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../../src/runtime/guarded-fetch.ts';
import { createSignIn } from '../../../src/systems/acumatica/sign-in.ts';
import { clock, listen, open } from './site.ts';

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
    expect(await result.settled).toMatchObject({ signedOut: false });
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

describe('the sign-out', () => {
  it('comes even when the answer was later than the deadline', async () => {
    const { site, ask } = await open();
    site.setBehaviour('heritage', { kind: 'slow', ms: 300 }, 1);
    const result = await ask({}, 100);
    expect(result).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: false });
    expect(await result.settled).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: true });
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

  it('that is slow keeps nobody beyond the deadline: the answer is there, the end is told later', async () => {
    const { ask } = await open();
    const slow = await listen((request, response) => {
      if (request.url?.endsWith('/login')) return void response.writeHead(204, { 'set-cookie': 'a=1' }).end();
      setTimeout(() => response.writeHead(204).end(), 400);
    });
    const start = performance.now();
    const result = await ask({ url: slow }, 150);
    expect(performance.now() - start).toBeLessThan(350);
    expect(result).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: false });
    expect(await result.settled).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: true });
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
