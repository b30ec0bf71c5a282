/** From the text of `acuops-clients.yaml` to a canonical document, or to every fault at once with its place. A faulty text gives no document at all. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { hidden, showValue } from '../../config/show-value.ts';
import { knownTimeZones } from '../../config/time-zone.ts';
import { findNearest } from '../../operations/nearest.ts';
import { findClashes } from './find-clashes.ts';
import { parseYaml, type YamlFault, type YamlText } from './parse-yaml.ts';
import { RegistryDocument, toCanonicalDocument } from './registry-document.ts';

export interface RegistryFault {
  readonly line: number;
  readonly column: number;
  /** `clients[0].environments[1].url`, empty for the file as a whole. */
  readonly path: string;
  /** Last word of the path. */
  readonly field: string;
  /** As shown: quoted, hidden where it may be a secret, null where it is missing or no value is at fault. */
  readonly value: string | null;
  readonly allowed: string;
  /** The whole fault for a person, one line. */
  readonly say: string;
}

export type ParsedRegistry =
  | { readonly kind: 'parsed'; readonly document: RegistryDocument; readonly digest: string }
  | {
      readonly kind: 'faulty';
      /** In the order of the file, at most 200. */
      readonly faults: readonly RegistryFault[];
      /** How many more there are. */
      readonly more: number;
      readonly digest: string;
    };

type Path = readonly (string | number)[];
const mostFaults = 200;

const toPathText = (path: Path): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');

const readPath = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? Reflect.get(at, part) : undefined,
    value,
  );

const toOwner = (root: unknown, path: Path): string => {
  if (path[0] !== 'clients' || path.length < 2) return '';
  const id = readPath(root, ['clients', path[1] ?? 0, 'id']);
  return typeof id === 'string' && /^[a-z0-9-]{1,40}$/.test(id) ? ` (client ${id})` : '';
};

const toFault = (found: YamlFault, root: unknown): RegistryFault => {
  const { line, column, allowed, value } = found;
  const path = toPathText(found.path.map((part) => (typeof part === 'string' ? toName(part) : part)));
  const field = path.split(/\.|\[\d+\]\.?/u).findLast((part) => part !== '') ?? '';
  const subject = path === '' ? 'the file' : `${path}${toOwner(root, found.path)}`;
  const clause = found.found.startsWith('is ')
    ? `${subject} ${found.found}`
    : path === ''
      ? found.found
      : `${subject}: ${found.found}`;
  return {
    line,
    column,
    path,
    field,
    value,
    allowed,
    say: `line ${line}, column ${column}: ${clause}. Allowed: ${allowed}.`,
  };
};

/** A field's name comes from the file too. */
const toName = (name: string): string =>
  /^[A-Za-z][\w-]{0,39}$/.test(name) && showValue(name) !== hidden ? name : showValue(name);

const isCredential = (path: Path): boolean => path.includes('credentials');

const show = (value: unknown, path: Path): string =>
  isCredential(path) && typeof value !== 'object' ? hidden : showValue(value);

const toHint = (value: unknown, path: Path, allowed: string): string => {
  if (typeof value !== 'string')
    return typeof value === 'number' && /character|id|name/.test(allowed) ? `${allowed}; in quotes` : allowed;
  if (path.at(-1) !== 'timezone') return allowed;
  const near = findNearest(value, knownTimeZones());
  return near.length > 0 ? `${allowed}; did you mean ${near.join(' or ')}` : allowed;
};

const toUnknownFields = (issue: z.core.$ZodIssueUnrecognizedKeys, path: Path, text: YamlText): YamlFault[] =>
  issue.keys.slice(0, mostFaults).map((key) => {
    const fields = knownFields(path);
    const near = findNearest(key, fields)[0];
    return {
      ...text.locate([...path, key], 'key'),
      path: [...path, key],
      value: null,
      found: `there is no such field${near === undefined ? '' : `; did you mean ${near}`}`,
      allowed: fields.join(', '),
    };
  });

const fieldsByGroup: Readonly<Record<string, readonly string[]>> = {
  '': ['version', 'clients'],
  clients: [
    'id',
    'name',
    'repo',
    'tier',
    'timezone',
    'status',
    'reference',
    'slack',
    'contacts',
    'workflows',
    'thresholds',
    'environments',
  ],
  slack: ['team', 'channel'],
  contacts: ['team', 'user'],
  workflows: ['deploy', 'ci', 'branch'],
  thresholds: ['deployWarnDays', 'deployFailDays', 'ciFailStreak'],
  environments: ['name', 'url', 'tenant', 'credentials', 'branch'],
  credentials: ['username', 'password'],
};
const knownFields = (path: Path): readonly string[] =>
  fieldsByGroup[path.findLast((part) => typeof part === 'string') ?? ''] ?? [];

const toSchemaFaults = (issue: z.core.$ZodIssue, text: YamlText): readonly YamlFault[] => {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') return toUnknownFields(issue, path, text);
  const value = readPath(text.value, path);
  const place = text.locate(path, 'value');
  if (value === undefined)
    return [
      { ...place, path, value: null, found: 'is missing', allowed: toHint(value, path, issue.message) },
    ];
  const shown = show(value, path);
  return [
    { ...place, path, value: shown, found: `is ${shown}`, allowed: toHint(value, path, issue.message) },
  ];
};

const toClashFaults = (text: YamlText): YamlFault[] =>
  findClashes(text.value)
    .slice(0, mostFaults)
    .map(({ path, first, value, allowed }) => {
      const shown = show(value, path);
      const found = `is ${shown}, as in line ${text.locate(first, 'value').line} already`;
      return { ...text.locate(path, 'value'), path, value: shown, found, allowed };
    });

export const toRegistryDigest = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex');

export const parseRegistry = (text: string): ParsedRegistry => {
  const digest = toRegistryDigest(text);
  const read = parseYaml(text);
  const root = read.kind === 'read' ? read.value : undefined;
  const fail = (found: readonly YamlFault[]): ParsedRegistry => {
    const ordered = found.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const faults = ordered.slice(0, mostFaults).map((item) => toFault(item, root));
    return { kind: 'faulty', faults, more: found.length - faults.length, digest };
  };
  if (read.kind === 'faulty') return fail(read.faults);
  const judged = RegistryDocument.safeParse(read.value);
  const wrong = judged.error?.issues.flatMap((issue) => toSchemaFaults(issue, read)) ?? [];
  const found = [...read.faults, ...wrong, ...toClashFaults(read)];
  if (!judged.success || found.length > 0) return fail(found);
  return { kind: 'parsed', document: toCanonicalDocument(judged.data), digest };
};
