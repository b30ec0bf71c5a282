/** What all processes together spend of GitHub's accounts in a minute. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table github_budgets (
      account text primary key,
      -- Whoever changes a row names the version that was read.
      version integer not null,
      blocks jsonb not null,
      -- GitHub asked one of us to wait until then.
      blocked_until timestamptz not null
    );
  `.execute(db);
};
