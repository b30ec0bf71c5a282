/** YAML from a client's repository as plain values, or one fault. Hostile text is refused before it costs time; nothing here throws. What the values mean is left to the readers of each file. */
import { Lexer, parseDocument } from 'yaml';

export type ClientYaml =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'faulty'; readonly say: string };

export interface YamlBounds {
  readonly largestBytes: number;
  readonly mostTokens: number;
  /** Comparing every pair is slow where there are many: only where few tokens are allowed. */
  readonly refusesDoubles: boolean;
}

/** Anchors are good YAML; more uses than this are no file of ours but a trap. */
const mostAliases = 100;

const isTooMuch = (text: string, { largestBytes, mostTokens }: YamlBounds): boolean => {
  if (Buffer.byteLength(text) > largestBytes) return true;
  const tokens = new Lexer().lex(text);
  for (let count = 0; count <= mostTokens; count += 1) if (tokens.next().done === true) return false;
  return true;
};

/** `what` is the file as people call it, at the begin of every sentence. */
export const parseClientYaml = (what: string, text: string, bounds: YamlBounds): ClientYaml => {
  const faulty = (say: string): ClientYaml => ({ kind: 'faulty', say: `${what} ${say}` });
  try {
    if (isTooMuch(text, bounds)) return faulty('is too large');
    const document = parseDocument(text, {
      // `silent` would hide a second document as well.
      logLevel: 'error',
      prettyErrors: false,
      uniqueKeys: bounds.refusesDoubles,
      // Who writes `<<` means the fields that it brings; without this it would be a field of that name.
      merge: true,
      stringKeys: true,
      resolveKnownTags: false,
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const line = text.slice(0, error.pos[0]).split('\n').length;
      return faulty(
        error.code === 'DUPLICATE_KEY' ? `gives a field twice (line ${line})` : `is no YAML (line ${line})`,
      );
    }
    return { kind: 'read', value: document.toJS({ maxAliasCount: mostAliases }) };
  } catch {
    // The library is not ours: whatever it throws on hostile text is a fault of the text.
    return faulty('cannot be read; it is nested too deep or repeats itself too often');
  }
};
