/** A card that goes to its actor alone says where it was asked for and why it does not stand there. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    alter table cards add moved_from text,
      add moved_why text check (moved_why in ('cannot-post', 'others-read')),
      add check ((moved_from is null) = (moved_why is null))`.execute(db);
};
