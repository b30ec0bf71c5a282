/** From the text of `instance-manifest.json` to the names of the projects that belong on the instance, or to a sentence with the fault. What it says of each project is left alone. */

export type ParsedManifest =
  /** Null: the version has no such file. */
  | { readonly kind: 'parsed'; readonly projects: readonly string[] | null }
  | { readonly kind: 'faulty'; readonly say: string };

const file = 'instance-manifest.json';
const largestBytes = 1024 * 1024;

const faulty = (say: string): ParsedManifest => ({ kind: 'faulty', say: `${file}${say}` });

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parser's own sentence may quote the file: it is not passed on. */
const parseJson = (text: string): { readonly value: unknown } | null => {
  try {
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    return { value };
  } catch {
    return null;
  }
};

export const parseManifest = (text: string | null): ParsedManifest => {
  if (text === null) return { kind: 'parsed', projects: null };
  if (Buffer.byteLength(text) > largestBytes) return faulty(' is larger than 1 MB');
  const json = parseJson(text);
  if (json === null) return faulty(' is not JSON');
  if (!isGroup(json.value)) return faulty(' must be a group of fields');
  const projects = json.value['projects'];
  if (!isGroup(projects)) return faulty(': projects must be a group of fields, one for each project');
  const names = Object.keys(projects).map((name) => name.trim());
  if (names.some((name) => !/^[^\p{Cc}\p{Cf}]{1,128}$/u.test(name)))
    return faulty(': projects has a name that is empty, too long or not plain text');
  return { kind: 'parsed', projects: [...new Set(names)] };
};
