/** Every secret this process holds, for redaction: the configured ones, and those read for clients as they are met. */
import type { Secrets } from './config.ts';

export interface SecretValues {
  /** All values, at this moment. */
  readonly read: () => readonly string[];
  readonly remember: (value: string) => void;
}

export const createSecretValues = (secrets: Secrets): SecretValues => {
  const configured = Object.values(secrets).filter(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  let all: readonly string[] = configured;
  return {
    read: () => all,
    remember: (value) => {
      if (!all.includes(value)) all = [...all, value];
    },
  };
};
