/** Applies a text rule to every string inside plain data: how redaction reaches what is stored or shown. Keys stay as they are. */
export const mapStrings = <T>(value: T, change: (text: string) => string): T => map(value, change) as T;

const map = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((entry) => map(entry, change));
  if (value === null || typeof value !== 'object' || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, map(entry, change)]));
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
