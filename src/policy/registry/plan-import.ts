/** What importing one text would do to the record: faults of the text, conflicts with the record, or the record as it would be after. Pure. */
import { applyRegistryDiff } from './apply-diff.ts';
import { diffRegistry, hasChanges, type RegistryConflict, type RegistryDiff } from './diff-registry.ts';
import { type AddressFault, type NormalizeUrl, normalizeAddresses } from './normalize-addresses.ts';
import { parseRegistry, type RegistryFault } from './parse-registry.ts';
import { parseYaml } from './parse-yaml.ts';
import type { RegistryDocument } from './registry-document.ts';

export type ImportPlan =
  | {
      readonly kind: 'faulty';
      readonly digest: string;
      readonly faults: readonly RegistryFault[];
      /** How many more there are. */
      readonly more: number;
    }
  | { readonly kind: 'conflict'; readonly digest: string; readonly conflicts: readonly RegistryConflict[] }
  | {
      readonly kind: 'planned';
      readonly digest: string;
      /** What the file says: the base of the next import. */
      readonly file: RegistryDocument;
      readonly after: RegistryDocument;
      readonly diff: RegistryDiff;
      readonly changes: boolean;
    };

export interface ImportQuestion {
  readonly text: string;
  readonly base: RegistryDocument | null;
  readonly record: RegistryDocument;
  readonly prune: boolean;
  readonly normalize: NormalizeUrl;
}

interface RawClients {
  readonly clients: readonly {
    readonly id: string;
    readonly environments?: readonly { readonly name: string; readonly url: string }[];
  }[];
}

/** The text was judged already, so its shape is known; only the places are asked for again. */
const toFault =
  (text: string) =>
  ({ id, environment, say }: AddressFault): RegistryFault => {
    const yaml = parseYaml(text);
    const raw = yaml.kind === 'read' ? (yaml.value as RawClients).clients : [];
    const at = raw.findIndex((client) => client.id === id);
    const inClient = raw[at]?.environments?.findIndex(({ name }) => name === environment) ?? 0;
    const path = ['clients', at, 'environments', inClient, 'url'];
    const place = yaml.kind === 'read' ? yaml.locate(path, 'value') : { line: 1, column: 1 };
    const shown = `clients[${at}].environments[${inClient}].url`;
    return {
      ...place,
      path: shown,
      field: 'url',
      value: null,
      allowed: 'the address of the site, for example https://erp.example.com/Main',
      say: `line ${place.line}, column ${place.column}: ${shown} (client ${id}): ${say}.`,
    };
  };

export const planImport = ({ text, base, record, prune, normalize }: ImportQuestion): ImportPlan => {
  const parsed = parseRegistry(text);
  if (parsed.kind === 'faulty') return parsed;
  const { digest } = parsed;
  const normalized = normalizeAddresses(parsed.document, normalize);
  if (normalized.kind === 'faulty') {
    const faults = normalized.faults.slice(0, 200).map(toFault(text));
    return { kind: 'faulty', digest, faults, more: normalized.faults.length - faults.length };
  }
  const file = normalized.document;
  const diff = diffRegistry({ base, file, record, prune });
  if (diff.conflicts.length > 0) return { kind: 'conflict', digest, conflicts: diff.conflicts };
  const after = applyRegistryDiff(record, diff);
  return { kind: 'planned', digest, file, after, diff, changes: hasChanges(diff) };
};
