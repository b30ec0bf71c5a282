/** Opens Postgres: our own small pool, migrations under an advisory lock, and transactions as opaque handles. Foreign errors are translated here, once. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { isAway } from '../errors.ts';
import type { Tx } from '../operations/tx.ts';
import { up as spine } from './migrations/0001-spine.ts';
import { up as registry } from './migrations/0002-registry.ts';
import { up as schedules } from './migrations/0003-schedules.ts';
import { up as githubBudgets } from './migrations/0004-github-budgets.ts';
import { up as withAge } from './migrations/0005-with-age.ts';
import { up as movedCards } from './migrations/0006-moved-cards.ts';
import { up as approvals } from './migrations/0007-approvals.ts';
import { keepAlive, toSoundPool } from './pools.ts';
import { isLostRace, toStoreError } from './store-errors.ts';
import type { Tables } from './tables.ts';

const migrations: Record<string, Migration> = {
  '0001-spine': { up: spine },
  '0002-registry': { up: registry },
  '0003-schedules': { up: schedules },
  '0004-github-budgets': { up: githubBudgets },
  '0005-with-age': { up: withAge },
  '0006-moved-cards': { up: movedCards },
  '0007-approvals': { up: approvals },
};

/** A pooled handle or a transaction: what every query takes. */
export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  /** `work` does nothing but this transaction: it is run again where surely nothing of it was written. */
  readonly transact: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Each statement is a transaction of its own. `work` is run again where a connection was dead, so it must bear that. */
  readonly untied: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly migrate: () => Promise<void>;
  /** `head` when every migration ran; else which are missing. */
  readonly readMigrations: () => Promise<'head' | readonly string[]>;
  /** Round trip in milliseconds and how far the server's clock is from ours. */
  readonly ping: () => Promise<{ readonly tookMs: number; readonly clockOffMs: number }>;
  readonly close: () => Promise<void>;
}

interface StoreTx extends Tx {
  readonly trx: Db;
}

/** The one place where a handle is opened again. @throws Error for a handle that no transaction of ours made */
export const toDb = (tx: Tx): Db => {
  if (!('trx' in tx)) throw new Error('a transaction handle of another store');
  return (tx as StoreTx).trx;
};

export interface DatabaseOptions {
  readonly url: string;
  /** Connections at most; the queue has its own pool. */
  readonly max?: number;
  /** How long somebody waits for a connection, free or new. Default 2 s: Slack gives three for the whole answer. */
  readonly patienceMs?: number;
  readonly log: (line: string, detail: object) => void;
}

export const openDatabase = (options: DatabaseOptions): Database => {
  const most = options.max ?? 10;
  const pool = new Pool({
    connectionString: options.url,
    max: most,
    connectionTimeoutMillis: options.patienceMs ?? 2_000,
    // Slack waits three seconds; a statement that takes longer has lost its reader.
    statement_timeout: 10_000,
    // A server that hangs cannot end a statement by itself; then the caller is told all the same.
    query_timeout: 12_000,
    idle_in_transaction_session_timeout: 15_000,
    application_name: 'acuops',
  });
  keepAlive(pool, (error) => options.log('an idle database connection was lost', { error }));
  const db: Db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: toSoundPool(pool) }) });
  const migrator = createMigrator(db);
  return {
    db,
    transact: (work) =>
      translate(() =>
        // Each connection of the pool may have died, and then comes a new one.
        tryAgain(most + 1, (onBegun) =>
          db.transaction().execute((trx) => {
            onBegun();
            return work({ kind: 'tx', trx } as StoreTx);
          }),
        ),
      ),
    untied: (work) => translate(() => tryAgain(most + 1, () => work({ kind: 'tx', trx: db } as StoreTx))),
    migrate: () => migrate(options.url),
    readMigrations: async () => {
      const missing = (await migrator.getMigrations())
        .filter((entry) => !entry.executedAt)
        .map((entry) => entry.name);
      return missing.length === 0 ? 'head' : missing;
    },
    ping: async () => {
      const before = Date.now();
      const { rows } = await translate(() => sql<{ at: Date }>`select clock_timestamp() as at`.execute(db));
      const after = Date.now();
      return { tookMs: after - before, clockOffMs: (rows[0]?.at.getTime() ?? after) - (before + after) / 2 };
    },
    close: () => db.destroy(),
  };
};

const createMigrator = (db: Db): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => migrations } });

/** Without the time limits of those who are waited for: an index over years of rows takes its time, and so does the desk that builds it while another one starts. */
const migrate = async (url: string): Promise<void> => {
  const pool = new Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 2_000,
    application_name: 'acuops',
  });
  keepAlive(pool, () => undefined);
  const db: Db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { error } = await createMigrator(db).migrateToLatest();
    if (error) throw toStoreError(error);
  } finally {
    await db.destroy();
  }
};

/** A connection that died unnoticed fails at once; one that cannot be made takes too long to try again for somebody who waits. */
const atOnceMs = 500;

/** Runs a transaction again where surely nothing of it was written: lost to another at the same moment, or not even begun. */
const tryAgain = async <T>(times: number, attempt: (onBegun: () => void) => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  for (let time = 1; ; time += 1) {
    let begun = false;
    try {
      return await attempt(() => {
        begun = true;
      });
    } catch (error) {
      const isUnbegun = !begun && performance.now() - startedAt < atOnceMs && isAway(toStoreError(error));
      if (time >= times || !(isUnbegun || isLostRace(error))) throw error;
    }
  }
};

/** Runs a query and translates "Postgres is away" to our own error; everything else passes. */
export const translate = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
};

/** What Postgres refuses in text: NUL characters are left out, halves of surrogate pairs replaced. */
export const toStorable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** JSON for a jsonb column, storable in values and keys. */
export const toJsonText = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, entry: unknown) => {
    if (typeof entry === 'string') return toStorable(entry);
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return entry;
    if (Object.keys(entry).every((key) => key === toStorable(key))) return entry;
    return Object.fromEntries(Object.entries(entry).map(([key, inner]) => [toStorable(key), inner]));
  });

/** The queue's own small pool: BullMQ finds its tables by the search path. Closed by whoever opened it. */
export const openQueuePool = (url: string, max: number, log: DatabaseOptions['log']): Pool => {
  const pool = new Pool({
    connectionString: url,
    max,
    options: '-c search_path=bullmq',
    connectionTimeoutMillis: 2_000,
    application_name: 'acuops-queue',
  });
  keepAlive(pool, (error) => log('an idle queue connection was lost', { error }));
  // One Queue and one Worker share it; each adds listeners.
  pool.setMaxListeners(30);
  return pool;
};
