/** Every secret this process holds, for redaction: the configured ones, and those read for clients as they are met. */
import type { Secrets } from './config.ts';

export interface SecretValues {
  /** All values, at this moment; the same list until one more is remembered. */
  readonly read: () => readonly string[];
  readonly remember: (value: string) => void;
}

export const createSecretValues = (secrets: Secrets): SecretValues => {
  const values = new Set(
    Object.values(secrets).filter((value): value is string => typeof value === 'string' && value !== ''),
  );
  let all: readonly string[] | null = null;
  return {
    read: () => {
      all ??= [...values];
      return all;
    },
    remember: (value) => {
      if (values.has(value)) return;
      values.add(value);
      all = null;
    },
  };
};
