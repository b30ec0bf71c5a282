/**
 * The database files themselves: made once, whole or not at all, and refused when another major version made them.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AcuopsError } from '../../errors.ts';
import type { Binaries } from './binaries.ts';
import { createPassword, type DataFolder, giveTo, readPassword } from './data-folder.ts';
import { runProgram, type SystemUser } from './system-user.ts';

/** The server's superuser and the database of the desk share one name. */
export const databaseName = 'acuops';

const readMajor = async (pgData: string): Promise<string | undefined> => {
  const text = await readFile(join(pgData, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text?.trim();
};

/** C.UTF-8 sorts by code point like C, needs no locale of the machine, and still knows upper and lower case. */
const toInitArgs = (pgData: string, passwordFile: string, sync: boolean): readonly string[] => [
  `--pgdata=${pgData}`,
  `--username=${databaseName}`,
  '--auth=scram-sha-256',
  `--pwfile=${passwordFile}`,
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
  ...(sync ? [] : ['--no-sync']),
];

const initialise = async (
  folder: DataFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  sync: boolean,
): Promise<void> => {
  for (const name of await readdir(folder.root)) {
    if (name.startsWith('pg.new')) await rm(join(folder.root, name), { recursive: true, force: true });
  }
  await createPassword(folder, user);
  const aside = join(folder.root, `pg.new-${process.pid}`);
  await mkdir(aside, { mode: 0o700 });
  await giveTo(aside, user);
  const result = await runProgram(binaries.initdb, toInitArgs(aside, folder.passwordFile, sync), user);
  if (!result.ok) {
    throw new AcuopsError({
      code: 'store-unavailable',
      message: `initdb failed in ${folder.root}: ${result.output}`,
      say: 'The built-in database could not be set up; the log says why. Set DATABASE_URL to use another one.',
    });
  }
  await rename(aside, folder.pgData);
};

const createForeignError = (folder: DataFolder, found: string, binaries: Binaries): AcuopsError =>
  new AcuopsError({
    code: 'config',
    message: `${folder.pgData} was made by PostgreSQL ${found}; this is PostgreSQL ${binaries.version}, which reads major version ${binaries.major} only`,
    say: `The data was written by PostgreSQL ${found}, this AcuOps brings ${binaries.major}. Go back to the release that wrote it and export from there, or set DATABASE_URL.`,
  });

/** Gives the password. @throws AcuopsError on another major version's files, or when the password is lost. */
export const prepareCluster = async (
  folder: DataFolder,
  binaries: Binaries,
  user: SystemUser | undefined,
  sync: boolean,
): Promise<string> => {
  const found = await readMajor(folder.pgData);
  if (found === undefined) await initialise(folder, binaries, user, sync);
  else if (found !== binaries.major) throw createForeignError(folder, found, binaries);
  const password = await readPassword(folder);
  if (password !== undefined) return password;
  throw new AcuopsError({
    code: 'config',
    message: `${folder.passwordFile} is missing or empty, but ${folder.pgData} holds a database that needs it`,
    say: 'The password of the built-in database is lost. Bring its file back from a backup of the data folder.',
  });
};
