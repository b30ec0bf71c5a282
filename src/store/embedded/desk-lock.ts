/**
 * One desk per data folder. The lock is a file with the holder's identity; a dead holder's lock is taken over.
 * It guards one machine: a folder shared between machines or containers needs a real server instead.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { AcuopsError } from '../../errors.ts';
import { isSameProcessAlive, readIdentity } from './process-facts.ts';

export interface DeskLock {
  release(): Promise<void>;
}

const Holder = z.object({
  pid: z.number().int().positive(),
  started: z.string(),
  token: z.string().regex(/^[\w-]+$/),
});
type Holder = z.infer<typeof Holder>;

/** Stands for a file that no desk of ours wrote: nobody holds it, so it is replaced like a dead desk's. */
const unreadable: Holder = { pid: 2_147_483_647, started: '', token: 'unreadable' };

const readHolder = async (path: string): Promise<Holder | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return unreadable;
  }
};

const writeAside = async (path: string, holder: Holder): Promise<string> => {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(holder), { mode: 0o600 });
  return aside;
};

/** Linking a finished file is atomic and fails where the name is taken, so nobody reads a half-written lock. */
const tryTake = async (path: string, holder: Holder): Promise<boolean> => {
  const aside = await writeAside(path, holder);
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
};

const createHeldError = (path: string, pid: number): AcuopsError =>
  new AcuopsError({
    code: 'conflict',
    message: `the data folder is in use by the desk with process id ${pid} (${path})`,
    say: `Another AcuOps desk (process ${pid}) uses this data folder. Stop it first, or give this one its own folder.`,
  });

/**
 * Only who holds the claim named after the dead desk may replace its lock, and gives the claim up only afterwards; so a
 * slow rival who saw the dead lock finds the claim taken, or the lock changed. A dead rival's claim is followed the same way.
 */
const replaceDead = async (path: string, dead: Holder, mine: Holder): Promise<boolean> => {
  const claims: string[] = [];
  for (let before = dead; ; ) {
    const claim = `${path}.after-${before.token}`;
    claims.push(claim);
    if (await tryTake(claim, mine)) break;
    const rival = await readHolder(claim);
    if (rival === undefined || rival.token === before.token) return false;
    if (isSameProcessAlive(rival)) throw createHeldError(path, rival.pid);
    before = rival;
  }
  const isStillDead = (await readHolder(path))?.token === dead.token;
  if (isStillDead) await rename(await writeAside(path, mine), path);
  for (const claim of claims) await rm(claim, { force: true });
  return isStillDead;
};

/** @throws AcuopsError `conflict` naming the holder's process id when it lives. */
export const takeDeskLock = async (path: string): Promise<DeskLock> => {
  const mine: Holder = { ...readIdentity(process.pid), token: randomUUID() };
  const release = async (): Promise<void> => {
    if ((await readHolder(path))?.token === mine.token) await rm(path, { force: true });
  };
  // Each further attempt means that somebody else got on with it meanwhile.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await tryTake(path, mine)) return { release };
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (isSameProcessAlive(holder)) throw createHeldError(path, holder.pid);
    if (await replaceDead(path, holder, mine)) return { release };
  }
  throw createHeldError(path, (await readHolder(path))?.pid ?? 0);
};
