/** `registry import|export`: the exchange file in and out. An import with any fault or conflict changes nothing and lists them all. */
import { z } from 'zod';
import { refuseWords } from '../../blocks/answer.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import {
  type ImportRecord,
  importRegistry,
  type RegistryFile,
  toImportAudit,
} from '../../operations/import-registry.ts';
import { refuse } from '../../operations/refusal.ts';
import { toCode } from '../../operations/words.ts';
import { renderExport, renderPlan, renderTroubles } from './blocks.ts';

export interface RegistryPowers extends ImportRecord {
  /** The file named by the configuration, on the desk's machine. */
  readonly readFile: () => Promise<RegistryFile>;
}

const example = 'registry import --dry-run';

const RegistryInput = z.strictObject({
  action: z.enum(['import', 'export'], 'must be import or export'),
  prune: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  reason: z
    .string()
    .trim()
    .min(3, 'is too short to tell anybody')
    .max(300, 'is longer than 300 characters')
    .optional(),
});
type RegistryInput = z.output<typeof RegistryInput>;

export const defineRegistry = (powers: RegistryPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'registry',
    aliases: [],
    summary: 'All clients as a file: import or export',
    words: {
      positionals: [{ name: 'action', about: 'import or export', required: true }],
      flags: {
        prune: { kind: 'switch', about: 'archive what the file leaves out; needs --reason' },
        'dry-run': { kind: 'switch', about: 'only say what an import would change' },
        reason: { kind: 'text', about: 'why clients are archived' },
      },
    },
    example,
    input: RegistryInput,
    permission: () => 'administer',
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    run: async (context, input) => {
      if (input.action === 'import') return importFile(powers, context, input);
      if (input.prune || input.dryRun)
        return refuseWords(['`--prune` and `--dry-run` go with import.'], 'registry export');
      return renderExport(await powers.record.read(context.tx));
    },
  });

const importFile = async (
  powers: RegistryPowers,
  { tx, actor, now }: NowContext,
  { prune, dryRun, reason }: RegistryInput,
) => {
  if (prune && reason === undefined && !dryRun)
    return refuseWords(
      ['`--prune` archives clients: say why with `--reason`.'],
      'registry import --prune --reason "two contracts ended"',
    );
  const file = await powers.readFile();
  if (file.kind === 'missing')
    return refuse(
      'not-found',
      `There is no file ${toCode(file.path, 500)} on the desk's machine. Put it there, or set \`ACUOPS_CLIENTS\` to where it is; \`/acuops registry export\` gives you one to start from.`,
    );
  if (file.kind === 'unreadable')
    return refuse('unavailable', `${toCode(file.path, 500)} cannot be read: ${file.why}. Nothing changed.`);
  const plan = await importRegistry(tx, powers, { text: file.text, prune, dryRun, by: actor, at: now });
  const audit = { ...(toImportAudit(plan, { prune, dryRun }) as object), dryRun, reason: reason ?? null };
  return plan.kind === 'planned'
    ? renderPlan(plan, { path: file.path, dryRun, audit })
    : renderTroubles(plan, { path: file.path, dryRun, audit });
};
