/** Plain values of a workflow file as groups, lists and texts. What they mean is left to its readers. */

export type Fields = Readonly<Record<string, unknown>>;

export const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};

export const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** As GitHub turns a plain value into text; null for a list, a group or nothing. */
export const toText = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
};

/** Every text that stands anywhere in it, names of fields among them. What aliases repeat is looked at once. */
export const listTexts = (value: unknown): readonly string[] => {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  // No recursion: whoever writes the file decides how deep it is.
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') texts.push(next);
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (!Array.isArray(next)) texts.push(...Object.keys(next));
    for (const inner of Object.values(next)) left.push(inner);
  }
  return texts;
};
