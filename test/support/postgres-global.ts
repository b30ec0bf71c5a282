/**
 * Vitest's global setup: one PostgreSQL for the whole run, in a folder of its own under the system's temporary one.
 * A run that was killed leaves its server behind; the next run finds it by its folder and stops it.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { toMessage } from '../../src/errors.ts';
import { toDataFolder } from '../../src/store/embedded/data-folder.ts';
import { stopLeftover } from '../../src/store/embedded/leftover.ts';
import {
  isSameProcessAlive,
  type ProcessIdentity,
  readIdentity,
} from '../../src/store/embedded/process-facts.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/server.ts';

/** Nothing here has to outlive the run, and many test files with pools of their own share the server. */
const testSettings = {
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '10min',
};

const home = join(tmpdir(), `acuops-test-${userInfo().username}`);
const ownerName = 'owner.json';

let end: (() => Promise<void>) | undefined;

const isOwned = async (run: string): Promise<boolean> => {
  try {
    const owner = JSON.parse(await readFile(join(run, ownerName), 'utf8')) as ProcessIdentity;
    return isSameProcessAlive(owner);
  } catch {
    return false;
  }
};

/** Runs beside this one may clear the same folder, so what cannot be cleared now is left for a later run. */
const clearRun = async (run: string): Promise<void> => {
  try {
    await stopLeftover(toDataFolder(join(run, 'db')));
    await rm(run, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    process.stderr.write(`an earlier test run is not cleared yet: ${toMessage(error)}\n`);
  }
};

/** Only folders whose run is dead; a run that goes on beside this one keeps its server. */
const clearDeadRuns = async (): Promise<void> => {
  for (const name of await readdir(home)) {
    const run = join(home, name);
    if (name.startsWith('run-') && !(await isOwned(run))) await clearRun(run);
  }
};

/** Moved into place together with its owner, so that a run beside this one never takes it for a dead one's. */
const createRunFolder = async (): Promise<string> => {
  const run = join(home, `run-${process.pid}-${Date.now()}`);
  const aside = join(home, `new-${process.pid}-${Date.now()}`);
  await mkdir(aside, { mode: 0o755 });
  await writeFile(join(aside, ownerName), JSON.stringify(readIdentity(process.pid)));
  await rename(aside, run);
  return run;
};

const startOwnServer = async (): Promise<string> => {
  await mkdir(home, { recursive: true, mode: 0o755 });
  await clearDeadRuns();
  const run = await createRunFolder();
  const server = await startEmbeddedPostgres({
    dataDir: join(run, 'db'),
    settings: testSettings,
    log: () => undefined,
  });
  end = async () => {
    await server.stop();
    await rm(run, { recursive: true, force: true });
  };
  return server.url;
};

export const setup = async (project: TestProject): Promise<void> => {
  project.provide('postgresUrl', process.env['TEST_DATABASE_URL'] ?? (await startOwnServer()));
};

export const teardown = async (): Promise<void> => {
  await end?.();
};
