/**
 * A real PostgreSQL for a desk without DATABASE_URL: set up at the first start, kept running, stopped last.
 * For one machine. Migrations and pools are not its business.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AcuopsError, toMessage } from '../../errors.ts';
import { findNativeFolder, prepareBinaries } from './binaries.ts';
import { prepareCluster } from './cluster.ts';
import { choosePort, type DataFolder, prepareDataFolder } from './data-folder.ts';
import { takeDeskLock } from './desk-lock.ts';
import { adoptLeftover } from './leftover.ts';
import { ensureDatabase, toUrl } from './own-connection.ts';
import { type Postmaster, type StartPlan, startPostmaster, stopPostmaster } from './postmaster.ts';
import { readServerUser, type SystemUser } from './system-user.ts';

export interface EmbeddedServer {
  /** With the password in it: never log it. */
  readonly url: string;
  readonly dataDir: string;
  /** Undefined while the server is down. */
  readonly pid: () => number | undefined;
  /** Told each time a crashed server takes connections again; open transactions of before are lost. */
  readonly onRestart: (listener: () => void) => void;
  /** Fast shutdown, bounded. A second call gives the first one's promise. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  /** Made if missing. Started by root, it must lie where another user can get to. */
  readonly dataDir: string;
  /** 0 or nothing: a free one, remembered in the data folder. */
  readonly port?: number;
  /** PostgreSQL settings over ours; where it listens cannot be changed. An adopted server keeps those it has. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log: (line: string, detail?: object) => void;
  /** Default true: a crashed server is started again. */
  readonly restart?: boolean;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** A server that lived this long has recovered; its next crash is answered as quickly as the first. */
const steadyMs = 30_000;

/** Keeps one server running until it is stopped. */
const supervise = (first: Postmaster, plan: StartPlan, { log, restart = true }: EmbeddedOptions) => {
  const listeners: (() => void)[] = [];
  const stopping = new AbortController();
  let current: Postmaster | undefined = first;
  let pauseMs = firstPauseMs;

  const startAgain = async (): Promise<Postmaster | undefined> => {
    while (!stopping.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return undefined;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      try {
        return await startPostmaster(plan);
      } catch (error) {
        log('database server did not come back, trying again', { error: toMessage(error), pauseMs });
      }
    }
    return undefined;
  };

  const watch = async (): Promise<void> => {
    while (current !== undefined) {
      const since = performance.now();
      await current.ended;
      const { pid } = current;
      current = undefined;
      if (stopping.signal.aborted) return;
      log('database server ended unexpectedly', { pid, restart });
      if (!restart) return;
      if (performance.now() - since > steadyMs) pauseMs = firstPauseMs;
      current = await startAgain();
      if (current === undefined || stopping.signal.aborted) return;
      log('database server runs again', { pid: current.pid });
      for (const listener of listeners) listener();
    }
  };
  const watched = watch();

  return {
    pid: () => current?.pid,
    onRestart: (listener: () => void) => void listeners.push(listener),
    /** Gives whether the server ended. A start that is under way is let finish first, so that it can be stopped. */
    end: async (): Promise<boolean> => {
      stopping.abort();
      const running = current;
      if (running === undefined) await watched;
      const pid = running?.pid ?? current?.pid;
      if (pid === undefined) return true;
      const hasEnded = await stopPostmaster(pid, plan.folder.pgData);
      if (hasEnded) await watched;
      return hasEnded;
    },
  };
};

const createStopError = (folder: DataFolder, pid: number | undefined): AcuopsError =>
  new AcuopsError({
    code: 'store-unavailable',
    message: `the embedded database (process id ${pid ?? 'unknown'}, ${folder.pgData}) did not end when told to`,
    say: 'The built-in database did not stop in time; the next start takes it over.',
  });

/** Everything after the lock is taken; whoever calls gives the lock back when this throws. */
const startInFolder = async (folder: DataFolder, user: SystemUser | undefined, options: EmbeddedOptions) => {
  const { log, port: askedPort = 0, settings = {} } = options;
  const binaries = await prepareBinaries({ native: findNativeFolder(), copyRoot: folder.root, user, log });
  const password = await prepareCluster(folder, binaries, user, settings['fsync'] !== 'off');
  const adopted = await adoptLeftover(folder, password, askedPort, log);
  const port = adopted?.port ?? (await choosePort(folder, askedPort));
  const plan: StartPlan = { folder, program: binaries.postgres, user, port, settings };
  const postmaster = adopted?.postmaster ?? (await startPostmaster(plan));
  try {
    await ensureDatabase({ port, password });
  } catch (cause) {
    if (adopted === undefined) await stopPostmaster(postmaster.pid, folder.pgData);
    throw new AcuopsError({
      code: 'store-unavailable',
      message: `the embedded database runs but does not let us in: ${toMessage(cause)}`,
      say: 'The built-in database refused its own password. Bring the data folder back from a backup as a whole.',
      cause,
    });
  }
  log('database server ready', {
    pid: postmaster.pid,
    port,
    version: binaries.version,
    dataDir: folder.root,
  });
  return { url: toUrl({ port, password }), supervisor: supervise(postmaster, plan, options) };
};

/**
 * @throws AcuopsError `conflict` when another desk uses the folder, `config` when this machine or folder cannot
 * carry the server, `store-unavailable` when it does not start.
 */
export const startEmbeddedPostgres = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const user = await readServerUser();
  const folder = await prepareDataFolder(options.dataDir, user);
  const lock = await takeDeskLock(folder.lockFile);
  try {
    const { url, supervisor } = await startInFolder(folder, user, options);
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      const pid = supervisor.pid();
      const hasEnded = await supervisor.end();
      await lock.release();
      if (!hasEnded) throw createStopError(folder, pid);
      options.log('database server stopped', { pid });
    };
    return {
      url,
      dataDir: folder.root,
      pid: supervisor.pid,
      onRestart: supervisor.onRestart,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
};
