/** The Postgres that everything of one run stands on: the desk's own embedded server with its usual settings, in a temporary folder. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded/server.ts';

export interface Ground {
  /** An empty database of its own on the one server. */
  readonly createDatabase: () => Promise<string>;
  /** Of the server; undefined where it is not ours. */
  readonly pid: number | undefined;
  readonly stop: () => Promise<void>;
}

export const createDatabaseOn = async (serverUrl: string): Promise<string> => {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${name} template template0`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
};

export const startGround = async (): Promise<Ground> => {
  const folder = mkdtempSync(join(tmpdir(), 'acuops-bench-'));
  // Started by root, the server runs as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
  return {
    createDatabase: () => createDatabaseOn(server.url),
    pid: server.pid(),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
