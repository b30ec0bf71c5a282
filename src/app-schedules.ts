/** What the desk does by itself every day, where its cards go, and the loop that asks for it. */
import type { Config } from './config/config.ts';
import { type Background, startScheduler } from './jobs/background.ts';
import type { Place } from './operations/call.ts';
import type { RequestDoor } from './operations/request.ts';
import { createScheduler, type Schedule, unseen } from './operations/schedule.ts';
import type { Clock } from './runtime/clock.ts';
import type { Database } from './store/database.ts';
import { createScheduleStore } from './store/schedule-store.ts';

export interface SchedulesParts {
  readonly config: Config;
  readonly database: Database;
  readonly door: RequestDoor;
  readonly clock: Clock;
  /** Our own workspace, where the configuration names the channel alone. */
  readonly ownTeam: () => Promise<string>;
  readonly log: (line: string, detail: object) => void;
}

/** In the desk's own zone: the head before the day begins, so that everybody sees it; the rest at night. */
export const listSchedules = ({
  config,
  ownTeam,
}: Pick<SchedulesParts, 'config' | 'ownTeam'>): readonly Schedule[] => {
  const zone = config.timeZone;
  const { opsChannel } = config.slack;
  const readOpsPlace = async (): Promise<Place> =>
    opsChannel === null
      ? unseen
      : { kind: 'channel', team: opsChannel.team ?? (await ownTeam()), channel: opsChannel.channel };
  return [
    { key: 'audit-head', spec: { kind: 'daily', at: '07:00' }, zone, readPlace: readOpsPlace },
    { key: 'tidy', spec: { kind: 'daily', at: '03:30' }, zone, readPlace: async () => unseen },
  ];
};

export const startSchedules = async (parts: SchedulesParts): Promise<Background> => {
  const { database, door, clock, log } = parts;
  const store = createScheduleStore(database, clock.now);
  const scheduler = createScheduler({ store, schedules: listSchedules(parts), door, now: clock.now, log });
  await scheduler.ensure();
  return startScheduler(scheduler.runDue, log);
};
