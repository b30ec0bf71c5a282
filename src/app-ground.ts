/** Opens what everything stands on: Postgres (embedded or given), its migrations, the queue. Each part adds its own closer. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Secrets } from './config/config.ts';
import { createHintQueue, type HintQueue, migrateQueue, type QueuePool } from './jobs/hints.ts';
import type { Logger } from './runtime/logger.ts';
import type { Shutdown } from './runtime/shutdown.ts';
import { type Database, openDatabase, openQueuePool } from './store/database.ts';
import { startEmbeddedPostgres } from './store/embedded/server.ts';
import { ensureKillswitch } from './store/killswitch-store.ts';
import { ensureSetting } from './store/settings-store.ts';
import { toStartError } from './store/store-errors.ts';

export interface Ground {
  /** For whoever is waited for: requests, doors, probes of readiness. */
  readonly database: Database;
  /** For steps, items, cards and loops: a hundred of them may wait their turn without anything being away. */
  readonly working: Database;
  readonly queue: HintQueue;
  /** Random, made at the first start: fingerprints of credentials mean nothing outside this installation. */
  readonly fingerprintKey: Uint8Array;
}

const queueConnections = 8;
const doorConnections = 6;
const workingConnections = 8;
const workingPatienceMs = 15_000;

/** What one process of these settings takes of the database at most. */
export const countConnections = ({ redis }: Pick<Config, 'redis'>): number =>
  doorConnections + workingConnections + (redis === null ? queueConnections : 0);

/** @throws AcuopsError that says which database does not serve, and what to look at. */
export const openGround = async (
  config: Config,
  secrets: Secrets,
  log: Logger,
  shutdown: Shutdown,
): Promise<Ground> => {
  try {
    return await open(config, secrets, log, shutdown);
  } catch (error) {
    throw config.database.kind === 'external' ? toStartError(error, config.database.shown) : error;
  }
};

const open = async (config: Config, secrets: Secrets, log: Logger, shutdown: Shutdown): Promise<Ground> => {
  // The terminal's socket stands there too. 0711: started by root, the embedded server runs as another user, who must be able to pass through.
  await mkdir(config.dataFolder, { recursive: true, mode: 0o711 });
  const url = secrets.databaseUrl ?? (await openEmbedded(config, log, shutdown));
  const database = openDatabase({
    url,
    max: doorConnections,
    log: (line, detail) => log.warn(line, { ...detail }),
  });
  shutdown.add('database', database.close);
  const working = openDatabase({
    url,
    max: workingConnections,
    patienceMs: workingPatienceMs,
    log: (line, detail) => log.warn(line, { ...detail }),
  });
  shutdown.add('working database', working.close);
  await database.migrate();
  await ensureKillswitch(database.db, new Date());
  const key = await ensureSetting(database.db, 'fingerprint-key', () => randomBytes(32).toString('base64'));
  const queue = await openQueue(secrets, url, log, shutdown);
  return { database, working, queue, fingerprintKey: Buffer.from(key, 'base64') };
};

const openEmbedded = async (config: Config, log: Logger, shutdown: Shutdown): Promise<string> => {
  const server = await startEmbeddedPostgres({
    dataDir: join(config.dataFolder, 'postgres'),
    log: (line, detail) => log.info(line, { ...detail }),
  });
  shutdown.add('embedded database', server.stop, 8_000);
  return server.url;
};

const openQueue = async (
  secrets: Secrets,
  databaseUrl: string,
  log: Logger,
  shutdown: Shutdown,
): Promise<HintQueue> => {
  const trouble = (line: string, detail: object) => log.warn(line, { ...detail });
  if (secrets.redisUrl !== null) {
    const queue = createHintQueue({ kind: 'redis', url: secrets.redisUrl }, trouble);
    shutdown.add('queue', queue.close);
    return queue;
  }
  const opened = openQueuePool(databaseUrl, queueConnections, trouble);
  shutdown.add('queue connections', () => opened.end());
  // pg's own pool is what BullMQ asks for; only the two packages' overloads of `on` differ.
  const pool = opened as unknown as QueuePool;
  await migrateQueue(pool);
  const queue = createHintQueue({ kind: 'postgres', pool }, trouble);
  shutdown.add('queue', queue.close);
  return queue;
};
