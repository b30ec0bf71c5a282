/** Reads the registry file that the configuration names. What it says is judged elsewhere; a missing one is an answer, not an error. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

export type ClientsFile =
  | { readonly kind: 'read'; readonly path: string; readonly text: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string };

/** More is refused by the parser anyway; this keeps a wrong path from filling the memory. */
const largestBytes = 4_000_000;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the desk may not read it',
  EPERM: 'the desk may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
};

const toCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

const toReason = (code: string): string => reasons[code] ?? `reading it fails (${code})`;

const judgeFile = (facts: Stats): string | null => {
  if (facts.isDirectory()) return 'it is a folder';
  if (!facts.isFile()) return 'it is no plain file';
  return facts.size > largestBytes ? `it is larger than ${largestBytes / 1_000_000} MB` : null;
};

/** Why it could not be read now, as a short clause; null where it could. Told before anything is started, so it waits for nothing. */
export const findFileTrouble = (path: string): string | null => {
  try {
    const why = judgeFile(statSync(path));
    if (why === null) accessSync(path, constants.R_OK);
    return why;
  } catch (error) {
    const code = toCode(error);
    return code === 'ENOENT' ? 'there is no such file' : toReason(code);
  }
};

const readText = async (path: string): Promise<string | { readonly why: string }> => {
  const file = await open(path, 'r');
  try {
    const why = judgeFile(await file.stat());
    if (why !== null) return { why };
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.readFile());
  } finally {
    await file.close();
  }
};

export const readClientsFile = async (path: string): Promise<ClientsFile> => {
  try {
    const text = await readText(path);
    return typeof text === 'string'
      ? { kind: 'read', path, text }
      : { kind: 'unreadable', path, why: text.why };
  } catch (error) {
    const code = toCode(error);
    if (code === 'ENOENT') return { kind: 'missing', path };
    if (error instanceof TypeError) return { kind: 'unreadable', path, why: 'it is no UTF-8 text' };
    return { kind: 'unreadable', path, why: toReason(code) };
  }
};
