/** The ground on a real database: it takes of it what doctor says that it takes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countConnections, openGround } from '../src/app-ground.ts';
import { readConfig } from '../src/config/read-config.ts';
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

it('is never given more connections than doctor tells', async () => {
  const read = readConfig({
    env: {
      SLACK_BOT_TOKEN: 'xoxb-bot-secret',
      SLACK_APP_TOKEN: 'xapp-app-secret',
      ACUOPS_DATA: folder,
      DATABASE_URL: desk.url,
    },
  });
  if (read.kind === 'faulty') throw new Error('not configured');
  const { config } = read;
  const [own] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(desk.database.db)).rows;
  const { database, working, queue } = await openGround(config, read.secrets, log, shutdown);
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
  let isBusy = true;
  const done = Promise.all(busy).finally(() => {
    isBusy = false;
  });
  while (isBusy) await watch();
  await done;
  expect(most.pools).toBe(countConnections({ redis: { shown: 'redis://elsewhere' } }));
  expect(most.all).toBeGreaterThan(most.pools);
  expect(most.all).toBeLessThanOrEqual(countConnections(config));
});
