/** Facts as a step hands them on to another worker: plain values whose moments survive JSON. Only what this very version wrote is read back. */
import { z } from 'zod';
import type { Json } from './json.ts';

const Moment = z.strictObject({ $at: z.iso.datetime() });

/** Dates become `{ $at }`, what is undefined is left out. */
export const pack = (value: unknown): Json => {
  if (value instanceof Date) return { $at: value.toISOString() };
  if (Array.isArray(value)) return value.map((entry: unknown) => pack(entry));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, pack(entry)]])),
    );
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
};

export const unpack = (packed: Json): unknown => {
  if (Array.isArray(packed)) return packed.map((entry: Json) => unpack(entry));
  if (typeof packed !== 'object' || packed === null) return packed;
  const moment = Moment.safeParse(packed);
  return moment.success
    ? new Date(moment.data.$at)
    : Object.fromEntries(Object.entries(packed).map(([key, entry]) => [key, unpack(entry)]));
};
