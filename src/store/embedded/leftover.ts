/**
 * What an earlier desk left in the data folder: a server that still runs is taken over if it is truly ours and
 * answers, else stopped. A process that only bears the recorded id is left alone.
 */
import { AcuopsError } from '../../errors.ts';
import type { DataFolder } from './data-folder.ts';
import { answersFor } from './own-connection.ts';
import { adoptPostmaster, type Postmaster, readPostmasterRecord, stopPostmaster } from './postmaster.ts';
import { isPostgresOf } from './process-facts.ts';

type Log = (line: string, detail?: object) => void;

export interface Adopted {
  readonly postmaster: Postmaster;
  readonly port: number;
}

/** @throws AcuopsError when the earlier server does not end. */
const stopEarlier = async (pid: number, pgData: string): Promise<void> => {
  if (await stopPostmaster(pid, pgData)) return;
  throw new AcuopsError({
    code: 'store-unavailable',
    message: `the PostgreSQL with process id ${pid} still runs on ${pgData} and does not stop`,
    say: `An earlier built-in database (process ${pid}) does not stop. End it by hand, then start again.`,
  });
};

/** `askedPort` 0 takes the leftover's port as it is. Call only with the desk's lock held. */
export const adoptLeftover = async (
  folder: DataFolder,
  password: string,
  askedPort: number,
  log: Log,
): Promise<Adopted | undefined> => {
  const record = await readPostmasterRecord(folder.pgData);
  if (record === undefined) return undefined;
  const { pid, port } = record;
  if (!isPostgresOf(pid, folder.pgData)) return undefined;
  const isWanted = askedPort === 0 || askedPort === port;
  if (isWanted && (await answersFor({ port, password }, folder.pgData))) {
    log('database server of an earlier run adopted', { pid, port });
    return { postmaster: adoptPostmaster(pid), port };
  }
  log('database server of an earlier run stopped', { pid, port, why: isWanted ? 'no answer' : 'other port' });
  await stopEarlier(pid, folder.pgData);
  return undefined;
};

/** Stops a server whose desk is gone, for whoever clears a data folder away. Gives whether one was running. */
export const stopLeftover = async (folder: DataFolder): Promise<boolean> => {
  const record = await readPostmasterRecord(folder.pgData);
  if (record === undefined || !isPostgresOf(record.pid, folder.pgData)) return false;
  await stopEarlier(record.pid, folder.pgData);
  return true;
};
