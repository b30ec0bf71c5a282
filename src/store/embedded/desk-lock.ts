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

const Holder = z.object({ pid: z.number().int().positive(), started: z.string(), token: z.string() });
type Holder = z.infer<typeof Holder>;

const readHolder = async (path: string): Promise<Holder | undefined> => {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Linking a finished file is atomic and fails where the name is taken, so nobody reads a half-written lock. */
const tryTake = async (path: string, holder: Holder): Promise<boolean> => {
  const aside = `${path}.${holder.token}`;
  await writeFile(aside, JSON.stringify(holder), { mode: 0o600 });
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

/** Of two desks that clear the same dead lock, the slower may move away the faster one's new lock; it puts it back. */
const clearDead = async (path: string, dead: Holder | undefined): Promise<void> => {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readHolder(aside);
  if (moved !== undefined && moved.token !== dead?.token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
};

const createHeldError = (path: string, pid: number): AcuopsError =>
  new AcuopsError({
    code: 'conflict',
    message: `the data folder is in use by the desk with process id ${pid} (${path})`,
    say: `Another AcuOps desk (process ${pid}) uses this data folder. Stop it first, or give this one its own folder.`,
  });

/** @throws AcuopsError `conflict` naming the holder's process id when it lives. */
export const takeDeskLock = async (path: string): Promise<DeskLock> => {
  const mine: Holder = { ...readIdentity(process.pid), token: randomUUID() };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await tryTake(path, mine)) {
      const release = async (): Promise<void> => {
        if ((await readHolder(path))?.token === mine.token) await rm(path, { force: true });
      };
      return { release };
    }
    const holder = await readHolder(path);
    if (holder !== undefined && isSameProcessAlive(holder)) throw createHeldError(path, holder.pid);
    await clearDead(path, holder);
  }
  throw createHeldError(path, (await readHolder(path))?.pid ?? 0);
};
