/** Passwords of clients on a real database and disk: known before their first use, anew after a change, and in nobody's way. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { watchClientSecrets } from '../src/app-client-secrets.ts';
import { createReferenceReader } from '../src/config/resolve-reference.ts';
import { toTestClient, writeTestClients } from './support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from './support/desk-database.ts';

let desk: DeskDatabase;
let folder: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
  folder = await mkdtemp(join(tmpdir(), 'acuops-'));
});
afterAll(async () => {
  await desk.drop();
  await rm(folder, { recursive: true });
});

let known: string[];
let logged: string[];
let stop: () => Promise<void>;
beforeEach(async () => {
  await desk.clear();
  known = [];
  logged = [];
  stop = async () => undefined;
});
afterEach(() => stop());

/** As on a disk that went away. */
const hanging = '/mnt/gone/password';
const toPath = (name: string): string => join(folder, name);
const toClient = (id: string, password: string, given: object = {}) =>
  toTestClient(id, {
    environments: [
      {
        name: 'production',
        url: `https://${id}.example.com/erp`,
        tenant: id,
        credentials: { username: `env:ACU_${id.toUpperCase()}_USER`, password },
      },
    ],
    ...given,
  });
const watch = async (
  everyMs: number,
  againMs = everyMs,
  database: DeskDatabase['database'] = desk.database,
) => {
  const watched = await watchClientSecrets({
    database,
    references: createReferenceReader({
      env: { ACU_HERITAGE_USER: 'heritage-api', ACU_HERITAGE_PASSWORD: 'of-heritage' },
      readFile: (path) => (path === hanging ? new Promise(() => undefined) : readFile(path)),
      fingerprintKey: new Uint8Array(32),
    }),
    remember: (secret) => known.push(secret),
    log: (line) => logged.push(line),
    everyMs,
    againMs,
  });
  ({ stop } = watched);
};

it('are known when the start goes on, wherever they stand; what is missing, archived or no password is left out', async () => {
  await writeFile(toPath('bayline'), 'of-bayline\n');
  await writeTestClients(desk.database, [
    toClient('heritage', 'env:ACU_HERITAGE_PASSWORD'),
    toClient('bayline', `file:${toPath('bayline')}`),
    toClient('kestrel', `file:${toPath('kestrel')}`),
    toClient('oldtown', 'env:ACU_HERITAGE_PASSWORD'),
    toClient('gone', `file:${toPath('bayline')}`, { status: 'archived' }),
  ]);
  await watch(60_000);
  expect(known.toSorted()).toEqual(['of-bayline', 'of-heritage']);
  expect(logged).toEqual([]);
});

it('are read again: after a change of the registry, and after a rotation', async () => {
  await writeFile(toPath('bayline'), 'first-of-bayline');
  await writeTestClients(desk.database, [toClient('bayline', `file:${toPath('bayline')}`)]);
  await watch(20);
  expect(known).toEqual(['first-of-bayline']);
  await writeFile(toPath('bayline'), 'second-of-bayline');
  await vi.waitUntil(() => known.includes('second-of-bayline'), 5_000);
  await writeTestClients(desk.database, [toClient('heritage', 'env:ACU_HERITAGE_PASSWORD')]);
  await vi.waitUntil(() => known.includes('of-heritage'), 5_000);
});

it('are read in every round only until they are known', async () => {
  await writeTestClients(desk.database, [toClient('bayline', `file:${toPath('later')}`)]);
  await watch(20, 60_000);
  expect(known).toEqual([]);
  await writeFile(toPath('later'), 'at last');
  await vi.waitUntil(() => known.length > 0, 5_000);
  await writeFile(toPath('later'), 'not yet');
  await writeTestClients(desk.database, [toClient('heritage', 'env:ACU_HERITAGE_PASSWORD')]);
  await vi.waitUntil(() => known.includes('of-heritage'), 5_000);
  expect(known).toEqual(['at last', 'of-heritage']);
});

it('one that never comes holds up neither the others nor the stop', async () => {
  await writeTestClients(desk.database, [
    toClient('bayline', `file:${hanging}`),
    toClient('heritage', 'env:ACU_HERITAGE_PASSWORD'),
  ]);
  await watch(20);
  expect(known).toContain('of-heritage');
  await stop();
});

it('are no reason not to start where the database is away', async () => {
  const away = { ...desk.database, db: null } as unknown as DeskDatabase['database'];
  await watch(60_000, 60_000, away);
  expect([known, logged]).toEqual([[], ['the client secrets loop had trouble and goes on']]);
});
