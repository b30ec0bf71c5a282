/** The tables as Kysely sees them; the migrations are the truth, and the integration tests hold the two together. */
import type { ColumnType, Generated } from 'kysely';
import type { Json } from '../operations/json.ts';

type At = ColumnType<Date, Date, Date>;
type MaybeAt = ColumnType<Date | null, Date | null | undefined, Date | null>;
/** Written as text, because pg would send a JavaScript array as a Postgres array. */
type JsonColumn = ColumnType<Json, string, string>;
type MaybeJson = ColumnType<Json, string | null | undefined, string | null>;
type Maybe<T> = ColumnType<T | null, T | null | undefined, T | null>;

export interface Tables {
  settings: { key: string; value: JsonColumn; changed_at: Generated<Date> };
  operations: {
    id: string;
    spoken_id: string;
    delivery_key: string;
    join_key: Maybe<string>;
    verb: string;
    input: JsonColumn;
    actor_team: string;
    actor_user: string;
    place: JsonColumn;
    scope: JsonColumn;
    target_id: Maybe<string>;
    state: string;
    step: string;
    memory: ColumnType<Json, string | undefined, string>;
    result: MaybeJson;
    exit: Maybe<number>;
    due_at: MaybeAt;
    wake_seq: Generated<number>;
    lease_owner: Maybe<string>;
    lease_until: MaybeAt;
    fence: Generated<number>;
    deadline_at: MaybeAt;
    items_deadline: MaybeAt;
    created_at: At;
    finished_at: MaybeAt;
  };
  operation_items: {
    operation_id: string;
    key: string;
    limit_key: string;
    input: JsonColumn;
    state: Generated<string>;
    result: MaybeJson;
    due_at: At;
    deadline_at: At;
    lease_owner: Maybe<string>;
    lease_until: MaybeAt;
    fence: Generated<number>;
    attempt: Generated<number>;
  };
  effects: {
    id: string;
    key: string;
    kind: string;
    operation_id: Maybe<string>;
    target_id: Maybe<string>;
    subject: string;
    state: string;
    external_id: Maybe<string>;
    detail: JsonColumn;
    attempt: Generated<number>;
    fence: Maybe<number>;
    intended_at: At;
    settled_at: MaybeAt;
  };
  cards: {
    id: string;
    operation_id: string;
    team: string;
    channel: string;
    thread: Maybe<string>;
    for_team: string;
    for_user: string;
    posted_channel: Maybe<string>;
    posted_ts: Maybe<string>;
    wanted_version: Generated<number>;
    delivered_version: Generated<number>;
    decision_version: Generated<number>;
    superseded_by: Maybe<string>;
    next_at: At;
    lease_owner: Maybe<string>;
    lease_until: MaybeAt;
    trouble: Maybe<string>;
    moved_from: Maybe<string>;
    moved_why: Maybe<'cannot-post' | 'others-read'>;
    created_at: At;
  };
  audit_rows: {
    id: string;
    at: At;
    actor: string;
    place: string;
    via: string;
    event: string;
    verb: string;
    operation_id: Maybe<string>;
    target_id: Maybe<string>;
    detail: JsonColumn;
    delivery_key: Maybe<string>;
    position: Maybe<string>;
    hash: Maybe<string>;
  };
  killswitches: { target_key: string; state: string; by_actor: string; reason: string; at: At };
  targets: {
    id: string;
    key: string;
    kind: Generated<string>;
    name: string;
    repo: string;
    tier: string;
    zone: string;
    status: string;
    reference: boolean;
    slack_team: Maybe<string>;
    slack_channel: Maybe<string>;
    deploy_workflow: string;
    ci_workflows: string[];
    branch: string;
    thresholds: JsonColumn;
    contacts: JsonColumn;
    version: Generated<number>;
    created_at: At;
    changed_at: At;
  };
  instances: { id: string; url: string };
  environments: {
    id: string;
    target_id: string;
    name: string;
    instance_id: string;
    tenant: string;
    branch: Maybe<string>;
    username_ref: Maybe<string>;
    password_ref: Maybe<string>;
  };
  schedules: {
    key: string;
    spec: JsonColumn;
    zone: string;
    next_due_at: At;
    last_due_at: MaybeAt;
    last_run_at: MaybeAt;
    lease_owner: Maybe<string>;
    lease_until: MaybeAt;
  };
  registry_imports: { id: string; digest: string; document: JsonColumn; by_actor: string; at: At };
  people: {
    team: string;
    slack_user: string;
    name: Maybe<string>;
    github_login: Maybe<string>;
    mail: Maybe<string>;
  };
  access_rules: {
    id: string;
    subject_kind: string;
    team: string;
    subject: string;
    role: string;
    target_id: Maybe<string>;
    by_actor: string;
    at: At;
  };
  access_tokens: {
    id: string;
    digest: string;
    team: string;
    slack_user: string;
    label: string;
    created_at: At;
    expires_at: At;
    used_at: MaybeAt;
    revoked_at: MaybeAt;
  };
  notes: { id: string; target_id: string; by_actor: string; body: string; at: At };
  claims: { target_id: string; by_team: string; by_user: string; at: At };
  observations: {
    target_id: string;
    criterion: string;
    subject: string;
    body: JsonColumn;
    since: MaybeAt;
    observed_at: At;
    operation_id: string;
  };
  checks: { id: string; target_id: string; operation_id: string; state: string; body: JsonColumn; at: At };
  github_answers: { key: string; etag: Maybe<string>; status: number; body: JsonColumn; fetched_at: At };
  credential_holds: {
    instance_id: string;
    fingerprint: string;
    refused_at: At;
    released_at: MaybeAt;
    released_by: Maybe<string>;
  };
}
