/** Hints on the real queue: they arrive, come twice without harm, are lost without harm, and never hold up a stop. Redis too where a server is at hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHintQueue, type HintQueue } from '../../src/jobs/hints.ts';
import { type QueueHouse, queueHouses } from './queue-houses.ts';

const noLog = (): void => undefined;

const until = async (holds: () => boolean, withinMs = 15_000): Promise<void> => {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe.each(await queueHouses())('hints on $name', ({ open }) => {
  let house: QueueHouse;
  let queue: HintQueue;
  beforeAll(async () => {
    house = await open();
  });
  afterAll(() => house.drop());

  it('arrive within a tenth of a second on an idle queue', async () => {
    queue = createHintQueue(house.backend(), noLog);
    const heard: { id: string; at: number }[] = [];
    queue.listen(async (id) => void heard.push({ id, at: performance.now() }), 4);
    await queue.isReachable();
    queue.hint('first');
    await until(() => heard.length === 1);
    const startedAt = performance.now();
    queue.hint('second');
    await until(() => heard.length === 2);
    expect(heard[1]?.id).toBe('second');
    expect((heard[1]?.at ?? 0) - startedAt).toBeLessThan(250);
    await queue.close();
  });

  it('the same operation may be hinted while a hint of it is heard', async () => {
    queue = createHintQueue(house.backend(), noLog);
    const gate = Promise.withResolvers<void>();
    let heard = 0;
    queue.listen(async () => {
      heard += 1;
      if (heard === 1) await gate.promise;
    }, 4);
    queue.hint('same');
    await until(() => heard === 1);
    queue.hint('same');
    await until(() => heard === 2);
    expect(heard).toBe(2);
    gate.resolve();
    await queue.close();
  });

  it('closes an idle queue within half a second', async () => {
    queue = createHintQueue(house.backend(), noLog);
    queue.listen(async () => undefined, 10);
    await queue.isReachable();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const startedAt = performance.now();
    await queue.close();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
