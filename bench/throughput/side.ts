/** What both sides of the throughput bench offer, so that one loop drives them in turn. */
import type { Pool } from 'pg';
import type { QueuePool } from '../../src/jobs/hints.ts';

export interface SideOptions {
  readonly databaseUrl: string;
  /** Null: the queue lives on Postgres. */
  readonly redisUrl: string | null;
  /** Jobs or operations that run at once. */
  readonly atOnce: number;
}

export interface Side {
  readonly name: string;
  /** One listener, told of each piece of work whose last write is committed. */
  readonly onDone: (listener: () => void) => void;
  readonly ask: (key: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** pg's own pool is what BullMQ asks for; only the two packages' overloads of `on` differ. */
export const toQueuePool = (pool: Pool): QueuePool => pool as unknown as QueuePool;
