/**
 * Turns a reference into the secret it names, at the moment of use and never earlier; nothing is kept.
 * The fingerprint tells the same secret from a new one without telling anything of it.
 */
import { createHmac } from 'node:crypto';
import { parseReference, type Reference } from './reference.ts';

export type ReadReference =
  | { readonly kind: 'read'; readonly value: string; readonly fingerprint: string }
  /** `say` is a short clause that names the reference, never what it holds. */
  | { readonly kind: 'unreadable'; readonly say: string };

export interface ReferenceReader {
  readonly read: (reference: string) => Promise<ReadReference>;
}

export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Random, made once per installation and kept: without it a fingerprint could be guessed against a list of passwords. At least 32 bytes. */
  readonly fingerprintKey: Uint8Array;
}

const largestBytes = 65_536;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the desk may not read it',
  EPERM: 'the desk may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
};

const toReason = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? `it cannot be read${code === '' ? '' : ` (${code})`}`;
};

type Found =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'none'; readonly why: string };

const readText = async (reference: Reference, { env, readFile }: ReferenceSources): Promise<Found> => {
  if (reference.kind === 'env') {
    const text = Object.hasOwn(env, reference.name) ? env[reference.name] : undefined;
    return text === undefined ? { kind: 'none', why: 'the variable is not set' } : { kind: 'found', text };
  }
  try {
    const bytes = await readFile(reference.path);
    if (bytes.byteLength > largestBytes) return { kind: 'none', why: 'the file is larger than 64 KB' };
    return { kind: 'found', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return { kind: 'none', why: error instanceof TypeError ? 'it holds no text' : toReason(error) };
  }
};

/** @throws RangeError for a key under 32 bytes: a fault of ours, found at start. */
export const createReferenceReader = (sources: ReferenceSources): ReferenceReader => {
  if (sources.fingerprintKey.byteLength < 32)
    throw new RangeError('the fingerprint key is shorter than 32 bytes');

  const read = async (reference: string): Promise<ReadReference> => {
    const parsed = parseReference(reference);
    // What is no reference may be the secret itself: it is not repeated.
    if (parsed.kind === 'faulty')
      return { kind: 'unreadable', say: 'the credential is not a usable reference' };
    const found = await readText(parsed.reference, sources);
    if (found.kind === 'none') return { kind: 'unreadable', say: `${reference}: ${found.why}` };
    // Editors and `echo` end a file with a line break that belongs to no secret.
    const value = found.text.replace(/\r?\n$/u, '');
    if (value === '') return { kind: 'unreadable', say: `${reference}: it is empty` };
    if (value.includes('\0')) return { kind: 'unreadable', say: `${reference}: it holds a NUL character` };
    const fingerprint = createHmac('sha256', sources.fingerprintKey).update(value, 'utf8').digest('hex');
    return { kind: 'read', value, fingerprint };
  };
  return { read };
};
