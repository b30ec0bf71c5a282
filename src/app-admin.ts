/** Opens the admin port: alive, ready, figures. It is opened first and closed last, so that whoever watches the desk sees it start and drain. */
import type { Config } from './config/config.ts';
import { createAdminServer } from './http/admin-server.ts';
import type { HintQueue } from './jobs/hints.ts';
import type { Logger } from './runtime/logger.ts';
import type { Metrics } from './runtime/metrics.ts';
import { createReadiness, type Readiness } from './runtime/readiness.ts';
import type { Shutdown } from './runtime/shutdown.ts';
import type { Database } from './store/database.ts';

export interface AdminPortParts {
  readonly config: Pick<Config, 'adminHost' | 'adminPort'>;
  readonly database: Pick<Database, 'readMigrations'>;
  readonly queue: Pick<HintQueue, 'isReachable'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

export interface AdminPort {
  readonly url: string;
  readonly readiness: Pick<Readiness, 'add'>;
  /** Until then the desk is not ready, whatever the checks say. */
  readonly noteStarted: () => void;
}

export const openAdminPort = async (parts: AdminPortParts): Promise<AdminPort> => {
  const { config, database, queue, metrics, log, shutdown } = parts;
  const readiness = createReadiness({ log, stopping: shutdown.signal });
  let started = false;
  readiness.add('start', async () => (started ? null : 'the desk is starting'));
  readiness.add('database', async () => {
    const missing = await database.readMigrations();
    return missing === 'head' ? null : `migrations missing: ${missing.join(', ')}`;
  });
  readiness.add('queue', async () => ((await queue.isReachable()) ? null : 'the queue does not answer'));
  const { url, stop } = await createAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    log,
    readiness,
    metrics,
  });
  shutdown.add('admin port', () => stop(500));
  return {
    url,
    readiness,
    noteStarted: () => {
      started = true;
    },
  };
};
