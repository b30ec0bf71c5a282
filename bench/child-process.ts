/** Starts a process to be measured, asks it what it uses, and ends it. None outlives the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from './processes/answer-usage.ts';

export interface MeasuredProcess {
  /** Where it listens. */
  readonly url: string;
  /** From the spawn to its own word that it is ready. */
  readonly readyMs: number;
  readonly usage: () => Promise<Usage>;
  /** Sends a message and gives the next one that comes back. @throws Error where the process ended instead */
  readonly ask: (message: string | readonly object[]) => Promise<unknown>;
  /** Milliseconds from SIGTERM to the end. The second call gives the first one's answer. */
  readonly stop: () => Promise<number>;
}

export interface StartOptions {
  readonly program: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Collects before memory is read, so that growth is not garbage. */
  readonly collect?: boolean;
  readonly profileFolder?: string | null;
}

const readyWithinMs = 60_000;
const stopWithinMs = 20_000;

const toArguments = ({ collect, profileFolder }: StartOptions): readonly string[] => [
  '--disable-warning=ExperimentalWarning',
  ...(collect ? ['--expose-gc'] : []),
  ...(profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []),
];

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const end = async (child: ChildProcess): Promise<number> => {
  if (hasEnded(child)) return 0;
  const since = performance.now();
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  await Promise.race([
    gone,
    sleep(stopWithinMs, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  if (!hasEnded(child)) child.kill('SIGKILL');
  await gone;
  return performance.now() - since;
};

/** The address that it prints once it serves. */
const readReady = async (child: ChildProcess): Promise<string> => {
  let complaint = '';
  child.stderr?.on('data', (part: Buffer) => {
    complaint = (complaint + part.toString()).slice(-2_000);
  });
  const patience = new AbortController();
  const ready = new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (part: Buffer) => {
      printed += part.toString();
      const [, url] = /ready at (\S+)/u.exec(printed) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(
        new Error(`a measured process ended before it was ready (${String(code ?? signal)}): ${complaint}`),
      ),
    );
    sleep(readyWithinMs, undefined, { signal: patience.signal }).then(
      () => reject(new Error(`a measured process was not ready in ${readyWithinMs / 1_000} s: ${complaint}`)),
      () => undefined,
    );
  });
  return ready.finally(() => patience.abort());
};

/** @throws Error where it does not get ready, with what it complained of */
export const startMeasured = async (options: StartOptions): Promise<MeasuredProcess> => {
  const since = performance.now();
  const child = spawn(process.execPath, [...toArguments(options), options.program.pathname], {
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stopped: Promise<number> | undefined;
  const stop = () => (stopped ??= end(child));
  try {
    const url = await readReady(child);
    const readyMs = performance.now() - since;
    const ask: MeasuredProcess['ask'] = async (message) => {
      const ended = new AbortController();
      const giveUp = () => ended.abort(new Error('a measured process ended while it was asked'));
      child.once('exit', giveUp);
      try {
        const answer = once(child, 'message', { signal: ended.signal });
        child.send(message);
        const [said] = await answer;
        return said;
      } finally {
        child.off('exit', giveUp);
      }
    };
    return { url, readyMs, usage: async () => (await ask('usage')) as Usage, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

export const programs = {
  desk: new URL('./processes/desk.ts', import.meta.url),
  fleetDesk: new URL('./processes/fleet-desk.ts', import.meta.url),
  bolt: new URL('./processes/bolt.ts', import.meta.url),
  replay: new URL('./processes/replay.ts', import.meta.url),
} as const;
