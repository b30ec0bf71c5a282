/** `npm run sandbox` as a person has it: a process that says it is ready, bears trouble, and leaves nothing behind when it is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { hasLocalSlack } from '../../sandbox/slack/local-slack.ts';
import { startCli } from '../support/cli-process.ts';

const program = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
const folders: string[] = [];
const running: ChildProcess[] = [];

const createFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'acuops-'));
  // As npm's own folder would be: where root runs this, the database's user has to pass through.
  await chmod(folder, 0o755);
  folders.push(folder);
  return folder;
};

const startSandbox = (dataDir: string, args: readonly string[] = []) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env: { PATH: process.env['PATH'], ACUOPS_DATA: dataDir },
  });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const hear = async (words: string): Promise<void> => {
    for (const until = Date.now() + 60_000; !said.includes(words); ) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`never said "${words}", but:\n${said}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  };
  return { child, ended, hear, said: () => said, type: (line: string) => child.stdin.write(`${line}\n`) };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The sandbox's own, each worker's and the database's. */
const readPids = (dataDir: string): readonly number[] => {
  const log = readFileSync(join(dataDir, 'sandbox/desk.log'), 'utf8');
  const server = readFileSync(join(dataDir, 'sandbox/postgres/pg/postmaster.pid'), 'utf8');
  const logged = [...log.matchAll(/"pid":(\d+)/gu)].map((found) => Number(found[1]));
  return [...new Set([...logged, Number(server.split('\n')[0])])];
};

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('names a word it does not know, and what is allowed', async () => {
  const { ended, said } = startSandbox(await createFolder(), ['--frsh']);
  expect(await ended).toBe(2);
  expect(said()).toContain('knows no "--frsh"');
  expect(said()).toContain('--fresh');
});

if (!hasLocalSlack())
  process.stderr.write(`Skipped: npm has no local-slack for ${process.platform}-${process.arch}\n`);

describe.skipIf(!hasLocalSlack())('the sandbox', { timeout: 120_000 }, () => {
  it('comes up, answers page and terminal, bears a killed worker, and stops whole', async () => {
    const dataDir = await createFolder();
    const sandbox = startSandbox(dataDir);
    await sandbox.hear('STOP ');
    expect(sandbox.said()).toContain('acuops ready in');
    expect(sandbox.said().split('\n').length).toBeLessThanOrEqual(41);
    const page = /OPEN\s+(http:\S+)/u.exec(sandbox.said())?.[1] ?? '';
    expect(await (await fetch(page)).text()).toContain('<div id="root">');

    const second = startSandbox(dataDir);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain(`A sandbox runs already in ${dataDir} (process ${sandbox.child.pid})`);

    sandbox.type('crash worker');
    await sandbox.hear('was killed');
    const health = startCli(['health', 'heritage'], { ACUOPS_DATA: dataDir });
    const answer = await health.ended;
    expect(answer.stdout).toContain('Heritage Fabrics needs you: P1, sign-in refused');
    expect(answer.code).toBe(1);
    await sandbox.hear('A new worker is at work');
    sandbox.type('make coffee');
    await sandbox.hear('"make coffee" is not known here');

    const pids = readPids(dataDir);
    expect(pids.length).toBeGreaterThanOrEqual(4);
    const since = performance.now();
    sandbox.child.kill('SIGINT');
    expect(await sandbox.ended).toBe(0);
    expect(performance.now() - since).toBeLessThan(20_000);
    expect(sandbox.said()).toContain('Stopped.');
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(fetch(page)).rejects.toThrow('fetch failed');
    expect(existsSync(join(dataDir, 'desk.sock'))).toBe(false);
    expect(existsSync(join(dataDir, 'sandbox.lock'))).toBe(false);
  });

  it('stops whole where nobody reads any more: Ctrl-C ended the other side of its pipe first', async () => {
    const dataDir = await createFolder();
    const sandbox = startSandbox(dataDir);
    await sandbox.hear('STOP ');
    const pids = readPids(dataDir);
    sandbox.child.stdout.destroy();
    sandbox.child.stderr.destroy();
    sandbox.child.kill('SIGINT');
    expect(await sandbox.ended).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
