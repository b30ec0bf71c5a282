/** The record as it would be after an import. A plan with conflicts changes nothing. */
import { clientPaths, environmentPaths } from './client-paths.ts';
import type { FieldEdit, RegistryDiff } from './diff-registry.ts';
import {
  type RegistryClient,
  type RegistryDocument,
  type RegistryEnvironment,
  toCanonicalDocument,
} from './registry-document.ts';

const applyToEnvironment = (client: RegistryClient, { path, to }: FieldEdit): RegistryClient => {
  const [, name = '', part] = path.split('.');
  const others = client.environments.filter((environment) => environment.name !== name);
  // A whole environment: its value is one of the file's, or null.
  if (part === undefined)
    return { ...client, environments: to === null ? others : [...others, to as RegistryEnvironment] };
  const field = environmentPaths.find((known) => known.path === part);
  return {
    ...client,
    environments: client.environments.map((environment) =>
      environment.name === name && field ? field.set(environment, to) : environment,
    ),
  };
};

const applyToClient = (client: RegistryClient, edit: FieldEdit): RegistryClient => {
  if (edit.path.startsWith('environments.')) return applyToEnvironment(client, edit);
  return clientPaths.find(({ path }) => path === edit.path)?.set(client, edit.to) ?? client;
};

export const applyRegistryDiff = (record: RegistryDocument, diff: RegistryDiff): RegistryDocument => {
  if (diff.conflicts.length > 0) return record;
  const edits = new Map(diff.edits.map(({ id, fields }) => [id, fields]));
  const changed = record.clients.map((client): RegistryClient => {
    if (diff.removes.includes(client.id)) return { ...client, status: 'archived' };
    return (edits.get(client.id) ?? []).reduce(applyToClient, client);
  });
  return toCanonicalDocument({ version: 1, clients: [...changed, ...diff.adds] });
};
