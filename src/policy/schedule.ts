/** When something that comes back every day is due: wall time in a zone, so that it stays at its hour over the change to summer time. Pure. */
import { TZDate } from '@date-fns/tz';
import { z } from 'zod';

/** Wall time `HH:MM`, every day. */
export const ScheduleSpec = z.strictObject({
  kind: z.literal('daily'),
  at: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u, 'must be HH:MM'),
});
export type ScheduleSpec = z.infer<typeof ScheduleSpec>;

/** After this much a run says that it is late. */
const lateAfterMs = 15 * 60_000;

/** The first due moment after `after`. An hour that the clocks skip is taken just behind the gap, one that comes twice is taken once. */
export const planNextDue = (spec: ScheduleSpec, zone: string, after: Date): Date => {
  const [hour = 0, minute = 0] = spec.at.split(':').map(Number);
  const local = new TZDate(after.getTime(), zone);
  for (const days of [0, 1, 2]) {
    const due = new TZDate(
      local.getFullYear(),
      local.getMonth(),
      local.getDate() + days,
      hour,
      minute,
      0,
      0,
      zone,
    );
    if (due.getTime() > after.getTime()) return new Date(due.getTime());
  }
  throw new RangeError(`no due moment of ${spec.at} in ${zone} after ${after.toISOString()}`);
};

/** How late a run is, in milliseconds; null where it is on time. */
export const findLateness = (due: Date, at: Date): number | null => {
  const ms = at.getTime() - due.getTime();
  return ms > lateAfterMs ? ms : null;
};
