/** Secrets that a person types where a desk takes texts in and signs in nowhere: they are stored and shown by nobody, whatever the role. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { type OpenDesk, openSmallDesk } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk({ env: { ACUOPS_ROLES: 'bot' } });
});
afterAll(() => desk.stop());

const tables = ['notes', 'operations', 'audit_rows', 'cards', 'access_tokens'] as const;
const readAll = async (): Promise<string> => {
  const rows = await Promise.all(
    tables.map((table) => desk.database.db.selectFrom(table).selectAll().execute()),
  );
  return JSON.stringify([rows, desk.log]);
};

it('a client’s password, before anybody signed in with it', async () => {
  const password = 'bayline-api-2026';
  expect(await desk.say(`note bayline they use ${password} now`)).not.toContain(password);
  expect(await desk.say('status bayline')).toContain('they use ••• now');
  expect(await readAll()).not.toContain(password);
});

it('a token of the desk, which is shown to its maker once and works', async () => {
  const told = await desk.say('token create laptop');
  const token = /acuops_[A-Za-z0-9_-]{43}/u.exec(told)?.[0] ?? '';
  const asked = await desk.terminal(['whoami'], { kind: 'url', url: new URL(desk.desk().url ?? ''), token });
  expect(asked).toMatchObject({ exit: 0 });
  expect(await desk.say(`note bayline my token is ${token}`)).not.toContain(token);
  expect(await desk.say(`token revoke ${token}`)).not.toContain(token.slice(0, 20));
  expect(await desk.say('status bayline')).toContain('my token is •••');
  expect(await readAll()).not.toContain(token.slice(7, 40));
});
