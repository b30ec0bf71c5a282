/** Targets with their environments, always read within a scope. */
import { type Selectable, sql } from 'kysely';
import type { Scope } from '../operations/scope.ts';
import type { Environment, Target } from '../operations/target.ts';
import type { ClientStatus, Thresholds, Tier } from '../policy/health/facts.ts';
import { createId } from '../runtime/ids.ts';
import { type Db, toJsonText, translate } from './database.ts';
import type { Tables } from './tables.ts';

export interface TargetFilter {
  readonly keys?: readonly string[];
  readonly tier?: string;
  readonly repo?: string;
}

export const readTargets = async (
  db: Db,
  scope: Scope,
  filter: TargetFilter = {},
): Promise<readonly Target[]> =>
  translate(async () => {
    if (scope.kind === 'only' && scope.targetIds.length === 0) return [];
    let query = db.selectFrom('targets').selectAll().where('kind', '=', 'client').orderBy('key');
    if (scope.kind === 'only') query = query.where('id', 'in', [...scope.targetIds]);
    if (filter.keys) query = query.where('key', 'in', filter.keys.length > 0 ? [...filter.keys] : ['']);
    if (filter.tier !== undefined) query = query.where('tier', '=', filter.tier);
    if (filter.repo !== undefined) query = query.where(sql`lower(repo)`, '=', filter.repo.toLowerCase());
    const rows = await query.execute();
    if (rows.length === 0) return [];
    const environments = await db
      .selectFrom('environments')
      .innerJoin('instances', 'instances.id', 'environments.instance_id')
      .selectAll('environments')
      .select('instances.url')
      .where(
        'target_id',
        'in',
        rows.map((row) => row.id),
      )
      .orderBy('environments.name')
      .execute();
    const byTarget = Map.groupBy(environments, (row) => row.target_id);
    return rows.map((row) => toTarget(row, (byTarget.get(row.id) ?? []).map(toEnvironment)));
  });

/** A target as it is written: ids and versions are the store's. */
export type TargetFields = Omit<Target, 'id' | 'version' | 'environments'> & {
  readonly environments: readonly Omit<Environment, 'instanceId'>[];
};

/**
 * Writes a target whole: fields, environments, instances, contacts. A new key is created, a known one counts its version up.
 * Whoever calls holds the registry's lock and calls for what changed only.
 */
export const writeTarget = async (db: Db, target: TargetFields, at: Date): Promise<string> => {
  const values = {
    name: target.name,
    repo: target.repo,
    tier: target.tier,
    zone: target.zone,
    status: target.status,
    reference: target.reference,
    slack_team: target.slack?.team ?? null,
    slack_channel: target.slack?.channel ?? null,
    deploy_workflow: target.deployWorkflow,
    ci_workflows: [...target.ciWorkflows],
    branch: target.branch,
    thresholds: toJsonText(target.thresholds),
    contacts: toJsonText(target.contacts),
    changed_at: at,
  };
  const { id } = await db
    .insertInto('targets')
    .values({ id: createId(), key: target.key, created_at: at, ...values })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ ...values, version: sql`targets.version + 1` }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  await writeEnvironments(db, id, target.environments);
  const isArchived = target.status === 'archived';
  // Contacts stay written down, but an archived client lets nobody in, and nobody is on it.
  await writeContacts(db, id, isArchived ? [] : target.contacts, at);
  if (isArchived) await db.deleteFrom('claims').where('target_id', '=', id).execute();
  return id;
};

const writeEnvironments = async (
  db: Db,
  targetId: string,
  environments: readonly Omit<Environment, 'instanceId'>[],
): Promise<void> => {
  const kept: string[] = ['-'];
  for (const environment of environments) {
    const instanceId = await ensureInstance(db, environment.url);
    const values = {
      instance_id: instanceId,
      tenant: environment.tenant,
      branch: environment.branch,
      username_ref: environment.usernameRef,
      password_ref: environment.passwordRef,
    };
    await db
      .insertInto('environments')
      .values({ id: createId(), target_id: targetId, name: environment.name, ...values })
      .onConflict((conflict) => conflict.columns(['target_id', 'name']).doUpdateSet(values))
      .execute();
    kept.push(environment.name);
  }
  await db
    .deleteFrom('environments')
    .where('target_id', '=', targetId)
    .where('name', 'not in', kept)
    .execute();
};

/** The url is normalised by the caller; tenants of one site share the row, and so its sessions and locks. */
const ensureInstance = async (db: Db, url: string): Promise<string> => {
  await db
    .insertInto('instances')
    .values({ id: createId(), url })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await db.selectFrom('instances').select('id').where('url', '=', url).executeTakeFirstOrThrow()).id;
};

/** Contacts are access rules, so that one place decides who may see what. */
const writeContacts = async (
  db: Db,
  targetId: string,
  contacts: Target['contacts'],
  at: Date,
): Promise<void> => {
  await db
    .deleteFrom('access_rules')
    .where('target_id', '=', targetId)
    .where('role', '=', 'contact')
    .where('by_actor', '=', 'desk:registry')
    .execute();
  for (const contact of contacts)
    await db
      .insertInto('access_rules')
      .values({
        id: createId(),
        subject_kind: contact.user === null ? 'team' : 'user',
        team: contact.team,
        subject: contact.user ?? contact.team,
        role: 'contact',
        target_id: targetId,
        by_actor: 'desk:registry',
        at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
};

const toEnvironment = (row: Selectable<Tables['environments']> & { url: string }): Environment => ({
  name: row.name === 'staging' ? 'staging' : 'production',
  instanceId: row.instance_id,
  url: row.url,
  tenant: row.tenant,
  branch: row.branch,
  usernameRef: row.username_ref,
  passwordRef: row.password_ref,
});

const toTarget = (row: Selectable<Tables['targets']>, environments: readonly Environment[]): Target => ({
  id: row.id,
  key: row.key,
  name: row.name,
  repo: row.repo,
  tier: row.tier as Tier,
  zone: row.zone,
  status: row.status as ClientStatus,
  reference: row.reference,
  slack: row.slack_team && row.slack_channel ? { team: row.slack_team, channel: row.slack_channel } : null,
  deployWorkflow: row.deploy_workflow,
  ciWorkflows: row.ci_workflows,
  branch: row.branch,
  thresholds: row.thresholds as Partial<Thresholds>,
  // Written from a judged document, as the thresholds.
  contacts: row.contacts as unknown as Target['contacts'],
  version: row.version,
  environments,
});
