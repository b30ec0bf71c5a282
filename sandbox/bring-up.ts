/** Brings the whole sandbox up, part by part, and gives the pieces that the start screen and the fault console need. Stopping is the shutdown's, in reverse order. */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AcuopsError } from '../src/errors.ts';
import type { Logger } from '../src/runtime/logger.ts';
import type { Shutdown } from '../src/runtime/shutdown.ts';
import { toDataFolder } from '../src/store/embedded/data-folder.ts';
import { takeDeskLock } from '../src/store/embedded/desk-lock.ts';
import { stopLeftover } from '../src/store/embedded/leftover.ts';
import { type EmbeddedServer, startEmbeddedPostgres } from '../src/store/embedded/server.ts';
import { choosePort } from './ports.ts';
import { seedRoles } from './seed-roles.ts';
import { createStand, type Stand, startDeskIn } from './stand.ts';
import { createWorkerProcess, type WorkerProcess } from './worker-process.ts';
import { createWorld, type Story, type World } from './world.ts';

export interface SandboxPlan {
  /** Where the terminal looks for the desk's socket; everything else lies in its folder `sandbox`. */
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly mode: 'socket' | 'http';
  /** The page of the pretend Slack; without it the sandbox runs on any platform. */
  readonly page: boolean;
  /** One line per part that stands. */
  readonly say: (line: string) => void;
}

export interface Sandbox {
  readonly stand: Stand<World & { readonly story: Story }>;
  readonly database: EmbeddedServer;
  readonly worker: WorkerProcess;
  readonly adminUrl: string;
  readonly logPath: string;
  readonly dataDir: string;
}

/** The log of everything, in a file: the window belongs to the person. */
export interface SandboxLog {
  readonly path: string;
  readonly fd: number;
  readonly write: (line: string) => void;
}

const ports = { page: 4400, github: 4401, desk: 4402, admin: 4403 };
/** Short, so that a killed worker's work is taken over while one looks on. */
const leaseMs = '3000';

export const toSandboxFolder = (dataDir: string): string => join(resolve(dataDir), 'sandbox');

/** @throws AcuopsError `conflict` where another sandbox runs in the same folder */
export const openFolder = async (
  { dataDir, fresh }: Pick<SandboxPlan, 'dataDir' | 'fresh'>,
  shutdown: Shutdown,
): Promise<string> => {
  const folder = toSandboxFolder(dataDir);
  mkdirSync(folder, { recursive: true });
  const lock = await takeDeskLock(join(resolve(dataDir), 'sandbox.lock')).catch((error: unknown) => {
    throw isConflict(error) ? createRunsAlready(dataDir, error) : error;
  });
  shutdown.add('the lock', () => lock.release());
  if (fresh) {
    await stopLeftover(toDataFolder(join(folder, 'postgres')));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  return folder;
};

const isConflict = (error: unknown): error is AcuopsError =>
  error instanceof AcuopsError && error.code === 'conflict';

const createRunsAlready = (dataDir: string, cause: AcuopsError): AcuopsError => {
  const pid = /process (?:id )?(\d+)/u.exec(cause.message)?.[1] ?? 'unknown';
  return new AcuopsError({
    code: 'conflict',
    message: cause.message,
    say: `A sandbox runs already in ${dataDir} (process ${pid}). Use that one, or end it with Ctrl-C in its window.\nFor a second one beside it: ACUOPS_DATA=/tmp/another npm run sandbox`,
    cause,
  });
};

export const openLog = (folder: string, shutdown: Shutdown): SandboxLog => {
  const path = join(folder, 'desk.log');
  const fd = openSync(path, 'w', 0o600);
  let isOpen = true;
  shutdown.add('the log', () => {
    isOpen = false;
    closeSync(fd);
  });
  return { path, fd, write: (line) => void (isOpen && writeSync(fd, line)) };
};

export interface BringUpParts {
  readonly plan: SandboxPlan;
  readonly folder: string;
  readonly log: Logger;
  readonly logFile: SandboxLog;
  readonly shutdown: Shutdown;
}

export const bringUp = async ({ plan, folder, log, logFile, shutdown }: BringUpParts): Promise<Sandbox> => {
  const timed = createTimer(plan.say);
  // Loading its code takes longest, so the worker's process comes first.
  const worker = createWorkerProcess({
    logFd: logFile.fd,
    onReturn: (afterMs) => plan.say(`A new worker is at work after ${toSeconds(afterMs)}.`),
  });
  shutdown.add('worker process', worker.stop, 16_000);
  const database = await timed('database', () =>
    startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      log: (line, detail) => log.info(line, { ...detail }),
    }),
  );
  shutdown.add('database', database.stop, 8_000);

  const stand = await timed('Slack, GitHub, the sites of eight clients', async () => {
    const world = createWorld({ now: new Date() });
    const port = plan.page ? await choosePort(ports.page) : 0;
    const env = {
      ACUOPS_DATA: resolve(plan.dataDir),
      DATABASE_URL: database.url,
      LEASE_MS: leaseMs,
      PORT: String(await choosePort(ports.desk)),
      ADMIN_PORT: String(await choosePort(ports.admin)),
    };
    const github = { port: await choosePort(ports.github) };
    return createStand({ world, mode: plan.mode, page: plan.page, pagePort: port, folder, github, env });
  });
  shutdown.add('the pretend world', stand.stop);

  // Both wait for the same migrations, so neither has to wait for the other.
  const [desk] = await Promise.all([
    timed('desk', async () => {
      const bot = { ...stand, env: { ...stand.env, ACUOPS_ROLES: 'bot' } };
      const started = await startDeskIn(bot, logFile);
      shutdown.add('desk', async () => void (await started.shutdown.run('the sandbox stops')), 15_000);
      await seedRoles(plan.dataDir);
      return started;
    }),
    timed('worker', () => worker.begin({ ...stand.env, ADMIN_PORT: '0', PORT: '0' })),
  ]);
  shutdown.add('worker', worker.stop, 16_000);
  database.onRestart(() => plan.say('The database runs again.'));
  return {
    stand,
    database,
    worker,
    adminUrl: desk.adminUrl,
    logPath: logFile.path,
    dataDir: plan.dataDir,
  };
};

export const toSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const createTimer =
  (say: (line: string) => void) =>
  async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    const made = await work();
    say(`  ${name} … ${toSeconds(performance.now() - since)}`);
    return made;
  };
