/** What the desk looks after and what it knows of it: targets, people, rights, notes, observations, GitHub facts. */
import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table targets (
      id uuid primary key,
      key text not null unique,
      kind text not null default 'client' check (kind in ('client', 'service')),
      name text not null,
      repo text not null,
      tier text not null check (tier in ('premium', 'standard', 'self-service')),
      zone text not null,
      status text not null check (status in ('active', 'offboarding', 'archived')),
      reference boolean not null default false,
      slack_team text,
      slack_channel text,
      deploy_workflow text not null,
      ci_workflows text[] not null,
      branch text not null,
      thresholds jsonb not null default '{}',
      contacts jsonb not null default '[]',
      version integer not null default 1,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create unique index targets_one_per_channel on targets (slack_team, slack_channel) where slack_channel is not null and status <> 'archived';
    create index targets_by_repo on targets (lower(repo));

    create table instances (
      id uuid primary key,
      url text not null unique
    );

    create table environments (
      id uuid primary key,
      target_id uuid not null references targets,
      name text not null check (name in ('production', 'staging')),
      instance_id uuid not null references instances,
      tenant text not null,
      branch text,
      username_ref text,
      password_ref text,
      unique (target_id, name)
    );

    create table registry_imports (
      id uuid primary key,
      digest text not null,
      document jsonb not null,
      by_actor text not null,
      at timestamptz not null
    );

    create table people (
      team text not null,
      slack_user text not null,
      name text,
      github_login text,
      mail text,
      primary key (team, slack_user)
    );

    create table access_rules (
      id uuid primary key,
      subject_kind text not null check (subject_kind in ('user', 'group', 'team')),
      team text not null,
      subject text not null,
      role text not null check (role in ('viewer', 'operator', 'approver', 'admin', 'contact')),
      target_id uuid references targets,
      by_actor text not null,
      at timestamptz not null,
      check (role <> 'contact' or target_id is not null)
    );
    create unique index access_rules_once on access_rules (subject_kind, team, subject, role, coalesce(target_id, '00000000-0000-0000-0000-000000000000'));

    create table access_tokens (
      id uuid primary key,
      digest text not null unique,
      team text not null,
      slack_user text not null,
      label text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      revoked_at timestamptz
    );

    create table notes (
      id uuid primary key,
      target_id uuid not null references targets,
      by_actor text not null,
      body text not null,
      at timestamptz not null
    );
    create index notes_by_target on notes (target_id, at desc);

    -- Who is on it, from the press until every clock of the client has stopped.
    create table claims (
      target_id uuid primary key references targets,
      by_team text not null,
      by_user text not null,
      at timestamptz not null
    );

    -- The newest judgement of each criterion; the clock is its since.
    create table observations (
      target_id uuid not null references targets,
      criterion text not null,
      -- The environment or workflow it is about, where a client has several.
      subject text not null,
      body jsonb not null,
      since timestamptz,
      observed_at timestamptz not null,
      operation_id uuid not null,
      primary key (target_id, criterion, subject)
    );

    create table checks (
      id uuid primary key,
      target_id uuid not null references targets,
      operation_id uuid not null,
      state text not null,
      body jsonb not null,
      at timestamptz not null,
      unique (operation_id, target_id)
    );
    create index checks_by_target on checks (target_id, at desc);

    create table github_answers (
      key text primary key,
      etag text,
      status integer not null,
      body jsonb not null,
      fetched_at timestamptz not null
    );

    -- A refused credential is not tried again until it changes or a person confirms: more tries lock the account.
    create table credential_holds (
      instance_id uuid not null references instances,
      fingerprint text not null,
      refused_at timestamptz not null,
      released_at timestamptz,
      released_by text,
      primary key (instance_id, fingerprint)
    );

  `.execute(db);
};
