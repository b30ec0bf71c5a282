import { describe, expect, it } from 'vitest';
import { type BudgetOptions, createBudget } from '../../../src/systems/github/budget.ts';
import { createGate } from '../../../src/systems/github/gate.ts';
import { createOwnLedgers, type PointLedgers } from '../../../src/systems/github/points.ts';

const createClock = () => {
  let at = 1_000_000;
  return { now: () => new Date(at), move: (ms: number) => (at += ms) };
};
const open = (options: Partial<BudgetOptions> & Pick<BudgetOptions, 'clock'>) =>
  createBudget({ account: 'token', ledgers: createOwnLedgers(), ...options });
const headers = (values: Record<string, string>) => new Headers(values);

describe('points of a minute', () => {
  it('are given at once until they are spent, then refused with the moment of the next', async () => {
    const clock = createClock();
    const budget = open({ clock, pointsPerMinute: 3, maxWaitMs: 100 });
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    expect(budget.state()).toMatchObject({ pointsLeft: 2 });
    // What was not spent of a block is given back when the next is taken.
    clock.move(10_000);
    expect(await budget.admit(2)).toEqual({ kind: 'go' });
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_060_000) });
    expect(await budget.admit(2)).toEqual({ kind: 'refused', until: new Date(1_070_000) });
    expect(budget.state()).toMatchObject({ pointsLeft: 0 });
    clock.move(50_000);
    expect(budget.state()).toMatchObject({ pointsLeft: 1 });
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    expect(await budget.admit(1)).toMatchObject({ kind: 'refused' });
  });

  it('are never exceeded in any minute, whoever waits for them', async () => {
    const clock = createClock();
    const times: number[] = [];
    const wait = async (ms: number) => void clock.move(ms);
    const budget = open({ clock, pointsPerMinute: 5, maxWaitMs: 200_000, wait });
    for (let index = 0; index < 18; index += 1) {
      expect(await budget.admit(1)).toEqual({ kind: 'go' });
      times.push(clock.now().getTime());
      clock.move(100);
    }
    const gaps = times.slice(5).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
    // A block's points leave the minute together, so the first of them may wait for the last.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_400);
  });

  it('that somebody waited for and gave up are there for the next', async () => {
    const clock = createClock();
    const budget = open({ clock, pointsPerMinute: 1, maxWaitMs: 90_000 });
    await budget.admit(1);
    const stop = new AbortController();
    const waiting = budget.admit(1, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(waiting).rejects.toThrow();
    clock.move(60_000);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
  });
});

describe('an account that several processes share', () => {
  it('has its points once, not once for each of them', async () => {
    const clock = createClock();
    const ledgers = createOwnLedgers();
    const [first, second] = [open({ clock, ledgers }), open({ clock, ledgers })];
    let gone = 0;
    for (let index = 0; index < 900; index += 1)
      for (const budget of [first, second]) gone += (await budget.admit(1)).kind === 'go' ? 1 : 0;
    expect(gone).toBe(850);
  });

  it('is left alone by all of them when GitHub said so to one', async () => {
    const clock = createClock();
    const ledgers = createOwnLedgers();
    const [told, other] = [open({ clock, ledgers }), open({ clock, ledgers })];
    expect(await other.admit(1)).toEqual({ kind: 'go' });
    told.note(403, headers({ 'retry-after': '30' }), true);
    // What it holds already it may spend for a few seconds more.
    clock.move(5_001);
    expect(await other.admit(1)).toEqual({ kind: 'refused', until: new Date(1_030_000) });
    expect(other.state().blockedUntil).toEqual(new Date(1_030_000));
    clock.move(25_000);
    expect(await other.admit(1)).toEqual({ kind: 'go' });
  });

  it.each([
    ['cannot be reached', () => Promise.reject(new Error('away'))],
    ['does not answer', () => new Promise<never>(() => {})],
  ])('is asked for little while its ledger %s, and as ever when it is back', async (_, fail) => {
    const clock = createClock();
    const kept = createOwnLedgers();
    let isAway = true;
    const ledgers: PointLedgers = {
      change: (account, change) => (isAway ? fail() : kept.change(account, change)),
    };
    const budget = open({ clock, ledgers, maxWaitMs: 100 });
    const ask = async (times: number): Promise<number> => {
      const answers = await Promise.all(Array.from({ length: times }, () => budget.admit(1)));
      return answers.filter(({ kind }) => kind === 'go').length;
    };
    expect(await ask(200)).toBe(50);
    isAway = false;
    clock.move(10_000);
    expect(await ask(1_000)).toBe(850);
  });
});

describe("GitHub's word", () => {
  it('of a secondary limit is kept, with and without Retry-After', async () => {
    const clock = createClock();
    const budget = open({ clock });
    budget.note(403, headers({ 'retry-after': '30' }), true);
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_030_000) });
    clock.move(30_000);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
    budget.note(403, headers({}), true);
    expect(await budget.admit(1)).toEqual({ kind: 'refused', until: new Date(1_090_000) });
  });

  it('of an ordinary 403 stops nobody', async () => {
    const budget = open({ clock: createClock() });
    budget.note(403, headers({}), false);
    expect(await budget.admit(1)).toEqual({ kind: 'go' });
  });

  it('of the hour is kept until it begins anew', async () => {
    const clock = createClock();
    const budget = open({ clock });
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
