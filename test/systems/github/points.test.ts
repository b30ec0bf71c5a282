/** Whatever several processes ask and when: in no minute more than the account has, and what was asked alone long enough ago is there again. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBudget } from '../../../src/systems/github/budget.ts';
import { createOwnLedgers } from '../../../src/systems/github/points.ts';

const perMinute = 120;
const Step = fc.record({
  process: fc.integer({ min: 0, max: 2 }),
  points: fc.constantFrom(1, 1, 1, 5),
  times: fc.integer({ min: 1, max: 90 }),
  thenMs: fc.integer({ min: 0, max: 40_000 }),
});

it('several processes never spend more than the account has in any minute', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 1, maxLength: 25 }), async (steps) => {
      let now = 1_000_000;
      const clock = { now: () => new Date(now) };
      const ledgers = createOwnLedgers();
      const budgets = [0, 1, 2].map(() =>
        createBudget({ clock, account: 'token', ledgers, pointsPerMinute: perMinute, maxWaitMs: 0 }),
      );
      const spent: { at: number; points: number }[] = [];
      for (const { process, points, times, thenMs } of steps) {
        for (let time = 0; time < times; time += 1) {
          const admission = await budgets[process]?.admit(points);
          if (admission?.kind === 'go') spent.push({ at: now, points });
        }
        now += thenMs;
      }
      for (const { at } of spent) {
        const minute = spent.filter((one) => one.at >= at && one.at < at + 60_000);
        expect(minute.reduce((sum, one) => sum + one.points, 0)).toBeLessThanOrEqual(perMinute);
      }
      now += 65_001;
      expect(await budgets[0]?.admit(5)).toEqual({ kind: 'go' });
    }),
    { numRuns: 150 },
  );
});
