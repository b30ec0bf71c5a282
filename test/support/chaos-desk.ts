/** A desk in a real process of its own, with what it logged and the ways to end it. Which world it lives in is the environment's business. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Arming } from './crash-points.ts';

export type LogLine = Readonly<Record<string, unknown>>;

export interface DeskEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly tookMs: number;
}

export interface DeskProcess {
  /** Null without the role bot. */
  readonly url: string | null;
  readonly adminUrl: string;
  readonly pid: number;
  readonly lines: () => readonly LogLine[];
  readonly isAlive: () => boolean;
  readonly ended: Promise<DeskEnd>;
  /** Only for entry `crash`: the process dies at the nth passing of that boundary from now on. */
  readonly arm: (at: string, nth?: number) => Promise<void>;
  /** kill -9. */
  readonly kill: () => Promise<DeskEnd>;
  /** The orderly stop. */
  readonly terminate: () => Promise<DeskEnd>;
}

/** `main` is the program itself, `npm` as `npm start` runs it, `crash` the one that can be armed. */
export type Entry = 'main' | 'npm' | 'crash';

const root = fileURLToPath(new URL('../../', import.meta.url));
const args: Readonly<Record<Entry, readonly string[]>> = {
  main: ['--disable-warning=ExperimentalWarning', 'src/main.ts'],
  npm: ['scripts/on-node.mjs', 'src/main.ts'],
  crash: ['--disable-warning=ExperimentalWarning', 'test/support/crash-main.ts'],
};
const startMs = 90_000;

/** Children that a broken test left; without this they would outlive the run. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

const parseLine = (line: string): LogLine =>
  line.startsWith('{') ? (JSON.parse(line) as LogLine) : { msg: line };

export const startDeskProcess = async (
  env: Readonly<Record<string, string>>,
  entry: Entry = 'main',
): Promise<DeskProcess> => {
  const child = spawn(process.execPath, args[entry], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: entry === 'crash' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  living.add(child);
  const lines: LogLine[] = [];
  const ready = Promise.withResolvers<LogLine>();
  ready.promise.catch(() => undefined);
  const take = (line: string): void => {
    if (line.trim() === '') return;
    const parsed = parseLine(line);
    lines.push(parsed);
    if (parsed['msg'] === 'acuops ready') ready.resolve(parsed);
  };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.on('data', (part: Buffer) => {
      const all = (rest + part.toString()).split('\n');
      rest = all.pop() ?? '';
      for (const line of all) take(line);
    });
  }
  let askedAt = performance.now();
  const ended = new Promise<DeskEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      living.delete(child);
      ready.reject(new Error(`the desk ended at its start: ${JSON.stringify(lines.slice(-5))}`));
      resolve({ code, signal, tookMs: Math.round(performance.now() - askedAt) });
    });
  });
  const timer = setTimeout(
    () => ready.reject(new Error(`the desk is not ready: ${JSON.stringify(lines.slice(-5))}`)),
    startMs,
  );
  let started: LogLine;
  try {
    started = await ready.promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const end = (signal: NodeJS.Signals): Promise<DeskEnd> => {
    askedAt = performance.now();
    child.kill(signal);
    return ended;
  };
  return {
    url: typeof started['url'] === 'string' ? started['url'] : null,
    adminUrl: String(started['admin']),
    // As `npm` starts it the desk is a child of our child; only its own log line knows it.
    pid: Number(started['pid']),
    lines: () => lines,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    ended,
    arm: async (at, nth = 1) => {
      const arming: Arming = { at, nth };
      child.send(arming);
      await once(child, 'message');
    },
    kill: () => end('SIGKILL'),
    terminate: () => end('SIGTERM'),
  };
};
