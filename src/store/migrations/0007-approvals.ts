/** Who was asked to agree to what, and what they said: one round for each digest of a plan. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table approvals (
      operation_id uuid not null references operations on delete cascade,
      round integer not null check (round >= 1),
      digest text not null,
      requester_team text not null,
      requester_user text not null,
      needed integer not null check (needed >= 1),
      asked_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (operation_id, round),
      check (expires_at > asked_at)
    );

    create table approval_votes (
      id uuid primary key,
      -- The order in which they came decides, and the clocks of two desks may disagree about it.
      position bigint generated always as identity,
      operation_id uuid not null,
      round integer not null,
      by_team text not null,
      by_user text not null,
      verdict text not null check (verdict in ('approve', 'reject', 'withdraw')),
      reason text,
      at timestamptz not null,
      unique (operation_id, round, by_team, by_user, verdict),
      foreign key (operation_id, round) references approvals on delete cascade
    );
  `.execute(db);
};
