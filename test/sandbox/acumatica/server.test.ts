import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AcumaticaServer, type Behaviour, createAcumatica } from '../../../sandbox/acumatica/server.ts';

let now: number;
let server: AcumaticaServer;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 20, 12);
  server = await createAcumatica({ clock: () => now });
  server.addInstance({
    prefix: 'heritage',
    tenants: ['Heritage', 'HeritageTest'],
    users: [{ name: 'acuops', password: 'right' }],
  });
  server.addInstance({
    prefix: 'single',
    tenants: ['Only'],
    users: [{ name: 'acuops', password: 'right' }],
    apiUserLimit: 1,
    limitStatus: 500,
  });
});
afterEach(() => server.stop());

interface SignIn {
  readonly name: string;
  readonly password: string;
  readonly tenant?: string;
  readonly company?: string;
}
const good: SignIn = { name: 'acuops', password: 'right', tenant: 'Heritage' };

const signIn = (prefix = 'heritage', body: SignIn = good, timeoutMs = 2000): Promise<Response> =>
  fetch(`${server.urlOf(prefix)}/entity/auth/login`, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const toCookie = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
const signOut = (cookie: string, prefix = 'heritage'): Promise<Response> =>
  fetch(`${server.urlOf(prefix)}/entity/auth/logout`, { method: 'POST', headers: { cookie } });

describe('a site that is well', () => {
  test('signs in, lists its endpoints, signs out', async () => {
    const login = await signIn();
    expect([login.status, await login.text()]).toEqual([204, '']);
    const headers = { cookie: toCookie(login) };
    expect(server.sessions('heritage')).toMatchObject([{ user: 'acuops', tenant: 'Heritage' }]);
    const listed = await fetch(`${server.urlOf('heritage')}/entity`, { headers });
    expect(await listed.json()).toMatchObject({
      endpoints: [{ name: 'Default', version: '24.200.001' }, {}],
    });
    const item = await fetch(`${server.urlOf('heritage')}/entity/Default/24.200.001/StockItem?$top=1`, {
      headers,
    });
    expect(item.status).toBe(200);
    expect((await signOut(headers.cookie)).status).toBe(204);
    expect(server.sessions('heritage')).toEqual([]);
    expect((await fetch(`${server.urlOf('heritage')}/entity`, { headers })).status).toBe(401);
    expect(server.calls('heritage').map((call) => `${call.method} ${call.path} ${call.status}`)).toEqual([
      'POST /entity/auth/login 204',
      'GET /entity 200',
      'GET /entity/Default/24.200.001/StockItem 200',
      'POST /entity/auth/logout 204',
      'GET /entity 401',
    ]);
  });

  test('answers an unsigned GET of the sign-in path, and knows upper from lower case', async () => {
    const base = server.urlOf('heritage');
    expect((await fetch(`${base}/entity/auth/login`)).status).toBe(405);
    expect((await fetch(`${base}/Entity/auth/login`)).status).toBe(404);
    expect((await fetch(`${server.url}/nobody/entity/auth/login`)).status).toBe(404);
  });

  test('sign-out wants a session and a Content-Length', async () => {
    expect((await signOut('')).status).toBe(401);
    const status = await new Promise((resolve, reject) => {
      const headers = { 'transfer-encoding': 'chunked' };
      request(`${server.urlOf('heritage')}/entity/auth/logout`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(411);
  });

  test('a tenant is checked where there are several, and any name passes where there is one', async () => {
    const wrong = await signIn('heritage', { ...good, tenant: 'Nobody' });
    expect([wrong.status, await wrong.text()]).toEqual([
      500,
      expect.stringContaining('PXUndefinedCompanyException'),
    ]);
    expect(
      (await signIn('heritage', { name: 'acuops', password: 'right', company: 'HeritageTest' })).status,
    ).toBe(204);
    expect((await signIn('single', { ...good, tenant: 'Whatever' })).status).toBe(204);
  });

  test('counts sessions up to the licence and lets idle ones end', async () => {
    expect((await signIn()).status).toBe(204);
    now += 10 * 60_000;
    expect((await signIn()).status).toBe(204);
    expect((await signIn()).status).toBe(429);
    now += 10 * 60_000;
    expect(server.sessions('heritage')).toHaveLength(1);
    expect((await signIn()).status).toBe(204);
    await signIn('single');
    const limited = await signIn('single');
    expect([limited.status, await limited.text()]).toEqual([500, expect.stringContaining('API Login Limit')]);
  });

  test('five wrong passwords lock the account for the right one, a new password opens it', async () => {
    for (let index = 0; index < 4; index += 1)
      expect((await signIn('heritage', { ...good, password: 'old' })).status).toBe(401);
    expect(server.tries('heritage', 'acuops')).toBe(4);
    expect((await signIn()).status).toBe(204);
    expect(server.tries('heritage', 'acuops')).toBe(0);
    for (let index = 0; index < 5; index += 1) await signIn('heritage', { ...good, password: 'old' });
    expect((await signIn()).status).toBe(401);
    server.setPassword('heritage', 'acuops', 'new');
    expect((await signIn('heritage', { ...good, password: 'new' })).status).toBe(204);
  });
});

describe('a site that is unwell', () => {
  test.each<[Behaviour, number, string]>([
    [{ kind: 'wrong-password' }, 401, 'Invalid credentials'],
    [{ kind: 'limit-429' }, 429, 'API users'],
    [{ kind: 'limit-500' }, 500, 'API Login Limit'],
    [{ kind: 'wrong-tenant' }, 500, 'PXUndefinedCompanyException'],
    [{ kind: 'restarting' }, 500, 'TargetInvocationException'],
    [{ kind: 'garbage', status: 200 }, 200, '<html>'],
    [{ kind: 'garbage', status: 503 }, 503, '<html>'],
    [{ kind: 'redirect', to: 'http://elsewhere.invalid/login' }, 302, ''],
  ])('%j once, then well again', async (behaviour, status, text) => {
    server.setBehaviour('heritage', behaviour, 1);
    const response = await signIn();
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
    expect(server.sessions('heritage')).toEqual([]);
    expect((await signIn()).status).toBe(204);
  });

  test('wrong-password counts its tries', async () => {
    server.setBehaviour('heritage', { kind: 'wrong-password' }, 3);
    for (let index = 0; index < 3; index += 1) await signIn();
    expect(server.tries('heritage', 'acuops')).toBe(3);
  });

  test('hang never answers, reset cuts the connection, slow comes later', async () => {
    server.setBehaviour('heritage', { kind: 'hang' }, 1);
    await expect(signIn('heritage', good, 150)).rejects.toThrow('timeout');
    server.setBehaviour('heritage', { kind: 'reset' }, 1);
    await expect(signIn()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    server.setBehaviour('heritage', { kind: 'slow', ms: 100 }, 1);
    const started = performance.now();
    expect((await signIn()).status).toBe(204);
    expect(performance.now() - started).toBeGreaterThan(90);
    expect(server.calls('heritage').map((call) => call.status)).toEqual([0, 0, 204]);
  });

  test('huge sends more than anybody should read', async () => {
    server.setBehaviour('heritage', { kind: 'huge' }, 1);
    const response = await signIn();
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > 8_000_000) break;
    }
    expect(bytes).toBeGreaterThan(8_000_000);
  });

  test('a lost answer opens a session that nobody holds', async () => {
    server.loseAnswer('heritage');
    await expect(signIn('heritage', good, 150)).rejects.toThrow('timeout');
    expect(server.sessions('heritage')).toHaveLength(1);
    expect((await signIn()).status).toBe(204);
  });

  test('a refused port and a name without an address', async () => {
    const refused = await server.refusedUrl('heritage');
    await expect(fetch(refused)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(server.unknownHostUrl('heritage')).toBe('http://nowhere.invalid/heritage');
  });
});
