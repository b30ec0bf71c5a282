/** How a secret is named without being written down: `env:NAME` or `file:/path`. Judges the text only; `resolve-reference.ts` reads. */
import { deskVariables } from './variables.ts';

export type Reference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

export type ParsedReference =
  | { readonly kind: 'parsed'; readonly reference: Reference }
  | { readonly kind: 'faulty'; readonly allowed: string };

export const referenceAllowed =
  'a reference, env:NAME or file:/absolute/path. Secrets never go into this file, nor into a command: put the secret into an environment variable or a file of the desk and name that';

/** A client entry may be pointed at any address, so what it names must never be the desk's own secrets or the kernel's view of them. */
const ownAllowed = `a variable of the client's own, for instance env:ACU_ACME_PASSWORD; the desk's own settings are never handed to a client's instance`;
const fileAllowed =
  'an absolute path without "..", of at most 500 characters, outside /proc, /sys and /dev, for instance file:/run/secrets/acme-password';

const faulty = (allowed: string): ParsedReference => ({ kind: 'faulty', allowed });

const isPlainPath = (path: string): boolean =>
  path.length > 1 &&
  path.length <= 500 &&
  !/\p{Cc}/u.test(path) &&
  !path.split('/').includes('..') &&
  !/^\/+(?:\.\/+)*(?:proc|sys|dev)(?:\/|$)/.test(path);

export const parseReference = (text: string): ParsedReference => {
  if (text.startsWith('file:/')) {
    const path = text.slice('file:'.length);
    return isPlainPath(path) ? { kind: 'parsed', reference: { kind: 'file', path } } : faulty(fileAllowed);
  }
  const name = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/.exec(text)?.[1];
  if (name === undefined) return faulty(referenceAllowed);
  const isOwn = deskVariables.some((variable) => variable.name === name.toUpperCase());
  return isOwn ? faulty(ownAllowed) : { kind: 'parsed', reference: { kind: 'env', name } };
};
