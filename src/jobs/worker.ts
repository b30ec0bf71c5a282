/** The worker: takes due operations and open items by lease, hurried by hints, carried by a plain timer. What a step does is the engine's business. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../operations/engine.ts';
import type { EngineStore } from '../operations/ports.ts';
import { createId } from '../runtime/ids.ts';
import type { HintQueue } from './hints.ts';
import { startLoop } from './loop.ts';

export interface WorkerParts {
  readonly store: EngineStore;
  readonly engine: Engine;
  readonly queue: HintQueue;
  readonly log: (line: string, detail: object) => void;
  /** Decides when another worker may take over after a death. 15 s; 1 s in tests. */
  readonly leaseMs: number;
  /** How often the plain timer looks. Default 500 ms. */
  readonly everyMs?: number;
  readonly operationsAtOnce?: number;
  /** Items wait for other machines most of the time, so many run at once. */
  readonly itemsAtOnce?: number;
}

export interface DeskWorker {
  /** Stops taking, lets running steps end within the bound, hands the rest back. */
  readonly stop: (withinMs: number) => Promise<void>;
}

export const startWorker = (parts: WorkerParts): DeskWorker => {
  const owner = createId();
  const everyMs = parts.everyMs ?? 500;
  const operationsAtOnce = parts.operationsAtOnce ?? 10;
  const itemsAtOnce = parts.itemsAtOnce ?? 96;
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  let operations = 0;
  let items = 0;

  const track = (work: Promise<unknown>): void => {
    const guarded = work.catch((error: unknown) =>
      parts.log('a worker task failed; its lease will run out', { error }),
    );
    running.add(guarded);
    void guarded.finally(() => running.delete(guarded));
  };

  const advance = async (claimed: Parameters<Engine['advance']>[0]): Promise<void> => {
    operations += 1;
    try {
      const next = await parts.engine.advance(claimed, stopping.signal);
      itemLoop.nudge();
      // Woken while it ran: look again at once instead of waiting for the timer.
      if (next === 'again' && !stopping.signal.aborted) dueLoop.nudge();
    } finally {
      operations -= 1;
    }
  };

  const dueLoop = startLoop(
    'due operations',
    everyMs,
    async () => {
      const free = operationsAtOnce - operations;
      if (free <= 0 || stopping.signal.aborted) return false;
      const claimed = await parts.store.claimDue(owner, parts.leaseMs, free);
      for (const operation of claimed) track(advance(operation));
      return claimed.length === free;
    },
    parts.log,
  );

  const itemLoop = startLoop(
    'items',
    Math.min(everyMs, 250),
    async () => {
      const free = itemsAtOnce - items;
      if (free <= 0 || stopping.signal.aborted) return false;
      const taken = await parts.store.takeItems(owner, parts.leaseMs, free);
      for (const { item, operation } of taken) {
        items += 1;
        track(
          parts.engine.runItem(item, operation, stopping.signal).finally(() => {
            items -= 1;
            itemLoop.nudge();
          }),
        );
      }
      return false;
    },
    parts.log,
  );

  const renewLoop = startLoop(
    'lease',
    parts.leaseMs / 3,
    async () => (await parts.store.renewLeases(owner, parts.leaseMs), false),
    parts.log,
  );

  parts.queue.listen(async (operationId) => {
    if (stopping.signal.aborted) return;
    const claimed = await parts.store.claimOne(owner, parts.leaseMs, operationId);
    if (claimed) await advance(claimed);
  }, operationsAtOnce);

  return {
    stop: async (withinMs) => {
      await Promise.all([dueLoop.stop(), itemLoop.stop()]);
      const patience = wait(withinMs, 'late', { ref: false });
      // Most of the time goes to letting steps end; those that do not are told to stop and handed back.
      const ended = Promise.allSettled([...running]);
      if ((await Promise.race([ended, wait(withinMs * 0.6, 'late', { ref: false })])) === 'late')
        stopping.abort();
      await Promise.race([Promise.allSettled([...running]), patience]);
      stopping.abort();
      await renewLoop.stop();
      await parts.store.releaseLeases(owner);
    },
  };
};
