/** Keeps one worker process running: started again whenever it ends without being told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface WorkerParts {
  /** File descriptor that takes the worker's log. */
  readonly logFd: number;
  /** Told when a worker that ended by itself or was killed is there again. */
  readonly onReturn: (afterMs: number) => void;
}

type Environment = Readonly<Record<string, string>>;

export interface WorkerProcess {
  /** Resolves when the worker is at work. @throws Error where it does not get there; the log says why */
  readonly begin: (env: Environment) => Promise<void>;
  /** Gives the process id that was killed; undefined while none runs. */
  readonly kill: () => number | undefined;
  readonly stop: () => Promise<void>;
}

const program = fileURLToPath(new URL('./worker.ts', import.meta.url));
const pauseMs = 500;
const readyWithinMs = 30_000;
const stopWithinMs = 15_000;

const launch = ({ logFd }: WorkerParts): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', logFd, 'ipc'],
  });

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

const begin = async (child: ChildProcess, env: Environment): Promise<void> => {
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      if (part.toString().includes('acuops ready')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`The worker ended before it was ready (${String(code ?? signal)}).`)),
    );
  });
  const late = sleep(readyWithinMs, undefined, { ref: false }).then(() => {
    throw new Error(`The worker was not ready in ${readyWithinMs / 1000} s.`);
  });
  child.send({ ...env, ACUOPS_ROLES: 'worker' });
  await Promise.race([ready, late]);
};

/** The process is there at once; its work begins with `begin`. */
export const createWorkerProcess = (parts: WorkerParts): WorkerProcess => {
  const stopping = new AbortController();
  let environment: Environment = {};
  let child: ChildProcess | undefined = launch(parts);
  const first = child;

  const bringBack = async (): Promise<void> => {
    const since = performance.now();
    while (!stopping.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const next = launch(parts);
      child = next;
      const came = await begin(next, environment).then(
        () => true,
        () => false,
      );
      if (!came) next.kill('SIGKILL');
      if (!came) continue;
      parts.onReturn(performance.now() - since);
      watch(next);
      return;
    }
  };
  const watch = (watched: ChildProcess): void => {
    void endOf(watched).then(() => {
      child = undefined;
      if (!stopping.signal.aborted) void bringBack();
    });
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    const running = child;
    if (!running) return;
    running.kill('SIGTERM');
    const gone = endOf(running);
    await Promise.race([gone, sleep(stopWithinMs, undefined, { ref: false })]);
    running.kill('SIGKILL');
    await gone;
  };

  return {
    begin: async (env) => {
      environment = env;
      await begin(first, env);
      watch(first);
    },
    kill: () => {
      const pid = child?.pid;
      child?.kill('SIGKILL');
      return pid;
    },
    stop,
  };
};
