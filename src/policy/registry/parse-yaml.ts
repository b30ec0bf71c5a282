/** From text to plain values with a place for each, or to every fault of spelling. Hostile text is refused before it costs time; nothing here throws. */
import { type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import { showValue } from '../../config/show-value.ts';
import { toMessage } from '../../errors.ts';

export interface YamlFault {
  readonly line: number;
  readonly column: number;
  readonly path: readonly (string | number)[];
  readonly value: string | null;
  /** What was found, as "a tab …"; null where the value says it. */
  readonly found: string;
  readonly allowed: string;
}

type Path = readonly (string | number)[];
export type Place = { readonly line: number; readonly column: number };

export interface YamlText {
  readonly kind: 'read';
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Where the value, or the key itself, stands; the nearest thing around it where it is missing. */
  readonly locate: (path: Path, which: 'key' | 'value') => Place;
}
export type ParsedYaml = YamlText | { readonly kind: 'faulty'; readonly faults: readonly YamlFault[] };

const largestBytes = 2_000_000;
const longestLine = 2000;
/** A client is about 150; five thousand of them fit. More is no registry, and would hold up the desk. */
const mostTokens = 800_000;
const mostFaults = 100;

const fault = (place: Place, found: string, allowed: string, path: Path = []): YamlFault => ({
  ...place,
  path,
  value: null,
  found,
  allowed,
});

const describe = (sign: string): string => {
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return sign === '\0' ? 'a NUL character (U+0000)' : `a control character (U+${code})`;
};

/** By lines, and before the library sees anything. */
const findHostileLines = (text: string): YamlFault[] => {
  const bytes = Buffer.byteLength(text);
  if (bytes > largestBytes)
    return [fault({ line: 1, column: 1 }, `the file has ${bytes} bytes`, 'at most 2 MB (2000000 bytes)')];
  const faults: YamlFault[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (faults.length >= mostFaults) break;
    if (line.length > longestLine)
      faults.push(
        fault(
          { line: at + 1, column: longestLine + 1 },
          `the line has ${line.length} characters`,
          `at most ${longestLine} in one line`,
        ),
      );
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|\r(?!$)/u.exec(line);
    if (control)
      faults.push(
        fault(
          { line: at + 1, column: control.index + 1 },
          describe(control[0]),
          'text without control characters',
        ),
      );
    const tab = /^ *\t/u.exec(line);
    if (tab)
      faults.push(fault({ line: at + 1, column: tab[0].length }, 'a tab at the start of the line', 'spaces'));
  }
  return faults;
};

const isTooMuch = (text: string): boolean => {
  const tokens = new Lexer().lex(text);
  for (let count = 0; count <= mostTokens; count += 1) if (tokens.next().done === true) return false;
  return true;
};

/** The library's own sentences may quote the file, and with it a secret: these never do. */
const syntax: Readonly<Record<string, readonly [found: string, allowed: string]>> = {
  BAD_INDENT: [
    'the line does not start where the lines around it do',
    'the same number of spaces for fields of one group',
  ],
  TAB_AS_INDENT: ['a tab at the start of the line', 'spaces'],
  MISSING_CHAR: ['a sign is missing, such as a quotation mark, a colon, a comma or a bracket', 'YAML'],
  UNEXPECTED_TOKEN: ['something stands where it cannot', 'YAML'],
  BAD_SCALAR_START: ['the value starts with a sign that means something else in YAML', 'the value in quotes'],
  BAD_DQ_ESCAPE: [
    'an escape after a backslash that YAML does not know',
    'single quotes, or a double backslash',
  ],
  BLOCK_AS_IMPLICIT_KEY: ['two fields stand in one line', 'one field in a line'],
  BLOCK_IN_FLOW: ['a field in lines stands inside brackets', 'fields in brackets separated by commas'],
  MULTILINE_IMPLICIT_KEY: ['the name of a field goes over several lines', 'the name and a colon in one line'],
  KEY_OVER_1024_CHARS: [
    'the name of a field is longer than 1024 characters',
    'the fields of docs/registry.md',
  ],
  MULTIPLE_DOCS: ['a second document begins here (---)', 'one document in the file'],
  NON_STRING_KEY: ['the name of a field is a list or a group', 'a plain word'],
  RESOURCE_EXHAUSTION: ['brackets or groups are nested too deep', 'the nesting of docs/registry.md'],
  BAD_ALIAS: ['an alias (*name)', 'the values written out'],
  TAG_RESOLVE_FAILED: ['a type of its own (!name)', 'plain values'],
};

const toSyntaxFaults = (document: Document.Parsed, toPlace: (offset: number) => Place): YamlFault[] =>
  [...document.errors, ...document.warnings].slice(0, mostFaults).map((error) => {
    const [found, allowed] = syntax[error.code] ?? [`no YAML (${error.code.toLowerCase()})`, 'YAML'];
    return fault(toPlace(error.pos[0]), found, allowed);
  });

const offsetOf = (node: unknown): number | null =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : null;

const toKey = (node: unknown): string => String(isScalar(node) ? node.value : node);

/** Aliases can make ten lines into gigabytes, and a field given twice hides one of the two. */
const findNodeFaults = (root: unknown, toPlace: (offset: number) => Place): YamlFault[] => {
  const faults: YamlFault[] = [];
  const add = (node: unknown, found: string, allowed: string, path: Path) => {
    if (faults.length < mostFaults) faults.push(fault(toPlace(offsetOf(node) ?? 0), found, allowed, path));
  };
  const walk = (node: unknown, path: Path): void => {
    if (isAlias(node)) add(node, 'an alias (*name)', 'the values written out', path);
    else if (isSeq(node)) for (const [at, item] of node.items.entries()) walk(item, [...path, at]);
    else if (isMap(node)) {
      const seen = new Set<string>();
      for (const { key, value } of node.items) {
        const name = toKey(key);
        const here = [...path, name];
        if (isAlias(key)) add(key, 'an alias (*name)', 'the values written out', here);
        else if (seen.has(name))
          add(key, `the field ${showValue(name)} is given twice`, 'each field once', here);
        seen.add(name);
        walk(value, here);
      }
    }
  };
  walk(root, []);
  return faults;
};

const createLocate =
  (root: unknown, toPlace: (offset: number) => Place): YamlText['locate'] =>
  (path, which) => {
    let node = root;
    let offset = offsetOf(root) ?? 0;
    for (const [at, part] of path.entries()) {
      if (isSeq(node) && typeof part === 'number') node = node.items[part];
      else if (isMap(node)) {
        const pair = node.items.find(({ key }) => toKey(key) === String(part));
        if (pair === undefined) break;
        offset = offsetOf(pair.key) ?? offset;
        if (which === 'key' && at === path.length - 1) break;
        node = pair.value;
      } else break;
      offset = offsetOf(node) ?? offset;
    }
    return toPlace(offset);
  };

const parseSafely = (text: string): ParsedYaml => {
  const lines = new LineCounter();
  const toPlace = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    // `silent` would hide a second document as well.
    logLevel: 'error',
    prettyErrors: false,
    // The library compares every pair of names, which is slow where there are many: `findNodeFaults` does it in one pass.
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
  });
  const faults = [...toSyntaxFaults(document, toPlace), ...findNodeFaults(document.contents, toPlace)];
  if (document.directives.yaml.explicit === true)
    faults.push(fault({ line: 1, column: 1 }, 'a %YAML line', 'the file without it'));
  if (document.errors.length > 0 || faults.some(({ found }) => found.startsWith('an alias')))
    return { kind: 'faulty', faults };
  const locate = createLocate(document.contents, toPlace);
  return { kind: 'read', value: document.toJS({ maxAliasCount: 0 }), faults, locate };
};

/** Faults of spelling that leave the rest readable come with the value, so that the schema's can be listed beside them. */
export const parseYaml = (text: string): ParsedYaml => {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const hostile = findHostileLines(plain);
  if (hostile.length > 0) return { kind: 'faulty', faults: hostile };
  try {
    if (isTooMuch(plain))
      return {
        kind: 'faulty',
        faults: [
          fault({ line: 1, column: 1 }, 'the file has too many parts', 'a registry of at most 5000 clients'),
        ],
      };
    return parseSafely(plain);
  } catch (error) {
    // The library is not ours: whatever it throws on hostile text is a fault of the text.
    const why =
      error instanceof RangeError ? 'is nested too deep' : `cannot be read (${showValue(toMessage(error))})`;
    return { kind: 'faulty', faults: [fault({ line: 1, column: 1 }, `the file ${why}`, 'YAML')] };
  }
};
