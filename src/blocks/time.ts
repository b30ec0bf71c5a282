/** Moments and spans as people read them: Slack date tokens with the zone in the fallback, ages, wall times. `now` is always given. */
import { TZDate } from '@date-fns/tz';
// The whole of date-fns takes longer to load than the desk itself.
import { format } from 'date-fns/format';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Making a formatter costs more than using it a hundred times, and a large card names hundreds of moments. */
const zoneNames = new Map<string, Intl.DateTimeFormat>();

/** An unknown zone name falls back to UTC and says UTC, rather than breaking a card at night. */
const toZone = (zone: string): string => {
  if (zoneNames.has(zone)) return zone;
  if (Number.isNaN(new TZDate(0, zone).getTime())) return 'UTC';
  zoneNames.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }));
  return zone;
};

const sayZone = (at: Date, zone: string): string =>
  zoneNames
    .get(zone)
    ?.formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';

const formatIn = (at: Date, zone: string, pattern: string): string =>
  format(new TZDate(at.getTime(), zone), pattern);

/** "01:40 CST" today, "Thu 19 Nov 01:40 CST" within the year, with the year otherwise. */
export const sayWallTime = (at: Date, zoneName: string, now: Date): string => {
  const zone = toZone(zoneName);
  const day = formatIn(at, zone, 'yyyy-MM-dd');
  if (day === formatIn(now, zone, 'yyyy-MM-dd')) return `${formatIn(at, zone, 'HH:mm')} ${sayZone(at, zone)}`;
  const pattern = day.slice(0, 4) === formatIn(now, zone, 'yyyy') ? 'EEE d MMM HH:mm' : 'd MMM yyyy HH:mm';
  return `${formatIn(at, zone, pattern)} ${sayZone(at, zone)}`;
};

/** "2026-11-20 01:40 CST": sortable, for files and fallbacks. */
export const sayStamp = (at: Date, zoneName: string): string => {
  const zone = toZone(zoneName);
  return `${formatIn(at, zone, 'yyyy-MM-dd HH:mm')} ${sayZone(at, zone)}`;
};

/** Slack shows it in each reader's own zone; where it cannot, the fallback names the zone it is in. */
export const renderDate = (at: Date, zone: string): string =>
  `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${sayStamp(at, zone)}>`;

/** The same without the day, for moments of the last hours. */
export const renderTime = (at: Date, zone: string): string =>
  `<!date^${Math.floor(at.getTime() / 1000)}^{time}|${sayStamp(at, zone)}>`;

/** "40 s", "4 min", "2 h 20 min", "3 days": two figures at most, rounded down. */
export const sayDuration = (ms: number): string => {
  const span = Math.max(0, ms);
  if (span < minuteMs) return `${Math.floor(span / 1000)} s`;
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  if (span < dayMs) {
    const minutes = Math.floor((span % hourMs) / minuteMs);
    return `${Math.floor(span / hourMs)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  const days = Math.floor(span / dayMs);
  return days === 1 ? '1 day' : `${days} days`;
};

/** "just now", "4 min ago". A moment in the future (clocks differ) is just now. */
export const sayAge = (at: Date, now: Date): string => {
  const ms = now.getTime() - at.getTime();
  return ms < 5000 ? 'just now' : `${sayDuration(ms)} ago`;
};
