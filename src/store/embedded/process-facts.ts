/**
 * What can be known about a process from its id: whether it lives, whether it is still the same one, whether it is
 * a PostgreSQL of a given data folder. Ids are reused, above all in containers, so a bare id never decides anything.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that can be told from a later one with the same id. `started` is '' where the system does not say. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

interface LinuxStat {
  readonly name: string;
  readonly state: string;
  readonly startTicks: string;
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The name in the second field may itself hold spaces and brackets, so the rest is counted from the last bracket. */
const readLinuxStat = (pid: number): LinuxStat | undefined => {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const nameEnd = text.lastIndexOf(')');
  const rest = text.slice(nameEnd + 2).split(' ');
  return {
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    state: rest[0] ?? '',
    startTicks: rest[19] ?? '',
  };
};

const readPrinted = (program: string, args: readonly string[]): string => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
};

const readCommandLine = (pid: number): string =>
  process.platform === 'win32'
    ? readPrinted('powershell.exe', [
        '-NoProfile',
        '-Command',
        `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
      ])
    : readPrinted('ps', ['-p', String(pid), '-o', 'command=']);

const readStarted = (pid: number): string => {
  if (process.platform === 'linux') {
    return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${readLinuxStat(pid)?.startTicks ?? ''}`;
  }
  return process.platform === 'win32' ? '' : readPrinted('ps', ['-p', String(pid), '-o', 'lstart=']);
};

/** A dead process that nobody has collected yet (a zombie) counts as dead: it can neither hold nor do anything. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return process.platform !== 'linux' || readLinuxStat(pid)?.state !== 'Z';
};

export const readIdentity = (pid: number): ProcessIdentity => ({ pid, started: readStarted(pid) });

export const isSameProcessAlive = (identity: ProcessIdentity): boolean =>
  isAlive(identity.pid) && readStarted(identity.pid) === identity.started;

/** True only when that is certain; a postmaster works inside its data folder, which Linux shows. */
export const isPostgresOf = (pid: number, pgData: string): boolean => {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return readCommandLine(pid).includes(pgData);
  try {
    return readLinuxStat(pid)?.name === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === pgData;
  } catch {
    return false;
  }
};

/** Resolves to whether the process ended within the bound. */
export const waitForEnd = async (identity: ProcessIdentity, boundMs: number): Promise<boolean> => {
  const until = performance.now() + boundMs;
  while (isSameProcessAlive(identity)) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
};
