/**
 * Who the database server runs as. PostgreSQL refuses to run as root, so a desk started by root lends it an existing
 * account; no account is ever created here.
 */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AcuopsError } from '../../errors.ts';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ProgramResult {
  readonly ok: boolean;
  readonly output: string;
}

const accounts = ['postgres', 'nobody'];

const parseAccount = (passwd: string, name: string): SystemUser | undefined => {
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':');
  return fields === undefined ? undefined : { name, uid: Number(fields[2]), gid: Number(fields[3]) };
};

/** Undefined means "as ourselves". @throws AcuopsError when we are root and the machine has none of the accounts. */
export const readServerUser = async (): Promise<SystemUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of accounts) {
    const user = parseAccount(passwd, name);
    if (user !== undefined) return user;
  }
  throw new AcuopsError({
    code: 'config',
    message: `PostgreSQL does not run as root, and /etc/passwd has none of the users ${accounts.join(', ')}`,
    say: 'The built-in database cannot run as root here. Start AcuOps as another user, or set DATABASE_URL.',
  });
};

const isAllowed = async (path: string, user: SystemUser, bit: 4 | 1): Promise<boolean> => {
  const { mode, uid, gid } = await stat(path);
  if (uid === user.uid) return (mode & (bit << 6)) !== 0;
  if (gid === user.gid) return (mode & (bit << 3)) !== 0;
  return (mode & bit) !== 0;
};

const listParents = (path: string): readonly string[] => {
  const parents: string[] = [];
  for (let at = dirname(path); at !== parents[0]; at = dirname(at)) parents.unshift(at);
  return parents;
};

/** The first folder above `path` that the user cannot enter; the path itself need not exist. */
export const findClosedParent = async (
  path: string,
  user: SystemUser | undefined,
): Promise<string | undefined> => {
  if (user === undefined) return undefined;
  for (const folder of listParents(path)) if (!(await isAllowed(folder, user, 1))) return folder;
  return undefined;
};

/** As above, or the path itself where the user cannot read it. */
export const findBarrier = async (
  path: string,
  user: SystemUser | undefined,
): Promise<string | undefined> => {
  if (user === undefined) return undefined;
  const closed = await findClosedParent(path, user);
  return closed ?? ((await isAllowed(path, user, 4)) ? undefined : path);
};

/** How every program of the server is run: as its user, and without our environment, which holds secrets. */
export const toSpawnOptions = (
  user: SystemUser | undefined,
): { env: Record<string, string>; uid?: number; gid?: number } => ({
  env: { LC_ALL: 'C', TZ: 'UTC' },
  ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
});

/** Runs to the end and collects what was printed; a program that cannot be started is a failed run, not a throw. */
export const runProgram = (
  file: string,
  args: readonly string[],
  user: SystemUser | undefined,
): Promise<ProgramResult> =>
  new Promise((resolve) => {
    let output = '';
    const child = spawn(file, args, { ...toSpawnOptions(user), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
