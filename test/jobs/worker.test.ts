/** The worker with a real store and a real queue: hints hurry, the timer carries, death and stop lose nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHintQueue, type HintQueue } from '../../src/jobs/hints.ts';
import { type DeskWorker, startWorker, type WorkerParts } from '../../src/jobs/worker.ts';
import type { StepOutcome } from '../../src/operations/operation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { clearSpine, createSpine, defineWork, type Spine, type Work } from '../operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { type QueueHouse, queueHouses } from './queue-houses.ts';

const noLog = (): void => undefined;
const done: StepOutcome = { kind: 'done', result: null, exit: 0 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

describe.each(await queueHouses())('a worker beside a queue on $name', ({ open }) => {
  let house: QueueHouse;
  const workers: DeskWorker[] = [];
  const queues: HintQueue[] = [];
  beforeAll(async () => {
    house = await open();
  });
  afterAll(() => house.drop());
  beforeEach(() => clearSpine(desk));
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(1_000)));
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
  });

  const openQueue = (): HintQueue => {
    const queue = createHintQueue(house.backend(), noLog);
    queues.push(queue);
    return queue;
  };
  const begin = (spine: Spine, given: Partial<WorkerParts> = {}) => {
    const queue = given.queue ?? openQueue();
    const worker = startWorker({
      store: spine.store,
      engine: spine.engine,
      log: noLog,
      leaseMs: 1_000,
      queue,
      ...given,
    });
    workers.push(worker);
    return { worker, queue };
  };
  const spineOf = (work: Work): Spine =>
    createSpine(desk, defineWork(work), undefined, undefined, systemClock.now);
  const until = async (holds: () => boolean | Promise<boolean>, withinMs = 4_000): Promise<number> => {
    const startedAt = performance.now();
    while (!(await holds())) {
      if (performance.now() - startedAt > withinMs) throw new Error('it did not happen in time');
      await pause(10);
    }
    return performance.now() - startedAt;
  };
  const isDone = async (spine: Spine, id: string) => (await spine.read(id)).state === 'done';

  it('does hinted work without waiting for the timer', async () => {
    const spine = spineOf({ steps: { start: async () => done } });
    const { queue } = begin(spine, { everyMs: 60_000 });
    const { id } = await spine.start();
    queue.hint(id);
    expect(await until(() => isDone(spine, id))).toBeLessThan(4_000);
  });

  it('does work whose hint was lost within a second', async () => {
    const spine = spineOf({ steps: { start: async () => done } });
    begin(spine);
    await pause(700);
    const { id } = await spine.start();
    expect(await until(() => isDone(spine, id))).toBeLessThan(1_000);
  });

  it('does work that is hinted many times once', async () => {
    let runs = 0;
    const spine = spineOf({
      steps: {
        start: async () => {
          runs += 1;
          await pause(100);
          return done;
        },
      },
    });
    const { queue } = begin(spine);
    begin(spine);
    const { id } = await spine.start();
    for (let hint = 0; hint < 10; hint += 1) queue.hint(id);
    await until(() => isDone(spine, id));
    await pause(300);
    expect(runs).toBe(1);
  });

  it('does more hinted work than it may do at once, never more than that at once', async () => {
    let busy = 0;
    let most = 0;
    const spine = spineOf({
      steps: {
        start: async () => {
          busy += 1;
          most = Math.max(most, busy);
          await pause(20);
          busy -= 1;
          return done;
        },
      },
    });
    const { queue } = begin(spine, { everyMs: 60_000, operationsAtOnce: 3 });
    await queue.isReachable();
    const ids: string[] = [];
    for (let at = 0; at < 30; at += 1) ids.push((await spine.start()).id);
    for (const id of ids) queue.hint(id);
    await until(async () => (await Promise.all(ids.map((id) => isDone(spine, id)))).every(Boolean));
    expect(most).toBe(3);
  });

  it('carries a fan through over two workers', async () => {
    const spine = spineOf({
      steps: {
        start: async ({ now }) => ({
          kind: 'fan',
          items: Array.from({ length: 100 }, (_, at) => ({ key: `k${at}`, limitKey: 'other', input: null })),
          deadline: new Date(now().getTime() + 20_000),
          step: 'join',
          memory: {},
        }),
        join: async ({ items, now }) =>
          (await items()).some(({ state }) => state === 'open')
            ? { kind: 'wait', until: new Date(now().getTime() + 10_000), memory: {} }
            : done,
      },
      items: async () => {
        await pause(5);
        return null;
      },
    });
    begin(spine);
    begin(spine);
    const { id } = await spine.start();
    expect(await until(() => isDone(spine, id), 8_000)).toBeLessThan(8_000);
  });

  it('takes over from one that died, when the lease has run out and not before', async () => {
    const spine = spineOf({ steps: { start: async () => done } });
    const { id } = await spine.start();
    await spine.store.claimOne('dead', 1_000, id);
    begin(spine);
    await pause(500);
    expect(await isDone(spine, id)).toBe(false);
    await until(() => isDone(spine, id));
  });

  it('keeps the lease of a step that takes longer than it', async () => {
    let runs = 0;
    const spine = spineOf({
      steps: {
        start: async () => {
          runs += 1;
          await pause(1_500);
          return done;
        },
      },
    });
    begin(spine, { leaseMs: 500 });
    begin(spine, { leaseMs: 500 });
    const { id } = await spine.start();
    await until(() => isDone(spine, id));
    expect(runs).toBe(1);
  });

  it('goes on after its store was away', async () => {
    const spine = spineOf({ steps: { start: async () => done } });
    let away = true;
    const lines: string[] = [];
    const failing = {
      ...spine.store,
      claimDue: (...given: Parameters<Spine['store']['claimDue']>) => {
        if (away) throw new Error('away');
        return spine.store.claimDue(...given);
      },
    };
    begin(spine, { store: failing, everyMs: 20, log: (line) => void lines.push(line) });
    const { id } = await spine.start();
    await pause(200);
    expect(await isDone(spine, id)).toBe(false);
    away = false;
    expect(await until(() => isDone(spine, id))).toBeLessThan(1_000);
    // Said once when it began and once when it was over, not at every round.
    expect(lines.filter((line) => line.includes('due operations'))).toHaveLength(2);
  });

  it('stops at once when idle, queue and all', async () => {
    const spine = spineOf({ steps: { start: async () => done } });
    const { worker, queue } = begin(spine);
    await pause(600);
    const startedAt = performance.now();
    await worker.stop(12_000);
    await queue.close();
    queues.length = 0;
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('lets a short step end when it stops, and takes nothing new', async () => {
    const spine = spineOf({
      steps: {
        start: async () => {
          await pause(200);
          return done;
        },
      },
    });
    const { worker, queue } = begin(spine);
    const { id } = await spine.start();
    queue.hint(id);
    await until(async () => (await spine.read(id)).owner !== null);
    const stopped = worker.stop(5_000);
    const next = await spine.start();
    queue.hint(next.id);
    await stopped;
    expect(await isDone(spine, id)).toBe(true);
    await pause(100);
    expect(await spine.read(next.id)).toMatchObject({ state: 'open', owner: null });
  });

  it('hands back within its bound what does not end, due at once', async () => {
    const spine = spineOf({ steps: { start: () => new Promise<StepOutcome>(() => undefined) } });
    const { worker } = begin(spine, { everyMs: 50 });
    const { id } = await spine.start();
    await until(async () => (await spine.read(id)).owner !== null);
    const startedAt = performance.now();
    await worker.stop(800);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect((await spine.read(id)).owner).toBeNull();
    expect(await spine.store.claimOne('next', 1_000, id)).not.toBeNull();
  });
});
