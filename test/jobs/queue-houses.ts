/** Where the queue may live: the tests' Postgres always, Redis where `REDIS_URL` or a `redis-server` is at hand. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../../sandbox/loopback.ts';
import { migrateQueue, type QueueBackend, type QueuePool } from '../../src/jobs/hints.ts';
import { openQueuePool } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/postgres.ts';

export interface QueueHouse {
  /** A backend for one more queue in the same house. */
  readonly backend: () => QueueBackend;
  readonly drop: () => Promise<void>;
}

export interface QueueHouseKind {
  readonly name: string;
  readonly open: () => Promise<QueueHouse>;
}

const noLog = (): void => undefined;

const openOnPostgres = async (): Promise<QueueHouse> => {
  const database = await createTestDatabase();
  const pools: { end: () => Promise<void> }[] = [];
  const openPool = (): QueuePool => {
    const pool = openQueuePool(database.url, 8, noLog);
    pools.push(pool);
    return pool as unknown as QueuePool;
  };
  await migrateQueue(openPool());
  return {
    backend: () => ({ kind: 'postgres', pool: openPool() }),
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.drop();
    },
  };
};

/** A server that was given may be somebody's: its last database is the tests'. */
const toTestDatabase = (given: string): string => {
  const url = new URL(given);
  url.pathname = '/15';
  return url.href;
};

const startRedis = async (): Promise<{ url: string; stop: () => Promise<void> }> => {
  const given = process.env['REDIS_URL'];
  if (given) return { url: toTestDatabase(given), stop: async () => undefined };
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), 'acuops-redis-'));
  const server: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const openOnRedis = async (): Promise<QueueHouse> => {
  const server = await startRedis();
  const probe = new Redis(server.url, { maxRetriesPerRequest: null });
  probe.on('error', noLog);
  await probe.ping();
  probe.disconnect();
  return { backend: () => ({ kind: 'redis', url: server.url }), drop: server.stop };
};

const hasRedis = (): boolean => {
  if (process.env['REDIS_URL']) return true;
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export const queueHouses = async (): Promise<readonly QueueHouseKind[]> => {
  const onPostgres = { name: 'Postgres', open: openOnPostgres };
  if (hasRedis()) return [onPostgres, { name: 'Redis', open: openOnRedis }];
  process.stderr.write('Redis is skipped: neither REDIS_URL nor a redis-server is here\n');
  return [onPostgres];
};
