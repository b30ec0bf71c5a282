/** The embedded server with real starts: first and later ones, crashes, orphans, a second desk, another major version. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toDataFolder } from '../../src/store/embedded/data-folder.ts';
import { stopLeftover } from '../../src/store/embedded/leftover.ts';
import { isAlive } from '../../src/store/embedded/process-facts.ts';
import {
  type EmbeddedOptions,
  type EmbeddedServer,
  startEmbeddedPostgres,
} from '../../src/store/embedded/server.ts';
import type { DeskReport } from '../support/embedded-desk.ts';

const deskFile = fileURLToPath(new URL('../support/embedded-desk.ts', import.meta.url));

let seed: string;
let dataDir: string;
let lines: string[];
let desks: ChildProcess[];
let servers: EmbeddedServer[];

/** Making a database takes most of a first start; the tests that are not about it copy one. */
beforeAll(async () => {
  seed = await mkdtemp(join(tmpdir(), 'acuops-seed-'));
  const server = await startEmbeddedPostgres({
    dataDir: seed,
    settings: { fsync: 'off' },
    log: () => undefined,
  });
  await server.stop();
});

afterAll(() => rm(seed, { recursive: true, force: true }));

const copySeed = (): void => void execFileSync('cp', ['-a', `${seed}/.`, dataDir]);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'acuops-embedded-'));
  lines = [];
  desks = [];
  servers = [];
});

afterEach(async () => {
  for (const desk of desks) if (desk.exitCode === null && desk.signalCode === null) desk.kill('SIGKILL');
  for (const server of servers) await server.stop();
  await stopLeftover(toDataFolder(dataDir));
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> => {
  const log = (line: string): void => void lines.push(line);
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, log, ...options });
  servers.push(server);
  return server;
};

const startDesk = async (folder = dataDir): Promise<{ desk: ChildProcess; report: DeskReport }> => {
  const desk = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', deskFile, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  desks.push(desk);
  if (desk.stdout === null) throw new Error('the desk has no output');
  const fell = once(desk, 'exit').then(() => Promise.reject(new Error('the desk ended without a word')));
  const spoke = once(createInterface(desk.stdout), 'line');
  const [line] = (await Promise.race([spoke, fell])) as [string];
  fell.catch(() => undefined);
  return { desk, report: JSON.parse(line) as DeskReport };
};

const query = async (url: string, text: string): Promise<unknown> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
};

const pidOf = (server: EmbeddedServer): number => {
  const pid = server.pid();
  if (pid === undefined) throw new Error('the server is down');
  return pid;
};

const promiseRestart = (server: EmbeddedServer): Promise<void> =>
  new Promise((resolve) => {
    server.onRestart(resolve);
  });

const killDesk = async (desk: ChildProcess): Promise<void> => {
  const exit = once(desk, 'exit');
  desk.kill('SIGKILL');
  await exit;
};

describe('first and later starts', () => {
  it('keeps data, port and password over a stop, and starts faster the second time', async () => {
    const t0 = performance.now();
    const first = await start();
    const firstMs = performance.now() - t0;
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS seven');
    const pid = pidOf(first);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const t1 = performance.now();
    const second = await start();
    expect(performance.now() - t1).toBeLessThan(firstMs);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT seven FROM kept')).toBe(7);
  });

  it('is UTF8, loopback only, safe by default and open to nobody without the password', async () => {
    const { url, dataDir: root } = await start({ settings: {} });
    expect(await query(url, 'SHOW server_encoding')).toBe('UTF8');
    expect(await query(url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await query(url, 'SHOW fsync')).toBe('on');
    expect(await query(url, 'SHOW max_connections')).toBe('60');
    expect(await query(url, "SELECT lower('ÄÖÜ')")).toBe('äöü');
    const wrong = url.replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(root, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('refuses files of another major version and leaves them as they are', async () => {
    copySeed();
    const path = join(dataDir, 'pg', 'PG_VERSION');
    await writeFile(path, '16\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 16; this is PostgreSQL 18/);
    expect(await readFile(path, 'utf8')).toBe('16\n');
  });

  it('says which port is in use when one was asked for, and moves on when one was only remembered', async () => {
    copySeed();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = (other.address() as AddressInfo).port;
    await expect(start({ port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
    await writeFile(join(dataDir, 'port'), String(port));
    const mine = await start();
    expect(Number(new URL(mine.url).port)).not.toBe(port);
    other.close();
  });
});

describe('crashes', () => {
  beforeEach(copySeed);

  it('starts a killed server again at the same address and tells', async () => {
    const server = await start();
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS seven');
    const told = promiseRestart(server);
    const pid = pidOf(server);
    const t0 = performance.now();
    process.kill(pid, 'SIGKILL');
    await told;
    expect(performance.now() - t0).toBeLessThan(3000);
    expect(pidOf(server)).not.toBe(pid);
    expect(await query(server.url, 'SELECT seven FROM kept')).toBe(7);
  });

  it('leaves a killed server down when told so, and still stops', async () => {
    const server = await start({ restart: false });
    process.kill(pidOf(server), 'SIGKILL');
    await expect.poll(() => server.pid(), { interval: 5 }).toBeUndefined();
    // Long enough for the restart that must not come; its first pause is 100 ms.
    await sleep(600);
    expect(server.pid()).toBeUndefined();
    await server.stop();
    expect(lines).not.toContain('database server runs again');
  });

  it('stops for good while it is coming back', async () => {
    const server = await start();
    process.kill(pidOf(server), 'SIGKILL');
    await expect.poll(() => server.pid(), { interval: 5 }).toBeUndefined();
    await server.stop();
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('does not start over a worker of the dead server that still lives', async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const worker = rows[0]?.pid ?? 0;
    process.kill(worker, 'SIGSTOP');
    process.kill(pidOf(server), 'SIGKILL');
    await expect.poll(() => lines).toContain('database server did not come back, trying again');
    expect(server.pid()).toBeUndefined();
    const told = promiseRestart(server);
    process.kill(worker, 'SIGKILL');
    await told;
    expect(await query(server.url, 'SELECT 1')).toBe(1);
    await client.end().catch(() => undefined);
  });

  it('starts although the recorded process id now belongs to somebody else', async () => {
    const server = await start();
    // PostgreSQL minds only processes of its own user.
    const { uid, gid } = await stat(join(dataDir, 'pg'));
    const { pid: bystander } = spawn('sleep', ['60'], { stdio: 'ignore', uid, gid });
    if (bystander === undefined) throw new Error('no bystander');
    const record = await readFile(join(dataDir, 'pg', 'postmaster.pid'), 'utf8');
    await server.stop();
    await writeFile(join(dataDir, 'pg', 'postmaster.pid'), record.replace(/^\d+/, String(bystander)));
    const again = await start();
    expect(await query(again.url, 'SELECT 1')).toBe(1);
    expect(isAlive(bystander)).toBe(true);
    process.kill(bystander);
  });
});

describe('desks', () => {
  beforeEach(copySeed);

  it('adopts the server of a killed desk, watches over it and stops it', async () => {
    const { desk, report } = await startDesk();
    if (report.kind !== 'started') throw new Error(report.message);
    await query(report.url, 'CREATE TABLE kept AS SELECT 7 AS seven');
    await killDesk(desk);
    const server = await start();
    expect(pidOf(server)).toBe(report.pid);
    expect(lines).toContain('database server of an earlier run adopted');
    expect(await query(server.url, 'SELECT seven FROM kept')).toBe(7);

    const told = promiseRestart(server);
    process.kill(pidOf(server), 'SIGKILL');
    await told;
    expect(await query(server.url, 'SELECT seven FROM kept')).toBe(7);
    const pid = pidOf(server);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('stops an orphan that does not accept our password and starts its own server', async () => {
    const { desk, report } = await startDesk();
    if (report.kind !== 'started') throw new Error(report.message);
    await query(report.url, `ALTER ROLE acuops PASSWORD 'another'`);
    await killDesk(desk);
    await expect(start()).rejects.toThrow('does not let us in');
    expect(lines).toContain('database server of an earlier run stopped');
    expect(isAlive(report.pid ?? 0)).toBe(false);
  });

  it('refuses a second desk by the first one’s process id and does not touch its server', async () => {
    const server = await start();
    const pid = pidOf(server);
    const { report } = await startDesk();
    expect(report).toMatchObject({ kind: 'failed', code: 'conflict' });
    expect(report.kind === 'failed' && report.message).toContain(`process id ${process.pid}`);
    await expect(start()).rejects.toThrow(`process id ${process.pid}`);
    expect(pidOf(server)).toBe(pid);
    expect(await query(server.url, 'SELECT 1')).toBe(1);
  });

  it('lets exactly one of several desks take over from a dead one', async () => {
    const { desk } = await startDesk();
    await killDesk(desk);
    const rivals = await Promise.all([startDesk(), startDesk(), startDesk()]);
    const kinds = rivals.map(({ report }) => report.kind).sort();
    expect(kinds).toEqual(['failed', 'failed', 'started']);
  });
});
