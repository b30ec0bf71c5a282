/** The worker: takes due operations and open items by lease, hurried by hints, carried by a plain timer. What a step does is the engine's business. */
import type { Engine } from '../operations/engine.ts';
import type { Item, Operation } from '../operations/operation.ts';
import type { EngineStore } from '../operations/ports.ts';
import { within } from '../runtime/bounded.ts';
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
  let taking = true;
  const running = new Set<Promise<unknown>>();
  const operations = new Set<Operation>();
  const items = new Set<Item>();
  /** Claims under way count too, or a burst of hints would take more than the limit. */
  let claiming = 0;
  /** There was no room for all: whoever ends next looks at once instead of waiting for the timer. */
  let crowded = false;
  const countFree = () => operationsAtOnce - operations.size - claiming;

  const track = (work: Promise<unknown>): void => {
    const guarded = work.catch((error: unknown) =>
      parts.log('a worker task failed; its lease will run out', { error }),
    );
    running.add(guarded);
    void guarded.finally(() => running.delete(guarded));
  };

  const advance = async (claimed: Operation): Promise<void> => {
    operations.add(claimed);
    try {
      if ((await parts.engine.advance(claimed, stopping.signal)) === 'again') crowded = true;
    } finally {
      operations.delete(claimed);
      itemLoop.nudge();
      lookAgain();
    }
  };

  const runItem = async (item: Item, operation: Operation): Promise<void> => {
    items.add(item);
    try {
      await parts.engine.runItem(item, operation, stopping.signal);
    } finally {
      items.delete(item);
      itemLoop.nudge();
    }
  };

  const lookAgain = (): void => {
    if (!crowded) return;
    crowded = false;
    dueLoop.nudge();
  };

  const claim = async (places: number, find: () => Promise<readonly Operation[]>): Promise<boolean> => {
    claiming += places;
    try {
      const claimed = await find();
      for (const operation of claimed) track(advance(operation));
      return claimed.length === places;
    } finally {
      claiming -= places;
      lookAgain();
    }
  };

  const dueLoop = startLoop(
    'due operations',
    everyMs,
    async () => {
      const free = countFree();
      if (!taking) return false;
      // No room, or as many taken as there was room for: more may wait, so whoever ends next looks at once.
      crowded =
        free <= 0 || (await claim(free, () => parts.store.claimDue(owner, parts.leaseMs, free))) || crowded;
      return false;
    },
    parts.log,
  );

  const itemLoop = startLoop(
    'items',
    Math.min(everyMs, 250),
    async () => {
      const free = itemsAtOnce - items.size;
      if (free <= 0 || !taking) return false;
      const taken = await parts.store.takeItems(owner, parts.leaseMs, free);
      for (const { item, operation } of taken) track(runItem(item, operation));
      return false;
    },
    parts.log,
  );

  const renewLoop = startLoop(
    'lease',
    parts.leaseMs / 3,
    async () => {
      await parts.store.renewLeases(owner, parts.leaseMs, {
        operations: [...operations],
        items: [...items],
      });
      return false;
    },
    parts.log,
  );

  // A hint only claims; the step runs beside it, under the worker's own limit and in the worker's own stop.
  parts.queue.listen(async (operationId) => {
    if (!taking) return;
    if (countFree() <= 0) {
      crowded = true;
      return;
    }
    const look = claim(1, async () => {
      const claimed = await parts.store.claimOne(owner, parts.leaseMs, operationId);
      return claimed ? [claimed] : [];
    });
    track(look.catch(() => undefined));
    await look;
  }, operationsAtOnce);

  return {
    stop: async (withinMs) => {
      taking = false;
      const startedAt = performance.now();
      const leftMs = (share: number) => Math.max(0, withinMs * share - (performance.now() - startedAt));
      await within<unknown>(Promise.all([dueLoop.stop(), itemLoop.stop()]), leftMs(0.3), () => undefined);
      // Most of the time goes to letting steps end; those that do not are told to stop and handed back.
      await within<unknown>(Promise.all(running), leftMs(0.6), () => undefined);
      stopping.abort();
      await within<unknown>(Promise.all(running), leftMs(0.8), () => undefined);
      await within(renewLoop.stop(), leftMs(0.9), () => undefined);
      await within(parts.store.releaseLeases(owner), leftMs(1), () => undefined);
    },
  };
};
