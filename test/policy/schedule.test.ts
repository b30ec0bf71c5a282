import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLateness, planNextDue, ScheduleSpec } from '../../src/policy/schedule.ts';

const next = (at: string, zone: string, after: string): string =>
  planNextDue({ kind: 'daily', at }, zone, new Date(after)).toISOString();

describe('the next due moment', () => {
  it.each([
    ['07:00', 'America/Chicago', '2026-11-20T12:59:59.999Z', '2026-11-20T13:00:00.000Z'],
    ['07:00', 'America/Chicago', '2026-11-20T13:00:00.000Z', '2026-11-21T13:00:00.000Z'],
    // Over the end of summer time (1 November 2026) it stays at seven.
    ['07:00', 'America/Chicago', '2026-10-31T12:00:00Z', '2026-11-01T13:00:00.000Z'],
    // 2:30 does not exist on 8 March 2026: just behind the gap.
    ['02:30', 'America/Chicago', '2026-03-08T07:00:00Z', '2026-03-08T08:30:00.000Z'],
    ['00:00', 'Asia/Tokyo', '2026-12-31T14:59:00Z', '2026-12-31T15:00:00.000Z'],
    ['23:59', 'UTC', '2028-02-29T00:00:00Z', '2028-02-29T23:59:00.000Z'],
  ])('of %s in %s after %s is %s', (at, zone, after, due) => {
    expect(next(at, zone, after)).toBe(due);
  });

  it('comes within a day and an hour, later each time, once a day', () => {
    const zones = [
      'UTC',
      'America/Chicago',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'Pacific/Chatham',
      'Africa/Cairo',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, start, minutes) => {
          const at = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
          const spec = { kind: 'daily', at } as const;
          const days = new Set<string>();
          let after = start;
          for (let count = 0; count < 5; count += 1) {
            const due = planNextDue(spec, zone, after);
            const gap = due.getTime() - after.getTime();
            expect(gap).toBeGreaterThan(0);
            expect(gap).toBeLessThanOrEqual(25 * 3_600_000);
            days.add(due.toLocaleDateString('en', { timeZone: zone }));
            after = due;
          }
          expect(days.size).toBe(5);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is asked for by a time of the day only', () => {
    for (const at of ['24:00', '7:00', '07:60', 'noon'])
      expect(ScheduleSpec.safeParse({ kind: 'daily', at }).success).toBe(false);
  });
});

it('a quarter of an hour late is late', () => {
  const due = new Date('2026-11-20T07:00:00Z');
  expect(findLateness(due, new Date('2026-11-20T07:15:00Z'))).toBeNull();
  expect(findLateness(due, new Date('2026-11-20T07:15:01Z'))).toBe(901_000);
});
