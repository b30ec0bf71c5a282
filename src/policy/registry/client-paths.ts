/** The fields of a client one by one, as paths: what a difference is made of, and how one is put back. */
import type { RegistryClient, RegistryEnvironment } from './registry-document.ts';

export type FieldValue = unknown;

interface Field<T> {
  readonly path: string;
  readonly get: (from: T) => FieldValue;
  /** `value` comes from `get` of the same path, so its shape is right. */
  readonly set: (to: T, value: FieldValue) => T;
}

const direct = <T, K extends keyof T & string>(key: K): Field<T> => ({
  path: key,
  get: (from) => from[key],
  set: (to, value) => ({ ...to, [key]: value }),
});

const workflow = (key: keyof RegistryClient['workflows']): Field<RegistryClient> => ({
  path: `workflows.${key}`,
  get: ({ workflows }) => workflows[key],
  set: (to, value) => ({ ...to, workflows: { ...to.workflows, [key]: value } }),
});

/** Channel, contacts and thresholds each count as one field: half of one and half of another would be neither. */
export const clientPaths: readonly Field<RegistryClient>[] = [
  direct('name'),
  direct('repo'),
  direct('tier'),
  direct('timezone'),
  direct('status'),
  direct('reference'),
  direct('slack'),
  direct('contacts'),
  workflow('deploy'),
  workflow('ci'),
  workflow('branch'),
  direct('thresholds'),
];

export const environmentPaths: readonly Field<RegistryEnvironment>[] = [
  direct('url'),
  direct('tenant'),
  direct('credentials'),
  direct('branch'),
];

export const findEnvironment = (
  client: RegistryClient | undefined,
  name: string,
): RegistryEnvironment | undefined => client?.environments.find((environment) => environment.name === name);

const toStable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toStable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, toStable(item)]),
  );
};

/** By content, whatever the order of fields. */
export const isSameValue = (a: FieldValue, b: FieldValue): boolean =>
  JSON.stringify(toStable(a)) === JSON.stringify(toStable(b));
