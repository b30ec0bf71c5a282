/** What comes back by itself: one row per schedule, the alarm being the row. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table schedules (
      key text primary key,
      spec jsonb not null,
      zone text not null,
      next_due_at timestamptz not null,
      -- What was asked for last: the moment it was due, and when that was done.
      last_due_at timestamptz,
      last_run_at timestamptz,
      lease_owner text,
      lease_until timestamptz
    );

    -- The daily clean-up looks for these by age.
    create index github_answers_by_age on github_answers (fetched_at);
    create index operations_by_finish on operations (finished_at) where finished_at is not null;
  `.execute(db);
};
