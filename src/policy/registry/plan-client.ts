/** What adding or changing one client by flags would make of the record, or every reason against it. Pure; writing is the store's. */
import { isTeamId } from '../../config/slack-ids.ts';
import { applyClientFlags, type ClientFlags } from './apply-client-flags.ts';
import { clientPaths, environmentPaths, findEnvironment, isSameValue } from './client-paths.ts';
import type { FieldEdit } from './diff-registry.ts';
import { findClashes } from './find-clashes.ts';
import { type NormalizeUrl, normalizeAddresses } from './normalize-addresses.ts';
import { environmentNames, type RegistryClient, type RegistryDocument } from './registry-document.ts';

export interface ClientQuestion {
  readonly record: RegistryDocument;
  readonly id: string;
  readonly flags: ClientFlags;
  /** The caller's workspace, for channels and people named without one. */
  readonly team: string;
  readonly normalize: NormalizeUrl;
}

export type ClientPlan =
  | {
      readonly kind: 'planned';
      readonly client: RegistryClient;
      /** Empty where nothing would change; for a new client too. */
      readonly edits: readonly FieldEdit[];
      readonly after: RegistryDocument;
    }
  /** Plain sentences, each with the flag, what was given and what is allowed. */
  | { readonly kind: 'faulty'; readonly says: readonly string[] };

export const findClient = (record: RegistryDocument, id: string): RegistryClient | undefined =>
  record.clients.find((client) => client.id === id);

export const replaceClient = (record: RegistryDocument, client: RegistryClient): RegistryDocument => ({
  version: 1,
  clients: [...record.clients.filter(({ id }) => id !== client.id), client],
});

/** Every field that differs, also back from archived, which an import leaves alone. */
const listEdits = (from: RegistryClient, to: RegistryClient): readonly FieldEdit[] => {
  const fields = clientPaths.map(({ path, get }) => ({ path, from: get(from), to: get(to) }));
  const environments = environmentNames.flatMap((name): FieldEdit[] => {
    const [before, after] = [findEnvironment(from, name), findEnvironment(to, name)];
    if (before === undefined || after === undefined)
      return [{ path: `environments.${name}`, from: before ?? null, to: after ?? null }];
    return environmentPaths.map(({ path, get }) => ({
      path: `environments.${name}.${path}`,
      from: get(before),
      to: get(after),
    }));
  });
  return [...fields, ...environments].filter((edit) => !isSameValue(edit.from, edit.to));
};

const flagOf: Readonly<Record<string, string>> = {
  repo: '--repo',
  slack: '--channel',
  environments: '--tenant',
  contacts: '--contacts',
  workflows: '--ci-workflows',
};

const findClashSays = (after: RegistryDocument, id: string): readonly string[] => {
  const idAt = (path: readonly (string | number)[]): string => after.clients[Number(path[1])]?.id ?? '';
  return findClashes(after).flatMap(({ path, first, value, allowed }) => {
    const sharers = [idAt(path), idAt(first)];
    if (!sharers.includes(id)) return [];
    const other = sharers.find((sharer) => sharer !== id);
    const flag = flagOf[String(path[2])] ?? String(path[2]);
    return [
      `${flag} ${value} is ${other === undefined ? 'given twice' : `${other}'s already`}. Allowed: ${allowed}.`,
    ];
  });
};

export const planClient = ({ record, id, flags, team, normalize }: ClientQuestion): ClientPlan => {
  const known = findClient(record, id);
  const flagged = applyClientFlags(id, known ?? null, flags, { team: isTeamId(team) ? team : null });
  if (flagged.kind === 'faulty') return { kind: 'faulty', says: flagged.faults.map(({ say }) => say) };
  const addressed = normalizeAddresses({ version: 1, clients: [flagged.client] }, normalize);
  if (addressed.kind === 'faulty')
    return { kind: 'faulty', says: addressed.faults.map(({ say }) => `--url ${say}.`) };
  const client = addressed.document.clients[0] ?? flagged.client;
  const after = replaceClient(record, client);
  const clashes = findClashSays(after, id);
  if (clashes.length > 0) return { kind: 'faulty', says: clashes };
  return { kind: 'planned', client, edits: known === undefined ? [] : listEdits(known, client), after };
};
