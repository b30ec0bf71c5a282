import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/systems/github/budget.ts';
import { createGate } from '../../../src/systems/github/gate.ts';

const createClock = () => {
  let at = 1_000_000;
  return { now: () => new Date(at), move: (ms: number) => (at += ms) };
};
const headers = (values: Record<string, string>) => new Headers(values);

describe('points of a minute', () => {
  it('are given at once until they are spent, then refused with the moment of the next', async () => {
    const clock = createClock();
    const budget = createBudget({ clock, pointsPerMinute: 3, maxWaitMs: 100 });
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    clock.move(1_000);
    expect(await budget.admit(2)).toEqual({ kind: 'go' });
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_060_000) });
    expect(await budget.admit(2)).toEqual({ kind: 'refused', until: new Date(1_061_000) });
    expect(budget.state()).toMatchObject({ pointsLeft: 0 });
    clock.move(59_000);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    expect(await budget.admit(1)).toMatchObject({ kind: 'refused' });
  });

  it('are never exceeded in any minute, whoever waits for them', async () => {
    const clock = createClock();
    const times: number[] = [];
    const wait = (ms: number) => {
      times.push(clock.now().getTime() + ms);
      return Promise.resolve();
    };
    const budget = createBudget({ clock, pointsPerMinute: 5, maxWaitMs: 200_000, wait });
    for (let index = 0; index < 18; index += 1) {
      const before = times.length;
      expect(await budget.admit(1)).toEqual({ kind: 'go' });
      if (times.length === before) times.push(clock.now().getTime());
      clock.move(100);
    }
    const gaps = times.slice(5).map((time, index) => time - (times[index] ?? 0));
    expect(times).toHaveLength(18);
    expect(Math.min(...gaps)).toBe(60_000);
    expect(Math.max(...gaps)).toBe(60_000);
  });

  it('that somebody waited for and gave up are given back', async () => {
    const clock = createClock();
    const budget = createBudget({ clock, pointsPerMinute: 1, maxWaitMs: 90_000 });
    await budget.admit(1);
    const stop = new AbortController();
    const waiting = budget.admit(1, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
    clock.move(60_000);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
  });
});

describe("GitHub's word", () => {
  it('of a secondary limit is kept, with and without Retry-After', async () => {
    const clock = createClock();
    const budget = createBudget({ clock });
    budget.note(403, headers({ 'retry-after': '30' }), true);
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_030_000) });
    clock.move(30_000);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    budget.note(403, headers({}), true);
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_090_000) });
  });

  it('of an ordinary 403 stops nobody', async () => {
    const budget = createBudget({ clock: createClock() });
    budget.note(403, headers({}), false);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
  });

  it('of the hour is kept until it begins anew', async () => {
    const clock = createClock();
    const budget = createBudget({ clock });
    const rate = {
      'x-ratelimit-resource': 'core',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2000',
    };
    budget.note(200, headers(rate), false);
    expect(budget.state().primary).toEqual({ remaining: 0, limit: 5_000, resetAt: new Date(2_000_000) });
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(2_000_000) });
    budget.note(
      200,
      headers({ ...rate, 'x-ratelimit-resource': 'search', 'x-ratelimit-remaining': '9' }),
      false,
    );
    expect(budget.state().primary?.remaining).toBe(0);
    clock.move(1_000_001);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
  });
});

describe('the gate', () => {
  it('lets no more through at once than it is wide, in order, also after failures and givers-up', async () => {
    const gate = createGate(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (index: number) => async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(index);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (index % 3 === 0) throw new Error('failed');
    };
    const stop = new AbortController();
    const all = Array.from({ length: 9 }, (_, index) =>
      gate.run(index === 5 ? stop.signal : null, work(index)),
    );
    stop.abort();
    const outcomes = await Promise.allSettled(all);
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 6, 7, 8]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected')).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(await gate.run(null, () => Promise.resolve('free'))).toBe('free');
  });
});
