/**
 * The data folder of the embedded server: what lies where, who may read it, and the two small facts that are kept
 * there besides the database, the password and the port.
 */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AcuopsError } from '../../errors.ts';
import { findClosedParent, type SystemUser } from './system-user.ts';

export interface DataFolder {
  readonly root: string;
  readonly pgData: string;
  readonly passwordFile: string;
  readonly portFile: string;
  readonly lockFile: string;
  readonly logFile: string;
  /** Undefined where the path is too long for a socket; then the server listens on TCP only. */
  readonly socketDir: string | undefined;
}

/** 107 characters is Linux' limit for a socket's path, 103 macOS'; the file's own name takes 15 of them. */
const socketDirMaxLength = 103 - '/.s.PGSQL.65535'.length;
const logMaxBytes = 10_000_000;

const isSocketDir = (path: string): boolean =>
  process.platform !== 'win32' && Buffer.byteLength(path) <= socketDirMaxLength && !/[",]/.test(path);

export const toDataFolder = (root: string): DataFolder => {
  const socketDir = join(root, 'run');
  return {
    root,
    pgData: join(root, 'pg'),
    passwordFile: join(root, 'password'),
    portFile: join(root, 'port'),
    lockFile: join(root, 'desk.lock'),
    logFile: join(root, 'postgres.log'),
    socketDir: isSocketDir(socketDir) ? socketDir : undefined,
  };
};

export const giveTo = async (path: string, user: SystemUser | undefined): Promise<void> => {
  if (user !== undefined) await chown(path, user.uid, user.gid);
};

/** The server's user must pass through the folder, not list it; a folder that was there is never closed further. */
const prepareRoot = async (wanted: string, user: SystemUser | undefined): Promise<string> => {
  const made = await mkdir(wanted, { recursive: true, mode: 0o755 });
  const root = await realpath(wanted);
  if (made !== undefined) await chmod(root, user === undefined ? 0o700 : 0o711);
  else if (user !== undefined) await chmod(root, ((await stat(root)).mode & 0o7777) | 0o011);
  return root;
};

/** @throws AcuopsError when the server's user cannot get to the folder. */
export const prepareDataFolder = async (
  wanted: string,
  user: SystemUser | undefined,
): Promise<DataFolder> => {
  const folder = toDataFolder(await prepareRoot(wanted, user));
  const barrier = await findClosedParent(folder.pgData, user);
  if (barrier !== undefined) {
    throw new AcuopsError({
      code: 'config',
      message: `the database server runs as user ${user?.name ?? ''}, who cannot enter ${barrier}; the data folder is ${folder.root}`,
      say: 'The built-in database cannot use its data folder: started by root, it needs one outside private folders such as /root. Choose another data folder, start AcuOps as another user, or set DATABASE_URL.',
    });
  }
  if (folder.socketDir !== undefined) {
    await mkdir(folder.socketDir, { recursive: true, mode: 0o700 });
    await giveTo(folder.socketDir, user);
  }
  const log = await stat(folder.logFile).catch(() => undefined);
  if (log !== undefined && log.size > logMaxBytes) await rename(folder.logFile, `${folder.logFile}.1`);
  return folder;
};

/** Written whole or not at all: a desk killed half-way must not leave half a password. */
const writeWhole = async (path: string, text: string, user?: SystemUser): Promise<void> => {
  const aside = `${path}.new`;
  await writeFile(aside, text, { mode: 0o600 });
  await giveTo(aside, user);
  await rename(aside, path);
};

export const readPassword = async (folder: DataFolder): Promise<string | undefined> => {
  const text = await readFile(folder.passwordFile, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
};

export const createPassword = async (folder: DataFolder, user: SystemUser | undefined): Promise<void> =>
  writeWhole(folder.passwordFile, `${randomBytes(24).toString('base64url')}\n`, user);

/** Tries to listen: resolves to the port (a free one for 0), or undefined where it is taken. */
const probePort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });

/** The asked port, else the remembered one, else a free one, which is remembered. @throws AcuopsError for a taken asked port. */
export const choosePort = async (folder: DataFolder, asked: number): Promise<number> => {
  const remembered = Number(await readFile(folder.portFile, 'utf8').catch(() => '0'));
  const port = await probePort(asked === 0 && Number.isInteger(remembered) ? remembered : asked);
  const chosen = port ?? (asked === 0 ? await probePort(0) : undefined);
  if (chosen === undefined) {
    throw new AcuopsError({
      code: 'config',
      message: `port ${asked} on 127.0.0.1 is in use; the embedded database was asked to listen there`,
      say: `Port ${asked} is in use by another program, so the built-in database cannot listen there. Free it or choose another.`,
    });
  }
  await writeWhole(folder.portFile, String(chosen));
  return chosen;
};

/** The end of the server's own log, for an error that says why it did not start. */
export const readLogEnd = async (folder: DataFolder): Promise<string> => {
  const text = await readFile(folder.logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-6).join(' | ');
};
