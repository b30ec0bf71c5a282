/** When the business hours of a client end that a moment lies in. Monday to Friday, by the clock on the client's wall; holidays are not known here. */
import { TZDate } from '@date-fns/tz';
import type { ProjectSettings } from './facts.ts';

/** Whole hours begin, and clocks change, at quarters of an hour UTC only: offsets of zones in use are multiples of it. */
const quarterMs = 15 * 60_000;
/** From Monday 0:00 to Saturday 0:00, and a day for clocks that go back. */
const mostQuarters = 6 * 24 * 4;

const isWithin = (atMs: number, zone: string, hours: ProjectSettings['businessHours']): boolean => {
  const local = new TZDate(atMs, zone);
  const day = local.getDay();
  const hour = local.getHours();
  return day >= 1 && day <= 5 && hour >= hours.start && hour < hours.end;
};

/** The next moment outside of them; null where `at` is outside already. Start inclusive, end exclusive. Walks the clock rather than reckoning with it, so that hours which are skipped or come twice need no cases of their own. */
export const findBusinessHoursEnd = (
  at: Date,
  zone: string,
  hours: ProjectSettings['businessHours'],
): Date | null => {
  const atMs = at.getTime();
  // An unknown zone would otherwise look like a night without end.
  if (Number.isNaN(new TZDate(atMs, zone).getTime())) throw new RangeError(`no such time or zone: ${zone}`);
  if (!isWithin(atMs, zone, hours)) return null;
  const first = (Math.floor(atMs / quarterMs) + 1) * quarterMs;
  for (let count = 0; count < mostQuarters; count += 1) {
    const ms = first + count * quarterMs;
    if (!isWithin(ms, zone, hours)) return new Date(ms);
  }
  throw new RangeError(`business hours ${hours.start} to ${hours.end} in ${zone} do not end`);
};
