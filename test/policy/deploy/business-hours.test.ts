import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBusinessHoursEnd } from '../../../src/policy/deploy/business-hours.ts';

const usual = { start: 6, end: 18 };
const minuteMs = 60_000;

describe('business hours', () => {
  it.each([
    // Friday in Chicago, UTC-6.
    ['2026-11-20T11:59:59.999Z', 'America/Chicago', usual, null],
    ['2026-11-20T12:00:00Z', 'America/Chicago', usual, '2026-11-21T00:00:00.000Z'],
    ['2026-11-20T23:59:59.999Z', 'America/Chicago', usual, '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T00:00:00Z', 'America/Chicago', usual, null],
    // Saturday and Sunday.
    ['2026-11-21T18:00:00Z', 'America/Chicago', usual, null],
    ['2026-11-22T18:00:00Z', 'America/Chicago', usual, null],
    // In summer an hour earlier.
    ['2026-07-01T11:00:00Z', 'America/Chicago', usual, '2026-07-01T23:00:00.000Z'],
    // Monday in Kathmandu, UTC+5:45, is still Sunday in London.
    ['2026-11-23T00:15:00Z', 'Asia/Kathmandu', usual, '2026-11-23T12:15:00.000Z'],
    ['2026-11-23T00:14:59Z', 'Asia/Kathmandu', usual, null],
    // Around the clock ends with the week.
    ['2026-11-16T00:00:00Z', 'UTC', { start: 0, end: 24 }, '2026-11-21T00:00:00.000Z'],
    ['2026-11-18T23:59:00Z', 'UTC', { start: 1, end: 24 }, '2026-11-19T00:00:00.000Z'],
    // Cairo skips Friday 0:00 to 1:00, so that hours from 1 to 24 go on from Thursday to Friday.
    ['2026-04-23T20:00:00Z', 'Africa/Cairo', { start: 1, end: 24 }, '2026-04-24T21:00:00.000Z'],
    // And has Thursday 23:00 to 24:00 twice.
    ['2026-10-29T20:30:00Z', 'Africa/Cairo', { start: 1, end: 24 }, '2026-10-29T22:00:00.000Z'],
    ['2026-10-29T19:30:00Z', 'Africa/Cairo', { start: 1, end: 23 }, '2026-10-29T20:00:00.000Z'],
  ])('at %s in %s, of %o, end at %s', (at, zone, hours, next) => {
    expect(findBusinessHoursEnd(new Date(at), zone, hours)?.toISOString() ?? null).toBe(next);
  });

  it('are never taken for over where the zone or the time is unknown', () => {
    expect(() => findBusinessHoursEnd(new Date('2026-11-20T15:00:00Z'), 'Mars/Olympus', usual)).toThrow(
      RangeError,
    );
    expect(() => findBusinessHoursEnd(new Date(Number.NaN), 'UTC', usual)).toThrow(RangeError);
  });
});

/** The same from another source: what the wall clock shows, minute by minute. */
const createWall = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return (atMs: number, hours: typeof usual): boolean => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const hour = Number(parts['hour']);
    return !['Sat', 'Sun'].includes(parts['weekday'] ?? '') && hour >= hours.start && hour < hours.end;
  };
};

describe('against a walk by minutes', () => {
  const walls = new Map(
    [
      'UTC',
      'America/Chicago',
      'America/St_Johns',
      'Europe/Berlin',
      'Africa/Cairo',
      'Asia/Amman',
      'Asia/Jerusalem',
      'Asia/Tehran',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
      'Pacific/Apia',
    ].map((zone) => [zone, createWall(zone)]),
  );
  const hourPairs = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
    .filter(([start, end]) => start < end)
    .map(([start, end]) => ({ start, end }));
  /** Days on which the clock of one of the zones changes, weekdays among them, and any others. */
  const changes = [
    '2026-04-23',
    '2026-10-29',
    '2021-10-28',
    '2022-02-24',
    '2020-03-19',
    '2026-03-26',
    '2011-12-29',
  ];
  const moments = fc.oneof(
    fc.date({ min: new Date('2005-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: 0, max: 48 * 3600 }))
      .map(([day, seconds]) => new Date(Date.parse(day) + seconds * 1000)),
  );

  it('they begin and end at the same minute, in every zone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...walls), moments, hourPairs, ([zone, isWithin], at, hours) => {
        let ms = (Math.floor(at.getTime() / minuteMs) + 1) * minuteMs;
        while (isWithin(ms, hours)) ms += minuteMs;
        const end = isWithin(at.getTime(), hours) ? new Date(ms) : null;
        expect(findBusinessHoursEnd(at, zone, hours)).toEqual(end);
      }),
      { numRuns: 1000 },
    );
  });
});
