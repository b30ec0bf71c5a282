/** A desk that is told to stop before it is ready, with Slack out of reach: it stops in order and leaves nothing running. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { toDataFolder } from '../../src/store/embedded/data-folder.ts';
import { stopLeftover } from '../../src/store/embedded/leftover.ts';
import { isAlive } from '../../src/store/embedded/process-facts.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const waitingForSlack = 'the connection to Slack could not be made';
/** Of util-linux: runs a program as the first process of a namespace, as a container does. */
const firstProcess = 'unshare';
const folders: string[] = [];
const running: ChildProcess[] = [];
let own: DeskDatabase;

beforeAll(async () => {
  own = await createDeskDatabase();
});
afterAll(() => own.drop());
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) {
    await stopLeftover(toDataFolder(join(folder, 'postgres')));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

const start = async (env: Readonly<Record<string, string>> = {}, isFirst = false) => {
  const folder = await mkdtemp(join(tmpdir(), 'acuops-stop-'));
  folders.push(folder);
  // Where root runs this, the database's user has to pass through.
  await chmod(folder, 0o755);
  const desk = ['--disable-warning=ExperimentalWarning', main];
  const [program, args] = isFirst
    ? ([firstProcess, ['--pid', '--fork', '--kill-child', process.execPath, ...desk]] as const)
    : ([process.execPath, desk] as const);
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      ACUOPS_DATA: folder,
      SLACK_MODE: 'socket',
      SLACK_BOT_TOKEN: 'xoxb-1-1-pretend',
      SLACK_APP_TOKEN: 'xapp-1-A1-1-pretend',
      // Nobody listens there.
      SLACK_API_URL: 'http://127.0.0.1:47/api/',
      PORT: '0',
      ADMIN_PORT: '0',
      ...env,
    },
  });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    folder,
    pid: child.pid ?? 0,
    ended,
    said: () => said,
    hear: (words: string) => expect.poll(() => said, { timeout: 60_000, interval: 10 }).toContain(words),
    tell: (signal: NodeJS.Signals) => child.kill(signal),
  };
};

const readServerPid = (folder: string): number => {
  const file = join(folder, 'postgres/pg/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
};

it.each(['database server ready', waitingForSlack])(
  'told so at "%s": exits 0 soon, and its database is not left running',
  async (words) => {
    const desk = await start();
    await desk.hear(words);
    const server = readServerPid(desk.folder);
    expect(isAlive(server)).toBe(true);
    const since = performance.now();
    desk.tell('SIGTERM');
    expect(await desk.ended).toBe(0);
    expect(performance.now() - since).toBeLessThan(15_000);
    expect(isAlive(server)).toBe(false);
    expect(desk.said()).not.toContain('acuops ready');
    expect(desk.said()).not.toContain('could not start');
  },
);

it('told so at any other moment: nothing goes on upon what is closed already', async () => {
  const ends: (number | null)[] = [];
  for (let laterMs = 0; laterMs <= 450; laterMs += 50) {
    const desk = await start({ DATABASE_URL: own.url });
    await desk.hear('ACUOPS_ADMINS is empty');
    await sleep(laterMs);
    desk.tell('SIGTERM');
    ends.push(await Promise.race([desk.ended, sleep(15_000, -1)]));
  }
  expect(ends).toEqual(Array(10).fill(0));
});

it('told so while its database is set up: the server that comes meanwhile is stopped too', async () => {
  const desk = await start();
  await expect
    .poll(() => existsSync(join(desk.folder, 'postgres')), { timeout: 60_000, interval: 5 })
    .toBe(true);
  desk.tell('SIGTERM');
  expect(await desk.ended).toBe(0);
  expect(desk.said()).toContain('database server stopped');
  expect(readServerPid(desk.folder)).toBe(0);
});

const canUnshare = (): boolean => {
  try {
    execFileSync(firstProcess, ['--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
if (!canUnshare()) process.stderr.write('Skipped: this user may not make a process number 1\n');

it.skipIf(!canUnshare())(
  'does so as process number 1, where a signal nobody listens to is lost',
  async () => {
    const desk = await start({ DATABASE_URL: own.url }, true);
    await desk.hear(waitingForSlack);
    const inner = Number(execFileSync('pgrep', ['-P', String(desk.pid)]).toString());
    process.kill(inner, 'SIGTERM');
    expect(await desk.ended).toBe(0);
  },
);
