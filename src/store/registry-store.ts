/** The registry as one document: read whole, written client by client where something changed, and what the last import said. */
import { sql } from 'kysely';
import { formatActor } from '../operations/call.ts';
import type { RegistryRecord } from '../operations/import-registry.ts';
import { everything } from '../operations/scope.ts';
import type { Target } from '../operations/target.ts';
import { defaultThresholds } from '../policy/health/facts.ts';
import { isSameValue } from '../policy/registry/client-paths.ts';
import {
  type RegistryClient,
  type RegistryDocument,
  toCanonicalDocument,
} from '../policy/registry/registry-document.ts';
import { createId } from '../runtime/ids.ts';
import { toDb, toJsonText } from './database.ts';
import { readTargets, type TargetFields, writeTarget } from './target-store.ts';

/** Everybody who changes the registry waits here, so that what was compared is still true when it is written. */
const registryLock = 4_150_003;

const toClient = (target: Target): RegistryClient => ({
  id: target.key,
  name: target.name,
  repo: target.repo,
  tier: target.tier,
  timezone: target.zone,
  status: target.status,
  reference: target.reference,
  slack: target.slack === null ? null : { team: target.slack.team, channel: target.slack.channel },
  contacts: target.contacts.map(({ team, user }) => ({ team, user })),
  workflows: { deploy: target.deployWorkflow, ci: [...target.ciWorkflows], branch: target.branch },
  thresholds: { ...defaultThresholds, ...target.thresholds },
  environments: target.environments.map((environment) => ({
    name: environment.name,
    url: environment.url,
    tenant: environment.tenant,
    credentials:
      environment.usernameRef === null || environment.passwordRef === null
        ? null
        : { username: environment.usernameRef, password: environment.passwordRef },
    branch: environment.branch ?? (environment.name === 'production' ? target.branch : 'staging'),
  })),
});

const toFields = (client: RegistryClient): TargetFields => ({
  key: client.id,
  name: client.name,
  repo: client.repo,
  tier: client.tier,
  zone: client.timezone,
  status: client.status,
  reference: client.reference,
  slack: client.slack,
  deployWorkflow: client.workflows.deploy,
  ciWorkflows: client.workflows.ci,
  branch: client.workflows.branch,
  thresholds: client.thresholds,
  contacts: client.contacts,
  environments: client.environments.map((environment) => ({
    name: environment.name,
    url: environment.url,
    tenant: environment.tenant,
    branch: environment.branch,
    usernameRef: environment.credentials?.username ?? null,
    passwordRef: environment.credentials?.password ?? null,
  })),
});

const readDocument: RegistryRecord['read'] = async (tx) =>
  toCanonicalDocument({
    version: 1,
    clients: (await readTargets(toDb(tx), everything)).map(toClient),
  });

/** Only what differs from `before`; an unchanged client keeps its version. Addresses are normalised by the caller. */
const writeDocument: RegistryRecord['write'] = async (tx, before, after, at) => {
  const known = new Map(before.clients.map((client) => [client.id, client]));
  const changed = after.clients.filter((client) => !isSameValue(known.get(client.id), client));
  const db = toDb(tx);
  const changedIds = changed.map((client) => client.id);
  // Two clients may swap their channels: each is let go before any is taken.
  if (changedIds.length > 0)
    await db
      .updateTable('targets')
      .set({ slack_team: null, slack_channel: null })
      .where('key', 'in', changedIds)
      .execute();
  for (const client of changed) await writeTarget(db, toFields(client), at);
  return changedIds;
};

export const registryRecord: RegistryRecord = {
  lock: async (tx) => {
    await sql`select pg_advisory_xact_lock(${registryLock})`.execute(toDb(tx));
  },
  read: readDocument,
  readLastImport: async (tx) => {
    const row = await toDb(tx)
      .selectFrom('registry_imports')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    // Written by us from a judged document, so it is one.
    return row
      ? { digest: row.digest, document: row.document as unknown as RegistryDocument, at: row.at }
      : null;
  },
  write: writeDocument,
  writeImport: async (tx, { digest, document, by, at }) => {
    await toDb(tx)
      .insertInto('registry_imports')
      .values({ id: createId(), digest, document: toJsonText(document), by_actor: formatActor(by), at })
      .execute();
  },
};
