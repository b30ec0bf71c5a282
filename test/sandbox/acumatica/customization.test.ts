import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type AcumaticaServer,
  createAcumatica,
  type InstanceInput,
} from '../../../sandbox/acumatica/server.ts';

let server: AcumaticaServer;
beforeEach(async () => {
  server = await createAcumatica({ clock: () => Date.UTC(2026, 10, 20, 12) });
});
afterEach(() => server.stop());

const add = (over: Partial<InstanceInput> = {}): void =>
  server.addInstance({
    prefix: 'heritage',
    tenants: ['Heritage', 'HeritageTest'],
    users: [{ name: 'acuops', password: 'right' }],
    published: { Heritage: ['HeritageMain', 'VendorPack'] },
    ...over,
  });

const signIn = async (tenant = 'Heritage'): Promise<string> => {
  const response = await fetch(`${server.urlOf('heritage')}/entity/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ name: 'acuops', password: 'right', tenant }),
  });
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
};
const ask = async (cookie: string, method = 'POST', path = '/CustomizationApi/getPublished') => {
  const response = await fetch(`${server.urlOf('heritage')}${path}`, { method, headers: { cookie } });
  const text = await response.text();
  return { status: response.status, text, body: response.status === 200 ? JSON.parse(text) : null };
};
const log = [{ timestamp: '2026-11-20T12:00:00.000Z', logType: 'information', message: expect.any(String) }];

describe('getPublished', () => {
  test('lists projects and items of the tenant of the session, and only a log where nothing is published', async () => {
    add();
    const cookie = await signIn();
    expect((await ask(cookie)).body).toEqual({
      projects: [{ name: 'HeritageMain' }, { name: 'VendorPack' }],
      items: [
        { key: 'Graph#HeritageMain', screenId: '', type: 'Graph' },
        { key: 'Graph#VendorPack', screenId: '', type: 'Graph' },
      ],
      log,
    });
    const other = await signIn('HeritageTest');
    expect((await ask(other)).body).toEqual({ log });
    server.setPublished('heritage', 'HeritageTest', ['Trial']);
    expect((await ask(other)).body).toMatchObject({ projects: [{ name: 'Trial' }] });
    expect(() => server.setPublished('heritage', 'Nobody', [])).toThrow('no tenant "Nobody"');
  });

  test('writes its fields in Pascal case where the version does', async () => {
    add({ fieldCase: 'pascal' });
    expect((await ask(await signIn())).body).toMatchObject({
      Projects: [{ Name: 'HeritageMain' }, { Name: 'VendorPack' }],
      Items: [{ Key: 'Graph#HeritageMain', ScreenId: '' }, {}],
      Log: [{ LogType: 'information' }],
    });
  });

  test('wants a session, POST and the right case', async () => {
    add();
    const cookie = await signIn();
    expect((await ask('')).status).toBe(401);
    expect((await ask(cookie, 'GET')).status).toBe(405);
    expect((await ask(cookie, 'PUT')).status).toBe(405);
    expect((await ask(cookie, 'POST', '/customizationapi/getPublished')).status).toBe(404);
    server.endSessions('heritage');
    expect((await ask(cookie)).status).toBe(401);
  });

  test('tells an account without the role so inside a 200, and knows it again when it has it', async () => {
    add();
    const cookie = await signIn();
    server.setCustomizer('heritage', 'acuops', false);
    expect((await ask(cookie)).body).toEqual({
      log: [{ ...log[0], logType: 'error', message: expect.stringContaining('Customizer') }],
    });
    server.setCustomizer('heritage', 'acuops', true);
    expect((await ask(cookie)).body).toHaveProperty('projects');
  });

  test('tells it by 403 where the version does', async () => {
    add({ noRoleStatus: 403 });
    const cookie = await signIn();
    expect((await ask(cookie)).status).toBe(200);
    server.setCustomizer('heritage', 'acuops', false);
    expect((await ask(cookie)).status).toBe(403);
  });

  test('fails while the site restarts; a behaviour may be kept for its path', async () => {
    add();
    server.setBehaviour('heritage', { kind: 'restarting' }, 1, '/CustomizationApi/getPublished');
    const cookie = await signIn();
    expect(await ask(cookie)).toMatchObject({
      status: 500,
      text: expect.stringContaining('TargetInvocationException'),
    });
    expect((await ask(cookie)).status).toBe(200);
  });
});
