/** More work than room: whoever ends makes place for the next at once; the plain timer is not what carries a backlog. */
import { expect, it } from 'vitest';
import type { HintQueue } from '../../src/jobs/hints.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import type { Operation } from '../../src/operations/operation.ts';
import type { EngineStore } from '../../src/operations/ports.ts';

const toOperation = (id: string) => ({ id, fence: 1 }) as unknown as Operation;

/** Takes hints never: what is due is found by looking. */
const silentQueue: HintQueue = {
  hint: () => undefined,
  listen: () => undefined,
  isReachable: async () => true,
  close: async () => undefined,
};

it('works a backlog off without waiting for the timer', async () => {
  const due = Array.from({ length: 25 }, (_, index) => toOperation(`operation-${index}`));
  const total = due.length;
  const allDone = Promise.withResolvers<void>();
  let done = 0;
  let running = 0;
  let most = 0;
  const store = {
    claimDue: async (_owner: string, _leaseMs: number, limit: number) => due.splice(0, limit),
    takeItems: async () => [],
    renewLeases: async () => undefined,
    releaseLeases: async () => undefined,
  } as unknown as EngineStore;
  const worker = startWorker({
    store,
    engine: {
      advance: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
        done += 1;
        if (done === total) allDone.resolve();
        return 'idle';
      },
      runItem: async () => undefined,
    },
    queue: silentQueue,
    log: () => undefined,
    leaseMs: 15_000,
    // Longer than the test may take: after its first look the timer does not help.
    everyMs: 60_000,
    operationsAtOnce: 4,
  });
  try {
    await allDone.promise;
    expect(most).toBe(4);
  } finally {
    await worker.stop(1_000);
  }
}, 5_000);
