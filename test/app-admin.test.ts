/** Who opens the doors to everybody does not open alive, ready and figures with them. */
import { afterEach, expect, it } from 'vitest';
import { openAdminPort } from '../src/app-admin.ts';
import { createMetrics } from '../src/runtime/metrics.ts';
import { createShutdown, type Shutdown } from '../src/runtime/shutdown.ts';
import { createKeptLog } from './support/quiet-log.ts';

let shutdown: Shutdown | undefined;
afterEach(() => shutdown?.run('the test is over'));

it('listens where ADMIN_HOST says, wherever the doors are', async () => {
  const { log } = createKeptLog();
  shutdown = createShutdown({ log });
  // As a whole configuration holds it: where the doors are is not asked.
  const config = { host: '0.0.0.0', adminHost: '127.0.0.1', adminPort: 0 };
  const { url } = await openAdminPort({
    config,
    database: { readMigrations: async () => 'head' },
    queue: { isReachable: async () => true },
    metrics: createMetrics({
      readBacklog: async () => ({ operationsOpen: 0, cardsBehind: 0, auditUnsealed: 0 }),
    }),
    log,
    shutdown,
  });
  expect(new URL(url).hostname).toBe('127.0.0.1');
});
