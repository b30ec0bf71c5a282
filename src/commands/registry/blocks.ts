/** The answers of `registry`: what an import did or would do, everything that stood against it, and the export as a file. Pure. */
import { basename } from 'node:path';
import { type AnswerInput, answerLines } from '../../blocks/answer.ts';
import { cutText, escapeLine } from '../../blocks/escape.ts';
import type { MessageFile } from '../../blocks/message.ts';
import type { Answer } from '../../operations/command.ts';
import { sayTroubles } from '../../operations/import-registry.ts';
import type { Json } from '../../operations/json.ts';
import { toCode } from '../../operations/words.ts';
import type { ImportPlan } from '../../policy/registry/plan-import.ts';
import type { RegistryDocument } from '../../policy/registry/registry-document.ts';
import { renderRegistry } from '../../policy/registry/render-registry.ts';
import { sayCounts, sayDiff } from '../../policy/registry/say-change.ts';

export interface ImportView {
  readonly path: string;
  readonly dryRun: boolean;
  readonly audit: Json;
}

type Planned = Extract<ImportPlan, { kind: 'planned' }>;

const shownLines = 15;

/** Few lines are shown; with many, the first ones, and all of them as a file. */
const listLines = (
  title: string,
  all: readonly string[],
): { lines: readonly string[]; file?: MessageFile } => {
  const lines = all.slice(0, shownLines).map((line) => `• ${cutText(escapeLine(line), 400)}`);
  if (all.length <= shownLines && lines.join('\n').length <= 2_400 && all.every((line) => line.length <= 400))
    return { lines };
  const left = all.length - lines.length;
  return {
    lines: left > 0 ? [...lines, `… and ${left} more, all of them in the file`] : lines,
    file: { name: 'registry-import.txt', title, content: `${all.join('\n')}\n` },
  };
};

const answer = (input: AnswerInput): Answer => answerLines({ ...input, rest: 'all of them are in the file' });

export const renderPlan = ({ diff, changes, digest }: Planned, view: ImportView): Answer => {
  const file = toCode(basename(view.path));
  const counts = sayCounts(diff);
  const verdict = changes
    ? view.dryRun
      ? `${file} would change this, and nothing was changed yet: ${counts}.`
      : `Imported ${file}: ${counts}.`
    : `${file} says nothing new: ${counts}.`;
  const { lines, ...rest } = listLines('What the import changes', sayDiff(diff));
  return answer({
    lines: [verdict, ...lines],
    ...rest,
    data: {
      imported: !view.dryRun,
      digest,
      added: diff.adds.map(({ id }) => id),
      changed: diff.edits.map(({ id, fields }) => ({
        id,
        fields: fields.map(({ path, from, to }) => ({
          path,
          from: (from ?? null) as Json,
          to: (to ?? null) as Json,
        })),
      })),
      archived: [...diff.removes],
      keptArchived: [...diff.keptArchived],
      unchanged: diff.unchanged.length,
    },
    audit: view.audit,
  });
};

export const renderTroubles = (plan: Exclude<ImportPlan, Planned>, view: ImportView): Answer => {
  const file = toCode(basename(view.path));
  const isFaulty = plan.kind === 'faulty';
  const count = isFaulty ? plan.faults.length + plan.more : plan.conflicts.length;
  const what = isFaulty ? 'fault' : 'conflict';
  const { lines, ...rest } = listLines(`Why ${basename(view.path)} was not imported`, sayTroubles(plan));
  return answer({
    lines: [`${file} has ${count} ${what}${count === 1 ? '' : 's'}, so nothing was imported.`, ...lines],
    foot: isFaulty
      ? 'Mend the file, then import it again.'
      : 'Make both say the same, in the file or with `/acuops edit-client`, then import again.',
    ...rest,
    data: isFaulty
      ? { imported: false, faults: plan.faults.map((fault) => ({ ...fault })), more: plan.more }
      : {
          imported: false,
          conflicts: plan.conflicts.map(({ id, path, base, file: inFile, record, with: other }) => ({
            id,
            path,
            base: (base ?? null) as Json,
            file: (inFile ?? null) as Json,
            record: (record ?? null) as Json,
            with: other ?? null,
          })),
        },
    exit: 1,
    audit: view.audit,
  });
};

export const renderExport = (document: RegistryDocument): Answer => {
  const count = document.clients.length;
  const yaml = renderRegistry(document);
  return answerLines({
    lines: [
      `${count === 1 ? 'One client' : `${count} clients`} as a file, archived ones too; secrets are references only.`,
    ],
    foot: 'From a terminal, `registry export --json` holds it as `data.yaml`.',
    data: { yaml, clients: count },
    audit: { exported: count },
    file: { name: 'acuops-clients.yaml', title: 'Clients of this desk', content: yaml },
  });
};
