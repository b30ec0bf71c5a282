/** How the fields of a client are typed: the flags of `add-client` and `edit-client`, their raw input, and what of it must not be written down before it is judged. */
import { z } from 'zod';
import type { WordSpec } from '../../operations/command.ts';
import { toField } from '../../operations/words.ts';
import type { ClientFlags } from './apply-client-flags.ts';
import { clientFields } from './client-fields.ts';

export const clientFlags: WordSpec['flags'] = Object.fromEntries(
  clientFields.map(({ flag, about, allowed, required }) => [
    flag,
    { kind: 'text', about: `${about}: ${allowed}${required ? ' (needed for a new client)' : ''}` },
  ]),
);

/** The key as it is typed to find a client; whether it is a good one is asked when a client is made. */
export const ClientKey = z
  .string()
  .trim()
  .toLowerCase()
  .min(1, 'is empty')
  .max(40, 'is too long for a client');

const text = z.string('must be text').trim().min(1, 'is empty').max(2_000, 'is too long').optional();

export const clientShape = {
  client: ClientKey,
  ...(Object.fromEntries(clientFields.map(({ flag }) => [toField(flag), text])) as Readonly<
    Record<string, typeof text>
  >),
};

/** A secret typed where a reference or an address belongs is refused, and a refusal is recorded with its input. */
export const hiddenFields: readonly string[] = ['usernameRef', 'passwordRef', 'url'];

export const toClientFlags = (input: Readonly<Record<string, string | undefined>>): ClientFlags =>
  Object.fromEntries(clientFields.map(({ flag }) => [flag, input[toField(flag)]]));
