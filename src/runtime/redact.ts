/**
 * The one place where secrets are taken out of what leaves the process for logs, Slack, audit or job data.
 * It knows the configured values and the usual forms; a secret that is neither must not be written in the first place.
 */

import { createSecretFinder, type SecretFinder } from './secret-forms.ts';
import { isSecretName, mask } from './secret-names.ts';
import { maskKnownForms } from './secret-patterns.ts';

export interface Redactor {
  readonly text: (text: string) => string;
  /** A copy for logs and storage: strings cleaned, values under secret names masked, errors and cycles made plain. */
  readonly value: (value: unknown) => unknown;
}

export interface RedactorOptions {
  /** Read at every call, so a rotated secret is covered at once: another list means other secrets, the same one the same. Values under 6 characters are ignored. */
  readonly secrets: () => readonly string[];
}

const deepest = 40;

const maskRanges = (text: string, ranges: ReturnType<SecretFinder['find']>): string => {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    parts.push(text.slice(at, start), mask);
    at = end;
  }
  return parts.join('') + text.slice(at);
};

/** Errors hide their text from `Object.entries`; everything else that is no plain data is shown as text or by its name. */
const toEntries = (value: object): readonly (readonly [string, unknown])[] => {
  if (!(value instanceof Error)) return Object.entries(value);
  const { name, message, stack, cause } = value;
  return [['name', name], ['message', message], ['stack', stack], ['cause', cause], ...Object.entries(value)];
};

export const createRedactor = ({ secrets }: RedactorOptions): Redactor => {
  let known: readonly string[] = [];
  let finder = createSecretFinder(known);

  const text = (input: string): string => {
    const now = secrets();
    if (now !== known) {
      known = now;
      finder = createSecretFinder(known);
    }
    return maskKnownForms(maskRanges(input, finder.find(input)));
  };

  const cleanEntry = (name: string, value: unknown, path: readonly object[]): readonly [string, unknown] => {
    const harmless = value === null || value === undefined || typeof value === 'boolean';
    return [text(name), isSecretName(name) && !harmless ? mask : clean(value, path)];
  };

  const cleanObject = (value: object, path: readonly object[]): unknown => {
    if (path.includes(value)) return '[circular]';
    if (path.length >= deepest) return '[too deep]';
    const below = [...path, value];
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof URL) return text(value.href);
    if (Array.isArray(value) || value instanceof Set)
      return [...value].map((item: unknown) => clean(item, below));
    if (value instanceof Map)
      return Object.fromEntries([...value].map(([key, item]) => cleanEntry(String(key), item, below)));
    return Object.fromEntries(toEntries(value).map(([name, item]) => cleanEntry(name, item, below)));
  };

  const clean = (value: unknown, path: readonly object[]): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'bigint') return text(String(value));
    if (typeof value === 'object' && value !== null) return cleanObject(value, path);
    return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  };

  return { text, value: (value) => clean(value, []) };
};
