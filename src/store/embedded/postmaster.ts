/**
 * One PostgreSQL main process: started detached, so that it outlives us rather than losing work, and stopped
 * politely first. Whether to start it again is decided elsewhere.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AcuopsError } from '../../errors.ts';
import { type DataFolder, readLogEnd } from './data-folder.ts';
import { isAlive, isPostgresOf, readIdentity, waitForEnd } from './process-facts.ts';
import { type SystemUser, toSpawnOptions } from './system-user.ts';

export interface Postmaster {
  readonly pid: number;
  /** Resolves, never rejects, when the process is gone. */
  readonly ended: Promise<void>;
}

export interface PostmasterRecord {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

export interface StartPlan {
  readonly folder: DataFolder;
  readonly program: string;
  readonly user: SystemUser | undefined;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

const readyBoundMs = 120_000;
const fastBoundMs = 10_000;
const quitBoundMs = 5000;
const impossiblePid = 2_147_483_647;
/** For one machine and a small team; whoever needs more has a server of their own. */
const deskSettings: Readonly<Record<string, string>> = {
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const toRecordPath = (pgData: string): string => join(pgData, 'postmaster.pid');

/** What the server wrote about itself; the line numbers are PostgreSQL's own (miscadmin.h). */
export const readPostmasterRecord = async (pgData: string): Promise<PostmasterRecord | undefined> => {
  const text = await readFile(toRecordPath(pgData), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
};

/**
 * PostgreSQL refuses to start while any process bears the recorded id: a stranger after a restart of the machine or
 * container, or our dead server until init collects it. The record is kept, because its shared memory key still
 * guards the data against surviving workers; only the id is made impossible.
 */
const disownDeadRecord = async (pgData: string): Promise<void> => {
  const record = await readPostmasterRecord(pgData);
  if (record === undefined || isPostgresOf(record.pid, pgData)) return;
  const path = toRecordPath(pgData);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^\d+/, String(impossiblePid)));
};

const toArgs = ({ folder, port, settings }: StartPlan): readonly string[] => {
  const fixed = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder.socketDir === undefined ? '' : `"${folder.socketDir}"`,
    logging_collector: 'off',
  };
  const flags = Object.entries({ ...deskSettings, ...settings, ...fixed });
  return ['-D', folder.pgData, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
};

const spawnDetached = ({ folder, program, user }: StartPlan, args: readonly string[]): ChildProcess => {
  // A file, not a pipe: the server must be able to write its log after we are gone.
  const log = openSync(folder.logFile, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      ...toSpawnOptions(user),
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
};

const createStartError = async (folder: DataFolder, why: string): Promise<AcuopsError> =>
  new AcuopsError({
    code: 'store-unavailable',
    message: `the embedded database did not start: ${why}; ${folder.logFile} ends with: ${await readLogEnd(folder)}`,
    say: 'The built-in database did not start; the log says why.',
    retryable: true,
  });

/** Resolves when the server takes connections. @throws AcuopsError with the end of its log when it does not come up. */
export const startPostmaster = async (plan: StartPlan): Promise<Postmaster> => {
  await disownDeadRecord(plan.folder.pgData);
  const child = spawnDetached(plan, toArgs(plan));
  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    const note = (why: string): void => {
      end = why;
      resolve();
    };
    child.once('error', (error) => note(error.message));
    child.once('exit', (code, signal) => note(`it ended with ${signal ?? `code ${code}`}`));
  });
  const until = performance.now() + readyBoundMs;
  for (;;) {
    const record = await readPostmasterRecord(plan.folder.pgData);
    if (end !== undefined || child.pid === undefined)
      throw await createStartError(plan.folder, end ?? 'no process');
    if (record?.pid === child.pid && record.isReady) return { pid: child.pid, ended };
    if (performance.now() > until) {
      child.kill('SIGQUIT');
      throw await createStartError(plan.folder, `not ready within ${readyBoundMs / 1000} s`);
    }
    await sleep(10);
  }
};

/** A server that an earlier desk left running; not our child, so its end is noticed by looking. */
export const adoptPostmaster = (pid: number): Postmaster => {
  const identity = readIdentity(pid);
  const watch = async (): Promise<void> => {
    while (!(await waitForEnd(identity, 0))) await sleep(200, undefined, { ref: false });
  };
  return { pid, ended: watch() };
};

/** Fast shutdown, then immediate shutdown. Gives whether it ended; never touches a process that is not this folder's. */
export const stopPostmaster = async (pid: number, pgData: string): Promise<boolean> => {
  const identity = readIdentity(pid);
  for (const [signal, boundMs] of [
    ['SIGINT', fastBoundMs],
    ['SIGQUIT', quitBoundMs],
  ] as const) {
    if (!isPostgresOf(pid, pgData)) return !isAlive(pid);
    process.kill(pid, signal);
    if (await waitForEnd(identity, boundMs)) return true;
  }
  return false;
};
