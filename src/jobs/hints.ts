/** The queue that hurries: a hint "look at this operation", on Redis or on the same Postgres. It may come twice or never; the due-row timer makes up for it. */
import { createPostgresBackend, type PgPool, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';

const queueName = 'operations';
/** In braces, so that a Redis cluster keeps the queue's keys together. */
const prefix = '{acuops}';
/** Kept by age, never by count: a count costs more than half of the throughput on Postgres. */
const jobOptions = { removeOnComplete: { age: 3_600 }, removeOnFail: { age: 86_400 } };
/** After an outage the worker looks again this soon; BullMQ's default is 15 s. */
const runRetryDelay = 500;

export type QueuePool = PgPool;

export type QueueBackend =
  | { readonly kind: 'redis'; readonly url: string }
  /** The queue's own pool, with `search_path=bullmq`; whoever made it closes it. */
  | { readonly kind: 'postgres'; readonly pool: PgPool };

export interface HintQueue {
  /** Never waits and never throws: a hint that is lost costs half a second. */
  readonly hint: (operationId: string) => void;
  /** Starts taking hints; `look` is called for each, at most `concurrency` at once. */
  readonly listen: (look: (operationId: string) => Promise<void>, concurrency: number) => void;
  readonly isReachable: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** Brings the queue's own tables up to date; safe when several desks start at once. */
export const migrateQueue = async (pool: PgPool): Promise<void> => {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
};

type Handler = (job: { readonly data: unknown }) => Promise<void>;
type Log = (line: string, detail: object) => void;

/** What the two backends differ in. */
interface Parts {
  readonly add: (data: object) => Promise<unknown>;
  readonly work: (handle: Handler, concurrency: number) => { close: () => Promise<void> };
  readonly ping: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export const createHintQueue = (backend: QueueBackend, log: Log): HintQueue => {
  const parts =
    backend.kind === 'redis' ? createRedisParts(backend.url, log) : createPostgresParts(backend.pool, log);
  let worker: { close: () => Promise<void> } | undefined;
  return {
    hint: (operationId) => {
      parts
        .add({ operationId })
        .catch((error: Error) =>
          log('a hint was lost; the timer will find the operation', { error: error.message }),
        );
    },
    listen: (look, concurrency) => {
      worker = parts.work(async (job) => {
        const { operationId } = job.data as { operationId?: unknown };
        if (typeof operationId === 'string') await look(operationId);
      }, concurrency);
    },
    isReachable: parts.ping,
    close: async () => {
      await worker?.close();
      await parts.close();
    },
  };
};

const createRedisParts = (url: string, log: Log): Parts => {
  // A producer must fail at once and a worker must wait for ever: one connection for each purpose.
  const producer = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const consumer = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  for (const redis of [producer, consumer])
    redis.on('error', (error) => log('Redis trouble', { error: error.message }));
  const queue = new Queue(queueName, { connection: producer, prefix, defaultJobOptions: jobOptions });
  queue.on('error', (error) => log('queue trouble', { error: error.message }));
  return {
    add: (data) => queue.add('look', data),
    work: (handle, concurrency) => {
      const worker = new Worker(queueName, handle, {
        connection: consumer,
        prefix,
        concurrency,
        runRetryDelay,
      });
      worker.on('error', (error) => log('queue worker trouble', { error: error.message }));
      return { close: () => worker.close(true) };
    },
    ping: async () => producer.status === 'ready' && (await producer.ping()) === 'PONG',
    close: async () => {
      await queue.close();
      producer.disconnect();
      consumer.disconnect();
    },
  };
};

const onPostgres = withBackend(createPostgresBackend);

const createPostgresParts = (pool: PgPool, log: Log): Parts => {
  const queue = new onPostgres.Queue(queueName, { connection: pool, defaultJobOptions: jobOptions });
  queue.on('error', (error) => log('queue trouble', { error: error.message }));
  return {
    add: (data) => queue.add('look', data),
    work: (handle, concurrency) => {
      const worker = new onPostgres.Worker(queueName, handle, {
        connection: pool,
        concurrency,
        runRetryDelay,
      });
      worker.on('error', (error) => log('queue worker trouble', { error: error.message }));
      return { close: () => worker.close(true) };
    },
    ping: async () => {
      await pool.query('select 1');
      return true;
    },
    close: () => queue.close(),
  };
};
