/** A plain BullMQ program that writes to Postgres exactly as often as the desk does: two rows and a commit to take a job in, one to begin it, two and a commit to end it. */
import { randomUUID } from 'node:crypto';
import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool, type PoolClient } from 'pg';
import { migrateQueue } from '../../src/jobs/hints.ts';
import { openQueuePool } from '../../src/store/database.ts';
import { type Side, type SideOptions, toQueuePool } from './side.ts';

const queueName = 'bench-bare';
/** As the desk keeps its own. */
const jobOptions = { removeOnComplete: { age: 3_600 }, removeOnFail: { age: 86_400 } };
const quiet = (): void => undefined;

const tables = `
  create table work (id uuid primary key, delivery_key text not null unique, state text not null, body jsonb not null,
    lease_until timestamptz, result jsonb, at timestamptz not null default now());
  create table trail (id uuid primary key, work_id uuid not null, event text not null, body jsonb not null, at timestamptz not null default now());
  create index on work (at) where state = 'open';
  create index on trail (work_id);`;

const transact = async (pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await work(client);
    await client.query('commit');
  } finally {
    client.release();
  }
};

const takeIn = (pool: Pool, id: string, key: string): Promise<void> =>
  transact(pool, async (client) => {
    const body = JSON.stringify({ verb: 'bench-step', input: {} });
    await client.query("insert into work (id, delivery_key, state, body) values ($1, $2, 'open', $3)", [
      id,
      key,
      body,
    ]);
    await client.query("insert into trail (id, work_id, event, body) values ($1, $2, 'asked', $3)", [
      randomUUID(),
      id,
      body,
    ]);
  });

const carryOut = async (pool: Pool, id: string): Promise<void> => {
  await pool.query("update work set lease_until = now() + interval '15 s' where id = $1", [id]);
  await transact(pool, async (client) => {
    await client.query(
      "update work set state = 'done', lease_until = null, result = $2 where id = $1 and state = 'open'",
      [id, '{"ok":true}'],
    );
    await client.query("insert into trail (id, work_id, event, body) values ($1, $2, 'finished', $3)", [
      randomUUID(),
      id,
      '{"exit":0}',
    ]);
  });
};

type Handle = (job: { readonly data: unknown }) => Promise<void>;

interface BareQueue {
  readonly add: (id: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const openOnRedis = (url: string, handle: Handle, concurrency: number): BareQueue => {
  const producer = new Redis(url, { maxRetriesPerRequest: 1 });
  const consumer = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(queueName, { connection: producer, defaultJobOptions: jobOptions });
  const worker = new Worker(queueName, handle, { connection: consumer, concurrency });
  for (const redis of [producer, consumer]) redis.on('error', quiet);
  queue.on('error', quiet);
  worker.on('error', quiet);
  return {
    add: (id) => queue.add('work', { id }),
    close: async () => {
      await worker.close(true);
      await queue.close();
      producer.disconnect();
      consumer.disconnect();
    },
  };
};

const openOnPostgres = async (url: string, handle: Handle, concurrency: number): Promise<BareQueue> => {
  const pool = openQueuePool(url, 8, quiet);
  const connection = toQueuePool(pool);
  await migrateQueue(connection);
  const backend = withBackend(createPostgresBackend);
  const queue = new backend.Queue(queueName, { connection, defaultJobOptions: jobOptions });
  const worker = new backend.Worker(queueName, handle, { connection, concurrency });
  queue.on('error', quiet);
  worker.on('error', quiet);
  return {
    add: (id) => queue.add('work', { id }),
    close: async () => {
      await worker.close(true);
      await queue.close();
      await pool.end();
    },
  };
};

export const openBareSide = async ({ databaseUrl, redisUrl, atOnce }: SideOptions): Promise<Side> => {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  pool.on('error', quiet);
  await pool.query(tables);
  let onDone: () => void = quiet;
  const handle: Handle = async (job) => {
    await carryOut(pool, (job.data as { readonly id: string }).id);
    onDone();
  };
  const queue =
    redisUrl === null
      ? await openOnPostgres(databaseUrl, handle, atOnce)
      : openOnRedis(redisUrl, handle, atOnce);
  return {
    name: 'bare BullMQ',
    onDone: (listener) => {
      onDone = listener;
    },
    ask: async (key) => {
      const id = randomUUID();
      await takeIn(pool, id, key);
      await queue.add(id);
    },
    close: async () => {
      await queue.close();
      await pool.end();
    },
  };
};
