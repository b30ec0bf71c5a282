/** The orderly stop: closers run in the reverse order of their adding, each bounded and all together bounded. Which process is ended, and with what code, is for `onSignals`. */
import { within } from './bounded.ts';
import type { Logger } from './logger.ts';

export type Closer = () => Promise<void> | void;

export interface CloserReport {
  readonly name: string;
  readonly outcome: 'closed' | 'failed' | 'timed-out';
}

export interface Shutdown {
  /** Aborted the moment a stop begins: intake and long waits end on it. */
  readonly signal: AbortSignal;
  /** Added after the stop began, a closer runs at once. */
  readonly add: (name: string, close: Closer, boundMs?: number) => void;
  /** Stops everything once; every further call gets the same report. */
  readonly run: (reason: string) => Promise<readonly CloserReport[]>;
}

export interface ShutdownParts {
  readonly log: Logger;
  /** The whole stop; container platforms send SIGKILL after 30 s. */
  readonly totalMs?: number;
}

interface Entry {
  readonly name: string;
  readonly close: Closer;
  readonly boundMs: number;
}

const defaultBoundMs = 5_000;
/** What a closer still gets when the others used up all the time: enough to be told, not to be waited for. */
const leastMs = 50;

export const createShutdown = ({ log, totalMs = 25_000 }: ShutdownParts): Shutdown => {
  const entries: Entry[] = [];
  const controller = new AbortController();
  let endsAt = Number.POSITIVE_INFINITY;
  let running: Promise<readonly CloserReport[]> | undefined;

  const closeOne = async (entry: Entry): Promise<CloserReport> => {
    const startedAt = performance.now();
    const boundMs = Math.max(leastMs, Math.min(entry.boundMs, endsAt - startedAt));
    const outcome = await within(
      tryClose(entry.close, (error) => log.error('a part failed to close', { part: entry.name, error })),
      boundMs,
      () => 'timed-out' as const,
    );
    const ms = Math.round(performance.now() - startedAt);
    if (outcome === 'timed-out') log.warn('a part did not close in time', { part: entry.name, ms });
    else log.debug('closed', { part: entry.name, outcome, ms });
    return { name: entry.name, outcome };
  };

  const drain = async (): Promise<readonly CloserReport[]> => {
    const reports: CloserReport[] = [];
    for (let entry = entries.pop(); entry; entry = entries.pop()) reports.push(await closeOne(entry));
    return reports;
  };

  const closeAll = async (reason: string): Promise<readonly CloserReport[]> => {
    endsAt = performance.now() + totalMs;
    log.info('stopping', { reason, parts: entries.length });
    controller.abort(new Error(`stopping: ${reason}`));
    const reports = await drain();
    log.info('stopped', {
      open: reports.filter(({ outcome }) => outcome !== 'closed').map(({ name }) => name),
    });
    return reports;
  };

  return {
    signal: controller.signal,
    add: (name, close, boundMs = defaultBoundMs) => {
      // While a stop runs its loop takes the newest entry next, so a late part is closed before older ones.
      entries.push({ name, close, boundMs });
      if (running) running = running.then(async (reports) => [...reports, ...(await drain())]);
    },
    run: (reason) => {
      running ??= closeAll(reason);
      return running;
    },
  };
};

/** Setting up a database takes longest. */
const startBoundMs = 15_000;

/**
 * For a start: a stop in the middle of it lets it end first, and then closes in order what it opened. What came to stand on a closed
 * database meanwhile, such as a worker, would find no end.
 */
export const holdClosers = (
  shutdown: Shutdown,
): { readonly shutdown: Shutdown; readonly release: () => void } => {
  const held: Parameters<Shutdown['add']>[] = [];
  const ended = Promise.withResolvers<void>();
  let add: Shutdown['add'] = (...closer) => void held.push(closer);
  const release = (): void => {
    add = shutdown.add;
    for (const closer of held.splice(0)) shutdown.add(...closer);
    ended.resolve();
  };
  shutdown.add('start', () => within(ended.promise, startBoundMs, release), startBoundMs + 1_000);
  return { shutdown: { ...shutdown, add: (...closer) => add(...closer) }, release };
};

const tryClose = async (
  close: Closer,
  onError: (error: unknown) => void,
): Promise<CloserReport['outcome']> => {
  try {
    await close();
    return 'closed';
  } catch (error) {
    onError(error);
    return 'failed';
  }
};
