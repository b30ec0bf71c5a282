import { describe, expect, it } from 'vitest';
import { renderDate, renderTime, sayAge, sayDuration, sayStamp, sayWallTime } from '../../src/blocks/time.ts';

const at = new Date('2026-11-20T07:40:30.000Z');
const now = new Date('2026-11-20T08:00:00.000Z');

describe('wall times', () => {
  it.each([
    ['America/Chicago', now, '01:40 CST'],
    ['Europe/Berlin', now, '08:40 GMT+1'],
    ['UTC', now, '07:40 UTC'],
    ['Mars/Olympus', now, '07:40 UTC'],
    ['America/Chicago', new Date('2026-11-22T08:00:00.000Z'), 'Fri 20 Nov 01:40 CST'],
    ['America/Chicago', new Date('2027-01-05T08:00:00.000Z'), '20 Nov 2026 01:40 CST'],
  ])('in %s', (zone, when, said) => {
    expect(sayWallTime(at, zone, when)).toBe(said);
  });

  it("today is the zone's today", () => {
    const lateThere = new Date('2026-11-20T05:30:00.000Z');
    expect(sayWallTime(lateThere, 'America/Chicago', now)).toBe('Thu 19 Nov 23:30 CST');
  });

  it('names the zone as it was then', () => {
    expect(sayStamp(new Date('2026-07-01T07:40:00.000Z'), 'America/Chicago')).toBe('2026-07-01 02:40 CDT');
  });
});

it('date tokens carry the zone in the fallback', () => {
  expect(renderDate(at, 'America/Chicago')).toBe(
    '<!date^1795160430^{date_short_pretty} {time}|2026-11-20 01:40 CST>',
  );
  expect(renderTime(at, 'UTC')).toBe('<!date^1795160430^{time}|2026-11-20 07:40 UTC>');
});

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '59 min'],
  [3_600_000, '1 h'],
  [8_460_000, '2 h 21 min'],
  [86_400_000, '1 day'],
  [200_000_000, '2 days'],
  [-5, '0 s'],
])('%i ms is %s', (ms, said) => {
  expect(sayDuration(ms)).toBe(said);
});

it('ages', () => {
  expect(sayAge(at, now)).toBe('19 min ago');
  expect(sayAge(new Date(now.getTime() - 4000), now)).toBe('just now');
  expect(sayAge(new Date(now.getTime() + 60_000), now)).toBe('just now');
});
