/**
 * The links between shared libraries that an npm package cannot carry and that its install script would make.
 * Ours are made at the first start, because install scripts are off; two desks may do it at once.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';

const LinkList = z.array(z.object({ source: z.string(), target: z.string() }));

const readLinkList = async (native: string): Promise<z.infer<typeof LinkList>> => {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return LinkList.parse(JSON.parse(text));
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Made aside and moved into place, so nobody ever sees half a link, and a broken one is replaced. */
const makeLink = async (source: string, target: string): Promise<void> => {
  const aside = `${target}.${randomUUID()}`;
  await symlink(relative(dirname(target), source), aside);
  await rename(aside, target).catch(async (error: unknown) => {
    await rm(aside, { force: true });
    throw error;
  });
};

/** Gives the number of links that were missing. @throws the file system's error where the folder is read-only. */
export const makeLibraryLinks = async (native: string): Promise<number> => {
  const packageDir = dirname(native);
  let made = 0;
  for (const link of await readLinkList(native)) {
    const target = join(packageDir, link.target);
    if (await isThere(target)) continue;
    await makeLink(join(packageDir, link.source), target);
    made += 1;
  }
  return made;
};
