/** A PostgreSQL of the test's own that can be killed and brought back apart from the desk, on the same port with the same data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toDataFolder } from '../../src/store/embedded/data-folder.ts';
import { stopLeftover } from '../../src/store/embedded/leftover.ts';
import { isAlive } from '../../src/store/embedded/process-facts.ts';
import { type EmbeddedServer, startEmbeddedPostgres } from '../../src/store/embedded/server.ts';

export interface KillablePostgres {
  readonly url: string;
  /** kill -9 of the main process; the others of the server see it and end. */
  readonly kill: () => Promise<void>;
  /** Resolves when it takes connections again. */
  readonly comeBack: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const createKillablePostgres = async (): Promise<KillablePostgres> => {
  const folder = mkdtempSync(join(tmpdir(), 'acuops-chaos-pg-'));
  await chmod(folder, 0o711);
  const start = (): Promise<EmbeddedServer> =>
    startEmbeddedPostgres({
      dataDir: join(folder, 'db'),
      settings: { fsync: 'off', max_connections: '100' },
      restart: false,
      log: () => undefined,
    });
  let server = await start();
  const { url } = server;
  return {
    url,
    kill: async () => {
      const pid = server.pid();
      if (pid === undefined) throw new Error('the server is down already');
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await sleep(10);
      await server.stop();
    },
    comeBack: async () => {
      for (let tries = 0; ; tries += 1) {
        try {
          server = await start();
          return;
        } catch (error) {
          // The dead server's children may still hold its shared memory for a moment.
          if (tries === 20) throw error;
          await sleep(50);
        }
      }
    },
    stop: async () => {
      await server.stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export interface BuiltIn {
  readonly url: string;
  /** For ACUOPS_DATA. */
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** A data folder whose built-in database was set up before, so that its address is known to the test. */
export const prepareBuiltIn = async (): Promise<BuiltIn> => {
  const folder = mkdtempSync(join(tmpdir(), 'acuops-chaos-data-'));
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'postgres');
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  await server.stop();
  return {
    url: server.url,
    folder,
    remove: async () => {
      await stopLeftover(toDataFolder(dataDir));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
