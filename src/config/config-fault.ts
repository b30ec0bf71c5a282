/** What is wrong with one variable, as a value and as a sentence. Secret values never get this far. */
import type { z } from 'zod';
import type { ConfigFault } from './config.ts';
import { hidden, showValue } from './show-value.ts';
import { deskVariables } from './variables.ts';

const isSecret = (name: string): boolean =>
  deskVariables.some((known) => known.name === name && known.secret);

const toSentence = (name: string, value: string | null, allowed: string): string => {
  if (value === null) return `${name} is missing. Allowed: ${allowed}.`;
  if (value === hidden)
    return `${name} is set, but not to what it must be (value hidden). Allowed: ${allowed}.`;
  return `${name} is ${value}. Allowed: ${allowed}.`;
};

export const toConfigFault = (variable: string, given: string | undefined, allowed: string): ConfigFault => {
  const value = given === undefined ? null : isSecret(variable) ? hidden : showValue(given);
  return { variable, value, allowed, say: toSentence(variable, value, allowed) };
};

/** A list's issue carries the item that was wrong; every other one means the whole value. */
export const toSchemaFaults = (
  issues: readonly z.core.$ZodIssue[],
  env: Readonly<Record<string, string>>,
): readonly ConfigFault[] =>
  issues.map((issue) => {
    const name = String(issue.path[0]);
    const item: unknown = issue.code === 'custom' ? issue.params?.['given'] : undefined;
    return toConfigFault(name, typeof item === 'string' ? item : env[name], issue.message);
  });
