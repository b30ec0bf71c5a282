/** The desk's reader of `process.env` (the terminal's is `cli-config.ts`). Says everything that is wrong at once; what a fault leads to is decided by the caller. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConfigFault } from './config.ts';
import { toConfigFault } from './config-fault.ts';
import { cleanEnvironment, type Environment, type ParsedConfig, parseConfig } from './parse-config.ts';
import { findFileTrouble } from './read-clients-file.ts';
import { createReferenceReader, type ReferenceReader } from './resolve-reference.ts';
import { showPath } from './show-value.ts';
import { deskVariables } from './variables.ts';

export interface ConfigSources {
  readonly env: Environment;
  /** The whole text. Throws what the file system throws. */
  readonly readText: (path: string) => string;
  /** Why a file could not be read, as a short clause; null where it could. */
  readonly findFileTrouble: (path: string) => string | null;
  /** Relative paths start here. */
  readonly cwd: string;
}

const ownSources = (): ConfigSources => ({
  env: process.env,
  readText: (path) => readFileSync(path, 'utf8'),
  findFileTrouble,
  cwd: process.cwd(),
});

/** Secrets may stand in files, as containers mount them: `SLACK_BOT_TOKEN=file:/run/secrets/bot-token`. */
const readSecretFiles = ({ env, readText }: ConfigSources) => {
  const faults: ConfigFault[] = [];
  const read: Record<string, string | undefined> = { ...env };
  const given = cleanEnvironment(env);
  for (const { name, secret } of deskVariables) {
    const value = given[name];
    if (!secret || name === 'ACUOPS_TOKEN' || value === undefined || !value.startsWith('file:')) continue;
    try {
      read[name] = readText(value.slice('file:'.length));
      if (read[name]?.trim() !== '') continue;
      faults.push(toConfigFault(name, value, 'a file that is not empty'));
    } catch {
      faults.push(toConfigFault(name, value, 'file:/path of a file that the desk can read'));
    }
  }
  return { env: read, faults, unread: new Set(faults.map(({ variable }) => variable)) };
};

/** Whoever names a file means one: a wrong path or a mount that is not there must not look like a desk without news. Unnamed, it may be absent. */
const findClientsFileFaults = ({ env, cwd, findFileTrouble: findTrouble }: ConfigSources): ConfigFault[] => {
  const given = cleanEnvironment(env)['ACUOPS_CLIENTS'];
  if (given === undefined) return [];
  const path = resolve(cwd, given);
  const why = findTrouble(path);
  if (why === null) return [];
  const allowed = `the path of a registry file that the desk can read. ${showPath(path)}: ${why}`;
  return [toConfigFault('ACUOPS_CLIENTS', given, allowed)];
};

export const readConfig = (sources: Partial<ConfigSources> = {}): ParsedConfig => {
  const own = { ...ownSources(), ...sources };
  const read = readSecretFiles(own);
  const { env, unread } = read;
  const faults = [...read.faults, ...findClientsFileFaults(own)];
  const parsed = parseConfig(env, own.cwd);
  if (faults.length === 0) return parsed;
  const others =
    parsed.kind === 'faulty' ? parsed.faults.filter(({ variable }) => !unread.has(variable)) : [];
  return { kind: 'faulty', faults: [...faults, ...others] };
};

/** What is printed when the desk cannot start. */
export const renderConfigFaults = (faults: readonly ConfigFault[]): string => {
  const count = faults.length === 1 ? 'One setting is' : `${faults.length} settings are`;
  return [
    `${count} not right; nothing was started.`,
    ...faults.map(({ say }) => `  ${say}`),
    'All of them are explained in docs/configuration.md.',
  ].join('\n');
};

/** Reads references from this process's environment and file system, at every call anew. */
export const createOwnReferenceReader = (fingerprintKey: Uint8Array): ReferenceReader =>
  createReferenceReader({ env: process.env, readFile: async (path) => await readFile(path), fingerprintKey });
