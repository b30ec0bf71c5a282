/** The ids and values of our buttons and selects: which verb, which action, which card at which version. Never any data of a client. */
import { z } from 'zod';
import { limits } from './limit-figures.ts';

const wordPattern = /^[a-z][a-z0-9-]{0,60}$/;

export interface ActionId {
  readonly verb: string;
  readonly action: string;
}

/**
 * `acuops:health:again`. Words are ours, never foreign text.
 * @throws RangeError where a word is not lower-case letters, digits and dashes.
 */
export const toActionId = (verb: string, action: string): string => {
  for (const word of [verb, action]) {
    if (!wordPattern.test(word))
      throw new RangeError(`"${word}" is no action word: lower-case letters, digits, dashes`);
  }
  return `acuops:${verb}:${action}`;
};

/** Null for ids that are not ours. */
export const parseActionId = (actionId: string): ActionId | null => {
  const [prefix, verb = '', action = '', ...rest] = actionId.split(':');
  if (prefix !== 'acuops' || rest.length > 0 || !wordPattern.test(verb) || !wordPattern.test(action))
    return null;
  return { verb, action };
};

/** Short names on the wire: an option's value holds 150 characters at most. */
const Wire = z.strictObject({
  c: z.string().min(1).max(64),
  v: z.int().min(0),
  t: z.string().min(1).max(120).optional(),
  s: z.string().min(1).max(60).optional(),
});

export interface ActionValue {
  readonly cardId: string;
  /** Of the thing decided; changes with it, never with a re-render. */
  readonly version: number;
  /** Key of the one target that is meant, where the card shows several. Re-read and re-authorised at the click. */
  readonly targetKey?: string | undefined;
  /** Tells the very thing that was shown from everything else that the same card may show later. */
  readonly stamp?: string | undefined;
}

export const toActionValue = ({ cardId, version, targetKey, stamp }: ActionValue): string =>
  JSON.stringify({
    c: cardId,
    v: version,
    ...(targetKey === undefined ? {} : { t: targetKey }),
    ...(stamp === undefined ? {} : { s: stamp }),
  });

/** Null for anything that we did not make: old, foreign or tampered values are answered, not thrown. */
export const parseActionValue = (value: string): ActionValue | null => {
  if (value.length > limits.buttonValue) return null;
  try {
    const wire = Wire.safeParse(JSON.parse(value));
    return wire.success
      ? { cardId: wire.data.c, version: wire.data.v, targetKey: wire.data.t, stamp: wire.data.s }
      : null;
  } catch {
    return null;
  }
};
