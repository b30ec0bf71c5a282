/** The spine: operations, items, effects, cards, audit. Every row a client could see carries its target. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table settings (
      key text primary key,
      value jsonb not null,
      changed_at timestamptz not null default now()
    );

    create table operations (
      id uuid primary key,
      spoken_id text not null unique check (spoken_id ~ '^[0-9A-HJKMNP-TV-Z]{6}$'),
      delivery_key text not null unique,
      join_key text,
      verb text not null,
      input jsonb not null,
      actor_team text not null,
      actor_user text not null,
      place jsonb not null,
      scope jsonb not null,
      target_id uuid,
      state text not null check (state in ('open', 'done', 'refused', 'failed')),
      step text not null,
      memory jsonb not null default '{}',
      result jsonb,
      exit smallint,
      due_at timestamptz,
      wake_seq integer not null default 0,
      lease_owner text,
      lease_until timestamptz,
      fence integer not null default 0,
      deadline_at timestamptz,
      items_deadline timestamptz,
      created_at timestamptz not null,
      finished_at timestamptz
    );
    create unique index operations_one_open_per_join_key on operations (join_key) where state = 'open' and join_key is not null;
    create index operations_due on operations (due_at) where state = 'open';
    create index operations_leased on operations (lease_owner) where lease_owner is not null;
    create index operations_by_verb on operations (verb, created_at desc);
    create index operations_by_target on operations (target_id, created_at desc);

    create table operation_items (
      operation_id uuid not null references operations on delete cascade,
      -- Sorted at every taking, and read by nobody in a language: plain bytes sort several times faster.
      key text collate "C" not null,
      limit_key text collate "C" not null,
      input jsonb not null,
      -- late: still open when its operation ended.
      state text not null default 'open' check (state in ('open', 'done', 'late')),
      result jsonb,
      due_at timestamptz not null,
      deadline_at timestamptz not null,
      lease_owner text,
      lease_until timestamptz,
      fence integer not null default 0,
      attempt integer not null default 0,
      primary key (operation_id, key)
    );
    create index operation_items_open on operation_items (operation_id, limit_key, due_at, key) where state = 'open';

    create table effects (
      id uuid primary key,
      key text not null unique,
      kind text not null,
      operation_id uuid,
      target_id uuid,
      subject text not null,
      state text not null check (state in ('intended', 'confirmed', 'rejected', 'ambiguous')),
      external_id text,
      detail jsonb not null,
      attempt integer not null default 1,
      fence integer,
      intended_at timestamptz not null,
      settled_at timestamptz
    );
    create index effects_unsettled on effects (subject, kind) where state in ('intended', 'ambiguous');
    create index effects_by_operation on effects (operation_id);

    create table cards (
      id uuid primary key,
      operation_id uuid not null references operations,
      team text not null,
      channel text not null,
      thread text,
      -- Whose card it is: who asked, or joined, from this place. It goes to their DM where the place cannot be written to.
      for_team text not null,
      for_user text not null,
      posted_channel text,
      posted_ts text,
      wanted_version integer not null default 1,
      delivered_version integer not null default 0,
      decision_version integer not null default 1,
      superseded_by uuid references operations,
      next_at timestamptz not null,
      lease_owner text,
      lease_until timestamptz,
      trouble text,
      created_at timestamptz not null
    );
    create unique index cards_one_per_place on cards (operation_id, team, channel, coalesce(thread, ''));
    create index cards_behind on cards (next_at) where wanted_version > delivered_version;
    create index cards_recent on cards (created_at);
    create index cards_by_place on cards (team, channel, created_at desc);

    create table audit_rows (
      id uuid primary key,
      at timestamptz not null,
      actor text not null,
      place text not null,
      via text not null,
      event text not null,
      verb text not null,
      operation_id uuid,
      target_id uuid,
      detail jsonb not null,
      -- Of the request that the row records, so that a delivery is recorded once; not part of what is sealed.
      delivery_key text unique,
      position bigint unique,
      hash text,
      check ((position is null) = (hash is null))
    );
    create index audit_unsealed on audit_rows (id) where position is null;
    create index audit_by_time on audit_rows (at desc);
    create index audit_by_operation on audit_rows (operation_id) where operation_id is not null;
    create index audit_by_target on audit_rows (target_id, at desc);

    -- Nothing of a row ever changes but that it is sealed once, and none is deleted by us; whoever turns this off leaves the chain to tell.
    create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op in ('DELETE', 'TRUNCATE') then raise exception 'audit rows are never deleted'; end if;
      if old.position is not null then raise exception 'audit row % is sealed', old.position; end if;
      if to_jsonb(new) - 'position' - 'hash' is distinct from to_jsonb(old) - 'position' - 'hash' then
        raise exception 'audit rows are never changed';
      end if;
      return new;
    end $$;
    create trigger audit_append_only before update or delete on audit_rows for each row execute function audit_is_append_only();
    create trigger audit_never_emptied before truncate on audit_rows execute function audit_is_append_only();

    create table killswitches (
      target_key text primary key,
      state text not null check (state in ('on', 'off')),
      by_actor text not null,
      reason text not null,
      at timestamptz not null
    );
  `.execute(db);
};
