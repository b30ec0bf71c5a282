/** Changes, conflicts and values of the registry as plain sentences. Whoever shows them in Slack escapes them. */
import type { FieldValue } from './client-paths.ts';
import type { FieldEdit, RegistryConflict, RegistryDiff } from './diff-registry.ts';

const sayFields = (value: object): string =>
  Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([name, item]) => `${name} ${sayValue(item)}`)
    .join(', ');

/** References are shown whole: they name where a secret is, never the secret. */
export const sayValue = (value: FieldValue): string => {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0
      ? 'none'
      : value
          .map((item: unknown) => (typeof item === 'object' ? `(${sayValue(item)})` : sayValue(item)))
          .join(', ');
  if (typeof value === 'object') return sayFields(value);
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'something else';
};

export const sayEdit = ({ path, from, to }: FieldEdit): string =>
  `${path}: ${sayValue(from)} → ${sayValue(to)}`;

export const sayConflict = ({ id, path, base, file, record, with: other }: RegistryConflict): string =>
  other === undefined
    ? `${id} ${path}: the file says ${sayValue(file)}, the desk says ${sayValue(record)}, the last import ${base === undefined ? 'did not have it' : `said ${sayValue(base)}`}`
    : `${id} ${path}: ${other} has the same`;

/** One line per client that changes; the unchanged are counted elsewhere. */
export const sayDiff = (diff: RegistryDiff): readonly string[] => [
  ...diff.adds.map((client) => `added ${client.id}: ${client.name}, ${client.tier}`),
  ...diff.edits.map(({ id, fields }) => `changed ${id}: ${fields.map(sayEdit).join('; ')}`),
  ...diff.removes.map((id) => `archived ${id}`),
  ...diff.keptArchived.map(
    (id) =>
      `${id} stays archived, though the file does not say so; edit-client ${id} --status active brings it back`,
  ),
];

export const sayCounts = (diff: RegistryDiff): string =>
  `${diff.adds.length} added, ${diff.edits.length} changed, ${diff.removes.length} archived, ${diff.unchanged.length} unchanged`;
