/**
 * What an import would change: a three-way difference between the last imported document (base), the file, and the record.
 * A field changed in both in different ways is a conflict, and then nothing is applied. Pure; writing is the store's.
 */
import { applyRegistryDiff } from './apply-diff.ts';
import {
  clientPaths,
  environmentPaths,
  type FieldValue,
  findEnvironment,
  isSameValue,
} from './client-paths.ts';
import { findClashes } from './find-clashes.ts';
import {
  environmentNames,
  type RegistryClient,
  type RegistryDocument,
  toCanonicalDocument,
} from './registry-document.ts';

/** `from` is what the record says, `to` what the file says; null stands for nothing. */
export interface FieldEdit {
  readonly path: string;
  readonly from: FieldValue;
  readonly to: FieldValue;
}

export interface RegistryConflict {
  readonly id: string;
  readonly path: string;
  /** Undefined where the last import did not have it. */
  readonly base: FieldValue;
  readonly file: FieldValue;
  readonly record: FieldValue;
  /** Where the conflict is with another client: that one would share the value. */
  readonly with?: string;
}

export interface RegistryDiff {
  readonly adds: readonly RegistryClient[];
  readonly edits: readonly { readonly id: string; readonly fields: readonly FieldEdit[] }[];
  /** Ids to archive; only with `prune`. */
  readonly removes: readonly string[];
  /** Any at all: the plan applies nothing. */
  readonly conflicts: readonly RegistryConflict[];
  readonly unchanged: readonly string[];
  /** Archived in the record, and something else in the file: they stay archived. */
  readonly keptArchived: readonly string[];
}

export interface RegistryVersions {
  /** The document of the last import, null where there was none. */
  readonly base: RegistryDocument | null;
  readonly file: RegistryDocument;
  readonly record: RegistryDocument;
  /** Archive what the file leaves out, clients and environments alike. */
  readonly prune?: boolean;
}

interface Found {
  readonly fields: FieldEdit[];
  readonly conflicts: RegistryConflict[];
}

interface Trio<T> {
  readonly base: T | undefined;
  readonly file: T;
  readonly record: T;
}

/** The rule of every field: the side that changed since the base wins; both, in different ways, is a conflict. */
const compare = (id: string, path: string, { base, file, record }: Trio<FieldValue>, found: Found): void => {
  if (isSameValue(file, record) || isSameValue(file, base)) return;
  if (isSameValue(record, base)) found.fields.push({ path, from: record, to: file });
  else found.conflicts.push({ id, path, base, file, record });
};

const compareEnvironment = (name: string, trio: Trio<RegistryClient>, prune: boolean, found: Found): void => {
  const { id } = trio.file;
  const path = `environments.${name}`;
  const [base, file, record] = [trio.base, trio.file, trio.record].map((client) =>
    findEnvironment(client, name),
  );
  if (file === undefined) {
    if (record !== undefined && prune) found.fields.push({ path, from: record, to: null });
    return;
  }
  if (record === undefined) return compare(id, path, { base: base ?? null, file, record: null }, found);
  for (const field of environmentPaths) {
    const before = base === undefined ? undefined : field.get(base);
    compare(
      id,
      `${path}.${field.path}`,
      { base: before, file: field.get(file), record: field.get(record) },
      found,
    );
  }
};

const staysArchived = ({ file, record }: Trio<RegistryClient>): boolean =>
  record.status === 'archived' && file.status !== 'archived';

const compareClient = (trio: Trio<RegistryClient>, prune: boolean): Found => {
  const found: Found = { fields: [], conflicts: [] };
  const { base, file, record } = trio;
  for (const field of clientPaths) {
    if (field.path === 'status' && staysArchived(trio)) continue;
    const before = base === undefined ? undefined : field.get(base);
    compare(file.id, field.path, { base: before, file: field.get(file), record: field.get(record) }, found);
  }
  for (const name of environmentNames) compareEnvironment(name, trio, prune, found);
  return found;
};

const byId = (document: RegistryDocument | null): ReadonlyMap<string, RegistryClient> =>
  new Map(document?.clients.map((client) => [client.id, client]));

interface ClientClash {
  readonly id: string;
  readonly other: string;
  /** `slack`, `repo`, `environments`: the field of the client that would be shared. */
  readonly path: string;
}

const findClientClashes = (document: RegistryDocument): readonly ClientClash[] =>
  findClashes(document).map(({ path, first }) => {
    const idAt = (place: readonly (string | number)[]): string =>
      document.clients[Number(place[1])]?.id ?? '';
    return { id: idAt(path), other: idAt(first), path: String(path[2]) };
  });

const readField = (clients: ReadonlyMap<string, RegistryClient>, { id, path }: ClientClash): FieldValue => {
  const client = clients.get(id);
  return client === undefined ? undefined : Reflect.get(client, path);
};

/** Two clients that are right each for itself may want one repository, channel or tenant once file and record are put together. */
const findClashConflicts = (versions: RegistryVersions, diff: RegistryDiff): RegistryConflict[] => {
  const before = findClientClashes(versions.record);
  const [base, file, record] = [byId(versions.base), byId(versions.file), byId(versions.record)];
  return findClientClashes(applyRegistryDiff(versions.record, diff))
    .filter((clash) => !before.some((old) => isSameValue(old, clash)))
    .map((clash) => ({
      id: clash.id,
      path: clash.path,
      base: readField(base, clash),
      file: readField(file, clash),
      record: readField(record, clash),
      with: clash.other,
    }));
};

const planDiff = (versions: RegistryVersions): RegistryDiff => {
  const { prune = false } = versions;
  const [base, file, record] = [byId(versions.base), byId(versions.file), byId(versions.record)];
  const diff = {
    adds: new Array<RegistryClient>(),
    edits: new Array<RegistryDiff['edits'][number]>(),
    removes: new Array<string>(),
    conflicts: new Array<RegistryConflict>(),
    unchanged: new Array<string>(),
    keptArchived: new Array<string>(),
  };
  for (const [id, client] of file) {
    const known = record.get(id);
    // The record never deletes a client: one it lacks is new, whatever the last import said.
    if (known === undefined) {
      diff.adds.push(client);
      continue;
    }
    const trio = { base: base.get(id), file: client, record: known };
    const { fields, conflicts } = compareClient(trio, prune);
    if (staysArchived(trio)) diff.keptArchived.push(id);
    diff.conflicts.push(...conflicts);
    if (fields.length > 0) diff.edits.push({ id, fields });
    else if (conflicts.length === 0) diff.unchanged.push(id);
  }
  for (const { id, status } of record.values()) {
    if (file.has(id)) continue;
    if (prune && status !== 'archived') diff.removes.push(id);
    else diff.unchanged.push(id);
  }
  return { ...diff, unchanged: diff.unchanged.toSorted() };
};

/** The three documents may come in any order of clients. */
export const diffRegistry = (versions: RegistryVersions): RegistryDiff => {
  const ordered: RegistryVersions = {
    ...versions,
    base: versions.base === null ? null : toCanonicalDocument(versions.base),
    file: toCanonicalDocument(versions.file),
    record: toCanonicalDocument(versions.record),
  };
  const diff = planDiff(ordered);
  if (diff.conflicts.length > 0) return diff;
  return { ...diff, conflicts: findClashConflicts(ordered, diff) };
};

export const hasChanges = ({ adds, edits, removes }: RegistryDiff): boolean =>
  adds.length + edits.length + removes.length > 0;
