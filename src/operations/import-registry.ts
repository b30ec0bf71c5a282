/** Imports the registry file: by a person's command, and when the desk starts. Nothing is changed where there is a fault or a conflict. */

import type { NormalizeUrl } from '../policy/registry/normalize-addresses.ts';
import { toRegistryDigest } from '../policy/registry/parse-registry.ts';
import { type ImportPlan, planImport } from '../policy/registry/plan-import.ts';
import type { RegistryDocument } from '../policy/registry/registry-document.ts';
import { sayConflict, sayCounts, sayDiff } from '../policy/registry/say-change.ts';
import type { Actor } from './call.ts';
import type { Json } from './json.ts';
import type { NewAuditRow } from './ports.ts';
import type { Tx } from './tx.ts';

export interface LastImport {
  readonly digest: string;
  readonly document: RegistryDocument;
  readonly at: Date;
}

/** The registry as a store keeps it. */
export interface RegistryRecord {
  /** Taken before reading, by whoever will write; held until the transaction ends. */
  readonly lock: (tx: Tx) => Promise<void>;
  readonly read: (tx: Tx) => Promise<RegistryDocument>;
  readonly readLastImport: (tx: Tx) => Promise<LastImport | null>;
  /** Writes the clients that differ; returns their ids. */
  readonly write: (
    tx: Tx,
    before: RegistryDocument,
    after: RegistryDocument,
    at: Date,
  ) => Promise<readonly string[]>;
  readonly writeImport: (
    tx: Tx,
    entry: {
      readonly digest: string;
      readonly document: RegistryDocument;
      readonly by: Actor;
      readonly at: Date;
    },
  ) => Promise<void>;
}

/** The exchange file on the desk's machine. */
export type RegistryFile =
  | { readonly kind: 'read'; readonly path: string; readonly text: string }
  | { readonly kind: 'missing'; readonly path: string }
  /** `why` is a short clause: "the desk may not read it". */
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string };

export interface ImportWish {
  readonly text: string;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly by: Actor;
  readonly at: Date;
}

export interface ImportRecord {
  readonly record: RegistryRecord;
  readonly normalize: NormalizeUrl;
}

/** Within the caller's transaction; writes only where the plan has neither fault nor conflict. */
export const importRegistry = async (
  tx: Tx,
  { record, normalize }: ImportRecord,
  { text, prune, dryRun, by, at }: ImportWish,
): Promise<ImportPlan> => {
  await record.lock(tx);
  const last = await record.readLastImport(tx);
  const before = await record.read(tx);
  const plan = planImport({ text, base: last?.document ?? null, record: before, prune, normalize });
  if (plan.kind !== 'planned' || dryRun) return plan;
  await record.write(tx, before, plan.after, at);
  if (last?.digest !== plan.digest)
    await record.writeImport(tx, { digest: plan.digest, document: plan.file, by, at });
  return plan;
};

/** Faults and conflicts, one plain line each, whole. Empty for a plan that can be carried out. */
export const sayTroubles = (plan: ImportPlan): readonly string[] => {
  if (plan.kind === 'planned') return [];
  if (plan.kind === 'conflict') return plan.conflicts.map(sayConflict);
  return [
    ...plan.faults.map(({ say }) => say),
    ...(plan.more > 0 ? [`and ${plan.more} more faults; mend these first`] : []),
  ];
};

/** What the audit row says of an import. */
export const toImportAudit = (
  plan: ImportPlan,
  { prune, dryRun }: { readonly prune: boolean; readonly dryRun: boolean },
): Json => {
  if (plan.kind === 'faulty')
    return { imported: false, digest: plan.digest, faults: plan.faults.length + plan.more };
  if (plan.kind === 'conflict')
    return {
      imported: false,
      digest: plan.digest,
      conflicts: plan.conflicts.map(({ id, path }) => `${id} ${path}`),
    };
  const { diff, changes } = plan;
  return {
    ...(changes ? {} : { action: 'import changed nothing' }),
    imported: changes && !dryRun,
    digest: plan.digest,
    prune,
    added: diff.adds.map(({ id }) => id),
    changed: diff.edits.map(({ id, fields }) => ({ id, fields: fields.map(({ path }) => path) })),
    archived: [...diff.removes],
  };
};

export interface StartImportParts extends ImportRecord {
  readonly transact: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly readFile: () => Promise<RegistryFile>;
  readonly appendAudit: (tx: Tx, row: NewAuditRow) => Promise<void>;
  readonly now: () => Date;
}

export interface StartImport {
  /** `refused`: there is something to mend, and nothing was changed. */
  readonly kind: 'imported' | 'unchanged' | 'no-file' | 'refused';
  /** Plain lines for the log and for `doctor`; the first says what happened. */
  readonly lines: readonly string[];
}

const starter: Actor = { team: 'desk', user: 'start' };

const isEmpty = (document: RegistryDocument): boolean => document.clients.length === 0;

/** Only where the registry is empty or the file is another than the last one imported. Safe with several desks starting at once. */
export const importOnStart = async (parts: StartImportParts): Promise<StartImport> => {
  const file = await parts.readFile();
  return parts.transact(async (tx) => {
    await parts.record.lock(tx);
    const empty = isEmpty(await parts.record.read(tx));
    if (file.kind === 'missing')
      return {
        kind: 'no-file',
        lines: empty
          ? [
              `no client is known, and there is no registry file at ${file.path}: put one there (ACUOPS_CLIENTS) or use add-client`,
            ]
          : [],
      };
    if (file.kind === 'unreadable')
      return {
        kind: 'refused',
        lines: [`the registry file ${file.path} cannot be read: ${file.why}; the registry stays as it is`],
      };
    const last = await parts.record.readLastImport(tx);
    if (!empty && last?.digest === toRegistryDigest(file.text)) return { kind: 'unchanged', lines: [] };
    return importFile(tx, parts, file);
  });
};

const importFile = async (
  tx: Tx,
  parts: StartImportParts,
  { path, text }: { readonly path: string; readonly text: string },
): Promise<StartImport> => {
  const at = parts.now();
  const plan = await importRegistry(tx, parts, { text, prune: false, dryRun: false, by: starter, at });
  await parts.appendAudit(tx, {
    actor: starter,
    place: { kind: 'terminal', team: 'desk', channel: 'start' },
    via: 'timer',
    event: plan.kind === 'planned' ? 'imported' : 'refused',
    verb: 'registry',
    operationId: null,
    targetId: null,
    detail: toImportAudit(plan, { prune: false, dryRun: false }),
  });
  if (plan.kind === 'planned')
    return { kind: 'imported', lines: [`imported ${path}: ${sayCounts(plan.diff)}`, ...sayDiff(plan.diff)] };
  const what = plan.kind === 'faulty' ? 'has faults' : 'and the desk were changed in different ways';
  return {
    kind: 'refused',
    lines: [`the registry file ${path} ${what}, so nothing was imported:`, ...sayTroubles(plan)],
  };
};
