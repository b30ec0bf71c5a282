/** What comes back by itself: due schedules ask the request door like everybody else, once per due moment whatever dies in between. The loop is `jobs`' business, the rows the store's. */
import { planNextDue, type ScheduleSpec } from '../policy/schedule.ts';
import type { Actor, Place } from './call.ts';
import type { Receipt, RequestDoor } from './request.ts';

/** The desk's own timer. No person, team or rule can be it: Slack's teams begin with T or E, a terminal's is `local`. */
export const scheduler: Actor = { team: 'desk', user: 'schedule' };

/** Where nobody reads along: no card is made. */
export const unseen: Place = { kind: 'terminal', team: scheduler.team, channel: scheduler.user };

export interface ScheduleRow {
  readonly key: string;
  readonly spec: ScheduleSpec;
  readonly zone: string;
  readonly nextDueAt: Date;
}

export interface ScheduleStore {
  /** Rows that are due and that nobody has, each leased to this owner. */
  readonly claim: (owner: string, leaseMs: number) => Promise<readonly ScheduleRow[]>;
  /** Asked for: the next moment counts from now on. Changes nothing where another worker was faster. */
  readonly advance: (row: ScheduleRow, nextDueAt: Date) => Promise<void>;
  /** New ones begin with their next moment; known ones keep a missed one. What is no longer listed is removed. */
  readonly ensure: (rows: readonly ScheduleRow[]) => Promise<void>;
}

export interface Schedule {
  /** Also the verb that is asked for. */
  readonly key: string;
  readonly spec: ScheduleSpec;
  readonly zone: string;
  readonly readPlace: () => Promise<Place>;
}

export interface SchedulerParts {
  readonly store: ScheduleStore;
  readonly schedules: readonly Schedule[];
  readonly door: RequestDoor;
  readonly now: () => Date;
  readonly log: (line: string, detail: object) => void;
  /** How long a worker that died keeps a due moment from the next one; also the wait after a failure. */
  readonly leaseMs?: number;
}

export interface Scheduler {
  /** At start: brings the rows up to what is listed. */
  readonly ensure: () => Promise<void>;
  /** Asks for what is due; answers how many. A missed one is made up once, however many moments went by. */
  readonly runDue: (owner: string) => Promise<number>;
}

export const createScheduler = (parts: SchedulerParts): Scheduler => {
  const { store, schedules, now } = parts;
  const leaseMs = parts.leaseMs ?? 30_000;

  const run = async (row: ScheduleRow): Promise<void> => {
    const schedule = schedules.find((one) => one.key === row.key);
    // Listed by a newer or older version beside this one; it knows what to do.
    if (!schedule) return;
    try {
      const receipt = await askFor(parts.door, schedule, row);
      if (receipt.kind === 'refused')
        parts.log('a schedule was refused', { schedule: row.key, say: receipt.refusal.say });
      await store.advance(row, planNextDue(row.spec, row.zone, now()));
    } catch (error) {
      // The lease runs out, and whoever takes it next asks with the same delivery key: never twice, never lost.
      parts.log('a schedule could not be asked for and will be tried again', { schedule: row.key, error });
    }
  };

  return {
    ensure: () =>
      store.ensure(
        schedules.map(({ key, spec, zone }) => ({
          key,
          spec,
          zone,
          nextDueAt: planNextDue(spec, zone, now()),
        })),
      ),
    runDue: async (owner) => {
      const due = await store.claim(owner, leaseMs);
      await Promise.all(due.map(run));
      return due.length;
    },
  };
};

const askFor = async (door: RequestDoor, schedule: Schedule, row: ScheduleRow): Promise<Receipt> => {
  const due = row.nextDueAt.toISOString();
  return door.request({
    deliveryKey: `schedule:${row.key}:${due}`,
    via: 'timer',
    actor: scheduler,
    place: await schedule.readPlace(),
    verb: schedule.key,
    input: { due },
  });
};
