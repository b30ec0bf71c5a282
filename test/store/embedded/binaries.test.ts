/** The programs of the embedded server, on a copy of the npm package: links mended, unreadable places got around. */
import { chmod, cp, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findNativeFolder, prepareBinaries } from '../../../src/store/embedded/binaries.ts';
import { makeLibraryLinks } from '../../../src/store/embedded/library-links.ts';
import { readServerUser } from '../../../src/store/embedded/system-user.ts';

const linkList = 'pg-symlinks.json';

let home: string;
let native: string;
let lines: string[];

const removeLinks = async (): Promise<number> => {
  const entries = await readdir(join(native, 'lib'), { withFileTypes: true });
  const links = entries.filter((entry) => entry.isSymbolicLink());
  for (const link of links) await rm(join(link.parentPath, link.name));
  return links.length;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'acuops-programs-'));
  await chmod(home, 0o755);
  native = join(home, 'package', 'native');
  await cp(dirname(findNativeFolder()), dirname(native), { recursive: true, verbatimSymlinks: true });
});

beforeEach(async () => {
  lines = [];
  await cp(join(findNativeFolder(), linkList), join(native, linkList));
  await makeLibraryLinks(native);
});

afterEach(async () => {
  await chmod(dirname(native), 0o755);
  await chmod(join(native, 'lib'), 0o755);
});

afterAll(() => rm(home, { recursive: true, force: true }));

const prepare = async () => {
  const user = await readServerUser();
  return prepareBinaries({ native, copyRoot: home, user, log: (line) => void lines.push(line) });
};

describe('library links', () => {
  it('are made where they are missing, by two starts at once', async () => {
    const count = await removeLinks();
    expect(count).toBeGreaterThan(0);
    await Promise.all([makeLibraryLinks(native), makeLibraryLinks(native)]);
    expect(await readlink(join(native, 'lib', 'libicuuc.so.60'))).toBe('libicuuc.so.60.2');
    expect(await removeLinks()).toBe(count);
  });

  it('are left alone where they are there', async () => {
    expect(await makeLibraryLinks(native)).toBe(0);
  });
});

describe('programs', () => {
  it('run from the package', async () => {
    const { postgres, major } = await prepare();
    expect(postgres.startsWith(native)).toBe(true);
    expect(major).toBe('18');
    expect(lines).toEqual([]);
  });

  it('are copied, links and all, from a package that the server cannot use in place', async () => {
    await removeLinks();
    // Root may write anywhere, but lends the server a user who may not enter; anybody else may not write.
    if (process.getuid?.() === 0) await chmod(dirname(native), 0o700);
    else await chmod(join(native, 'lib'), 0o555);
    const { postgres } = await prepare();
    expect(postgres.startsWith(join(home, 'programs-'))).toBe(true);
    expect(await readdir(join(dirname(postgres), '..', 'lib'))).toContain('libicuuc.so.60');
    expect(lines).toEqual(['database programs are copied into the data folder']);
    expect((await prepare()).postgres).toBe(postgres);
  });

  it('that do not run here are refused with what they say', async () => {
    await removeLinks();
    await rm(join(native, linkList));
    await expect(prepare()).rejects.toThrow(/does not run on this machine .*libraries/);
  });

  it('are asked for by platform', () => {
    expect(() => findNativeFolder('sunos-sparc')).toThrow('no built-in PostgreSQL for sunos-sparc');
  });
});
