/** A redis-server of the test's own on a free port, durable as production's is; absent where the machine has none, and that is said. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../sandbox/loopback.ts';

export interface TestRedis {
  readonly url: string;
  readonly flush: () => Promise<string>;
  /** kill -9; the data stays. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
}

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) process.stderr.write('no redis-server on this machine: everything on Redis is skipped\n');

const say = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (part) => {
      resolve(part.toString().trim());
      socket.destroy();
    });
    socket.once('error', reject);
  });

export const createRedis = async (): Promise<TestRedis> => {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'acuops-redis-'));
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  let child: ChildProcess | undefined;
  process.on('exit', () => child?.kill('SIGKILL'));
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  };
  const start = async (): Promise<void> => {
    child = spawn('redis-server', [...flags, '--appendonly', 'yes', '--appendfsync', 'always'], {
      stdio: 'ignore',
    });
    for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20))
      if ((await say(port, 'PING').catch(() => '')) === '+PONG') return;
    throw new Error('redis-server did not start');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    flush: () => say(port, 'FLUSHALL'),
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
