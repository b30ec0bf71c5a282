/** Indexes for what is asked again and again of tables that only grow: the check before this one, and the audit by person, verb, event and client. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    -- What a join key says before its last two parts: whose picture it is, however fresh or short.
    create index operations_done_by_scope on operations (verb, (regexp_replace(join_key, ':[^:]*:[^:]*$', '')), created_at desc) where state = 'done';

    -- Read newest first, which the ids tell.
    create index audit_by_actor on audit_rows (actor, id);
    create index audit_by_verb on audit_rows (verb, id);
    create index audit_by_event on audit_rows (event, id);
    drop index audit_by_target;
    create index audit_by_target on audit_rows (target_id, id);

    -- Refused posts, which doctor sends anew.
    create index effects_rejected on effects (subject) where state = 'rejected';
  `.execute(db);
};
