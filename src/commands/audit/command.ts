/** `audit [filters] | verify | export`: who did what, and the proof that nobody changed it since. */
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { type AuditFilter, type SealedRow, verifyChain } from '../../operations/audit.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import { everything, type Scope } from '../../operations/scope.ts';
import type { Tx } from '../../operations/tx.ts';
import type { CommandList } from '../../operations/words.ts';
import { type ClientNames, renderRow } from './blocks.ts';
import {
  type ExportPowers,
  exportRows,
  type PlacedRow,
  readExported,
  toClients,
  toRecord,
} from './export.ts';
import { AuditInput, type AuditWish, filterFlags, isNarrowed, readWish, toFilter } from './filter.ts';

export interface AuditPowers extends ExportPowers {
  readonly read: (tx: Tx, scope: Scope, filter: AuditFilter) => Promise<readonly PlacedRow[]>;
  readonly readSealed: (tx: Tx) => AsyncIterable<SealedRow>;
  readonly readHead: (
    tx: Tx,
  ) => Promise<{ readonly position: number; readonly hash: string; readonly unsealed: number }>;
  /** What the daily card showed last; null before the first one. */
  readonly readPosted: (tx: Tx) => Promise<{ readonly position: number; readonly hash: string } | null>;
  /** The hash at a position now; null where there is no such row any more. */
  readonly readHashAt: (tx: Tx, position: number) => Promise<string | null>;
  /** Asked late: audit is itself in the list. */
  readonly commands: () => CommandList;
  /** Id of the channel where the head is posted every day; null where none is set. */
  readonly opsChannel: string | null;
}

const shown = 20;

export const defineAudit = (powers: AuditPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'audit',
    aliases: [],
    summary: 'Who did what; verify proves that nothing was changed',
    words: {
      positionals: [{ name: 'action', about: 'show, verify or export' }],
      flags: filterFlags,
    },
    example: 'audit --client acme --since 2026-11-01',
    input: AuditInput,
    permission: () => 'administer',
    effect: 'none',
    asks: ({ action }) => (action === 'verify' ? { kind: 'desk' } : { kind: 'visible' }),
    run: async (context, input) => {
      if (input.action === 'verify')
        return isNarrowed(input)
          ? refuseWords(['`audit verify` looks at the whole record: no option goes with it.'], 'audit verify')
          : verify(powers, context);
      const names = await powers.readNames(context.tx, everything);
      const wish = readWish(context, input, { commands: powers.commands(), names });
      if ('kind' in wish) return wish;
      return input.action === 'export'
        ? exportRows(powers, context, input, wish)
        : show(powers, context, input, { wish, clients: toClients(names) });
    },
    readRows: (operation) => readExported(powers, operation),
  });

const verify = async (powers: AuditPowers, { tx }: NowContext) => {
  const head = await powers.readHead(tx);
  const verdict = await verifyChain(powers.readSealed(tx));
  const open = `${head.unsealed} ${head.unsealed === 1 ? 'row is' : 'rows are'} not sealed yet.`;
  if (verdict.kind === 'broken')
    return answerLines({
      lines: [
        `The audit chain is *broken* at row ${verdict.position}: ${verdict.why === 'missing' ? 'the row is missing' : 'the row was changed after it was sealed'}.`,
        `${verdict.rowId === null ? '' : `Row id \`${verdict.rowId}\`. `}Keep the database as it is, and stop whoever can write to it. ${open}`,
      ],
      data: { ...verdict, unsealed: head.unsealed },
      exit: 1,
    });
  const posted = await powers.readPosted(tx);
  const now = posted === null ? null : await powers.readHashAt(tx, posted.position);
  const data = { ...verdict, unsealed: head.unsealed, posted: posted === null ? null : { ...posted, now } };
  if (posted !== null && posted.position > 0 && now !== posted.hash)
    return answerLines({
      lines: [
        `The audit was *cut or changed*: row ${posted.position}, posted last time, is not what it was.`,
        `It had the hash \`${posted.hash}\`. Keep the database as it is, and stop whoever can write to it. ${open}`,
      ],
      data,
      exit: 1,
    });
  return answerLines({
    lines: [
      `The audit chain is whole: ${verdict.count} rows, head \`${verdict.head.slice(0, 12)}\`. ${open}`,
      sayWhereToCompare(powers.opsChannel, posted),
    ],
    data,
  });
};

/** Whoever can write to the database could cut the end of the record and what it says about itself; not what people saw in a channel. */
const sayWhereToCompare = (
  channel: string | null,
  posted: { position: number; hash: string } | null,
): string => {
  const why = 'Rows cut off at the end show only against a head that was seen elsewhere.';
  if (channel === null)
    return `${why} No channel is set for it: write this head down now and then, or name one in \`SLACK_OPS_CHANNEL\`.`;
  const place = `the ops channel, <#${channel}>,`;
  return posted === null || posted.position === 0
    ? `${why} It is posted to ${place} every morning, for the first time tomorrow at the latest.`
    : `${why} It is posted to ${place} every morning: compare with the last card there, which must say row ${posted.position}, \`${posted.hash.slice(0, 12)}\`.`;
};

const show = async (
  powers: AuditPowers,
  { tx, scope, via }: NowContext,
  { before }: AuditInput,
  { wish, clients }: { readonly wish: AuditWish; readonly clients: ClientNames },
) => {
  const rows = await powers.read(tx, scope, toFilter(wish, before, shown + 1));
  return answerLines({
    lines: [
      rows.length === 0
        ? 'Nothing in the record fits.'
        : rows.length > shown
          ? `The newest ${shown}; there are more:`
          : `${rows.length} in the record:`,
      ...rows.slice(0, shown).map((row) => renderRow(row, clients, { zone: powers.zone, via })),
    ],
    foot: `${scope.kind === 'only' ? 'This channel shows the rows of its client only. ' : ''}\`/acuops audit export\` gives rows as a file; \`--client\`, \`--by\`, \`--verb\`, \`--event\`, \`--since\` and \`--until\` narrow both.`,
    data: rows.slice(0, shown).map((row) => toRecord(row, clients)),
  });
};
