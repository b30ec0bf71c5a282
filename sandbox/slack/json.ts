// Reading loosely shaped JSON, as it comes from a bot or a page, without trusting it.
// It judges nothing: what a missing field means is the caller's business.

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The field as text; numbers and booleans count, since forms know only text. Empty text counts as missing. */
export const readText = (from: Json, key: string): string | undefined => {
  const value = from[key];
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

export const readFlag = (from: Json, key: string): boolean => {
  const value = from[key];
  return value === true || value === 'true' || value === '1' || value === 1;
};

export const readObject = (from: Json, key: string): Json | undefined => {
  const value = from[key];
  return isJson(value) ? value : undefined;
};

export const readList = (from: Json, key: string): readonly Json[] => {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isJson) : [];
};

/** The text parsed, or undefined where it is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
