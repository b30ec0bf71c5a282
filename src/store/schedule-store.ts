/** Schedules as rows: taken by lease, moved on only by who still sees the moment that was due. */
import { type SqlBool, sql } from 'kysely';
import type { ScheduleRow, ScheduleStore } from '../operations/schedule.ts';
import { ScheduleSpec } from '../policy/schedule.ts';
import { type Database, type Db, toDb, toJsonText, translate } from './database.ts';

export const createScheduleStore = (database: Database, now: () => Date): ScheduleStore => {
  const { db } = database;
  return {
    claim: (owner, leaseMs) =>
      translate(async () => {
        const rows = await db
          .updateTable('schedules')
          .set({
            lease_owner: owner,
            lease_until: sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`,
          })
          .where('key', 'in', (query) =>
            query
              .selectFrom('schedules')
              .select('key')
              .where('next_due_at', '<=', now())
              .where(sql<SqlBool>`(lease_until is null or lease_until < clock_timestamp())`)
              .forUpdate()
              .skipLocked(),
          )
          .returning(['key', 'spec', 'zone', 'next_due_at'])
          .execute();
        return rows.map((row) => ({
          key: row.key,
          spec: ScheduleSpec.parse(row.spec),
          zone: row.zone,
          nextDueAt: row.next_due_at,
        }));
      }),
    advance: async (row, nextDueAt) => {
      await translate(() =>
        db
          .updateTable('schedules')
          .set({
            next_due_at: nextDueAt,
            last_due_at: row.nextDueAt,
            last_run_at: now(),
            lease_owner: null,
            lease_until: null,
          })
          .where('key', '=', row.key)
          .where('next_due_at', '=', row.nextDueAt)
          .execute(),
      );
    },
    ensure: (rows) =>
      database.transact(async (tx) => {
        const trx = toDb(tx);
        for (const row of rows) await ensureOne(trx, row, now());
        await trx
          .deleteFrom('schedules')
          .where('key', 'not in', ['-', ...rows.map(({ key }) => key)])
          .execute();
      }),
  };
};

/** Another hour or zone counts from the next moment on; one that is overdue stays overdue until it was made up. */
const ensureOne = async (db: Db, row: ScheduleRow, at: Date): Promise<void> => {
  const spec = toJsonText(row.spec);
  await db
    .insertInto('schedules')
    .values({ key: row.key, spec, zone: row.zone, next_due_at: row.nextDueAt })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        spec,
        zone: row.zone,
        next_due_at: sql<Date>`case when schedules.next_due_at <= ${at} then schedules.next_due_at else excluded.next_due_at end`,
      }),
    )
    .execute();
};

export interface ScheduleFact {
  readonly key: string;
  readonly nextDueAt: Date;
  readonly lastRunAt: Date | null;
}

export const readSchedules = async (db: Db): Promise<readonly ScheduleFact[]> =>
  translate(async () =>
    (await db.selectFrom('schedules').selectAll().orderBy('key').execute()).map((row) => ({
      key: row.key,
      nextDueAt: row.next_due_at,
      lastRunAt: row.last_run_at,
    })),
  );
