/** The ground on a real database: it takes of it what doctor says that it takes. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countConnections, openGround } from '../src/app-ground.ts';
import { readConfig } from '../src/config/read-config.ts';
import { AcuopsError } from '../src/errors.ts';
import { createId } from '../src/runtime/ids.ts';
import { createShutdown, type Shutdown } from '../src/runtime/shutdown.ts';
import { createDeskDatabase, type DeskDatabase } from './support/desk-database.ts';
import { createKeptLog } from './support/quiet-log.ts';

const { log } = createKeptLog();
let desk: DeskDatabase;
let folder: string;
let shutdown: Shutdown;
beforeAll(async () => {
  desk = await createDeskDatabase();
  folder = await mkdtemp(join(tmpdir(), 'acuops-'));
  shutdown = createShutdown({ log });
});
afterAll(async () => {
  await shutdown.run('the test ends');
  await desk.drop();
  await rm(folder, { recursive: true });
});

const configure = (databaseUrl: string) => {
  const read = readConfig({
    env: {
      SLACK_BOT_TOKEN: 'xoxb-bot-secret',
      SLACK_APP_TOKEN: 'xapp-app-secret',
      ACUOPS_DATA: folder,
      DATABASE_URL: databaseUrl,
    },
  });
  if (read.kind === 'faulty') throw new Error('not configured');
  return read;
};

it('is never given more connections than doctor tells', async () => {
  const { config, secrets } = configure(desk.url);
  const [own] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(desk.database.db)).rows;
  const { database, working, queue } = await openGround(config, secrets, log, shutdown);
  const busy = [database, working].flatMap(({ db }) =>
    Array.from({ length: 40 }, () => sql`select pg_sleep(0.2)`.execute(db)),
  );
  for (let hint = 0; hint < 200; hint += 1) queue.hint(createId());
  const most = { pools: 0, all: 0 };
  const watch = async (): Promise<void> => {
    const { rows } = await sql<{ name: string }>`select application_name as name from pg_stat_activity
      where datname = current_database() and application_name like 'acuops%' and pid <> ${own?.pid ?? 0}`.execute(
      desk.database.db,
    );
    most.all = Math.max(most.all, rows.length);
    most.pools = Math.max(most.pools, rows.filter(({ name }) => name === 'acuops').length);
  };
  const state = { busy: true };
  const done = Promise.all(busy).finally(() => {
    state.busy = false;
  });
  while (state.busy) await watch();
  await done;
  expect(most.pools).toBe(countConnections({ redis: { shown: 'redis://elsewhere' } }));
  expect(most.all).toBeGreaterThan(most.pools);
  expect(most.all).toBeLessThanOrEqual(countConnections(config));
});

describe('a database that does not serve', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => void server.close()));
  /** A server of ours that does this with whoever comes. */
  const listen = async (take: (socket: Socket) => void): Promise<number> => {
    const server = createServer(take).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const toUrl = (change: (url: URL) => void): string => {
    const url = new URL(desk.url);
    change(url);
    return url.href;
  };
  it.each([
    [
      'nothing listens',
      'nothing listens there',
      async () => 'postgres://desk:top-secret-of-ours@127.0.0.1:9/acuops',
    ],
    [
      'no such host',
      'nobody here knows that host name',
      async () => 'postgres://desk:top-secret-of-ours@db.invalid/acuops',
    ],
    [
      'another password',
      'refuses the user or the password',
      async () =>
        toUrl((url) => {
          url.password = 'top-secret-of-ours';
        }),
    ],
    [
      'no such database',
      'no database of that name',
      async () =>
        toUrl((url) => {
          url.pathname = '/nowhere';
        }),
    ],
    [
      'it hangs up',
      'does not answer',
      async () =>
        `postgres://desk:top-secret-of-ours@127.0.0.1:${await listen((socket) => socket.destroy())}/acuops`,
    ],
    [
      'no TLS',
      'do not agree on TLS',
      async () =>
        toUrl((url) => {
          url.searchParams.set('sslmode', 'require');
        }),
    ],
  ])('is named without its password, with what to look at: %s', async (_name, means, toAddress) => {
    const { config, secrets } = configure(await toAddress());
    const error: unknown = await openGround(config, secrets, log, shutdown).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AcuopsError);
    const { say, message } = error as AcuopsError;
    const shown = config.database.kind === 'external' ? config.database.shown : '';
    expect(say).toMatch(/^The desk cannot start: its database postgres:\/\/.*\. .*(?:Check|Make).*\.$/u);
    expect(say).toContain(shown);
    expect(say).toContain(means);
    expect(say + message).not.toContain(new URL(secrets.databaseUrl ?? '').password);
  });
});
