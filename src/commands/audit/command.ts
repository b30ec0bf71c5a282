/** `audit [filters] | verify | export`: who did what, and the proof that nobody changed it since. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderStoredPerson } from '../../blocks/person.ts';
import { renderDate } from '../../blocks/time.ts';
import { type AuditRow, type SealedRow, verifyChain } from '../../operations/audit.ts';
import { type Actor, formatActor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import type { Json } from '../../operations/json.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Tx } from '../../operations/tx.ts';

export interface AuditFilter {
  readonly targetId?: string | undefined;
  readonly actor?: string | undefined;
  readonly verb?: string | undefined;
  readonly event?: string | undefined;
  readonly since?: Date | undefined;
  readonly limit: number;
}

export interface AuditPowers {
  readonly read: (
    tx: Tx,
    scope: Scope,
    filter: AuditFilter,
  ) => Promise<readonly (AuditRow & { readonly position: number | null })[]>;
  readonly readSealed: (tx: Tx) => AsyncIterable<SealedRow>;
  readonly readHead: (
    tx: Tx,
  ) => Promise<{ readonly position: number; readonly hash: string; readonly unsealed: number }>;
  readonly resolveTarget: (tx: Tx, key: string) => Promise<string | null>;
  readonly zone: string;
}

const shown = 20;
const exported = 10_000;

const AuditInput = z.strictObject({
  action: z.enum(['show', 'verify', 'export'], 'must be show, verify or export').default('show'),
  client: z.string().trim().toLowerCase().max(40, 'is too long for a client').optional(),
  by: z.string().trim().max(60, 'is too long').optional(),
  verb: z.string().trim().toLowerCase().max(40, 'is too long for a command').optional(),
  event: z.string().trim().toLowerCase().max(40, 'is too long').optional(),
  since: z.iso.date('must be a day such as 2026-11-01').optional(),
});
type AuditInput = z.output<typeof AuditInput>;

export const defineAudit = (powers: AuditPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'audit',
    aliases: [],
    summary: 'Who did what; verify proves that nothing was changed',
    words: {
      positionals: [{ name: 'action', about: 'show, verify or export' }],
      flags: {
        client: { kind: 'text', about: 'one client' },
        by: { kind: 'text', about: 'one person, as @person or T…:U…' },
        verb: { kind: 'text', about: 'one command' },
        event: { kind: 'text', about: 'asked, answered, denied, finished …' },
        since: { kind: 'text', about: 'from this day on, such as 2026-11-01' },
      },
    },
    example: 'audit --client heritage --since 2026-11-01',
    input: AuditInput,
    permission: () => 'administer',
    effect: 'none',
    asks: ({ action }) => (action === 'verify' ? { kind: 'desk' } : { kind: 'visible' }),
    run: async (context, input) => {
      if (input.action === 'verify') return verify(powers, context);
      const targetId =
        input.client === undefined ? undefined : await powers.resolveTarget(context.tx, input.client);
      if (targetId === null)
        return refuse('not-found', `There is no client \`${escapeLine(input.client ?? '')}\`.`);
      return input.action === 'export'
        ? exportRows(powers, context, input, targetId)
        : show(powers, context, input, targetId);
    },
  });

const verify = async (powers: AuditPowers, { tx }: NowContext) => {
  const head = await powers.readHead(tx);
  const verdict = await verifyChain(powers.readSealed(tx));
  const open = `${head.unsealed} ${head.unsealed === 1 ? 'row is' : 'rows are'} not sealed yet.`;
  if (verdict.kind === 'broken')
    return answerLines({
      lines: [
        `The audit chain is *broken* at row ${verdict.position}: ${verdict.why === 'missing' ? 'the row is missing' : 'the row was changed after it was sealed'}.`,
        `${verdict.rowId === null ? '' : `Row id \`${verdict.rowId}\`. `}Keep the database as it is and tell an admin. ${open}`,
      ],
      data: { ...verdict, unsealed: head.unsealed },
      exit: 1,
    });
  return answerLines({
    lines: [
      `The audit chain is whole: ${verdict.count} rows, head \`${verdict.head.slice(0, 12)}\`. ${open}`,
    ],
    foot: 'A cut tail shows only against a head that was written down elsewhere: compare with the last one posted.',
    data: { ...verdict, unsealed: head.unsealed },
  });
};

/** Slack turns @person into `<@U…|name>`: somebody of the asker's own workspace. */
const toActor = (by: string | undefined, asker: Actor): string | undefined => {
  const user = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/u.exec(by ?? '')?.[1];
  return user === undefined ? by : formatActor({ team: asker.team, user });
};

const toFilter = (
  input: AuditInput,
  asker: Actor,
  targetId: string | undefined,
  limit: number,
): AuditFilter => ({
  targetId,
  actor: toActor(input.by, asker),
  verb: input.verb,
  event: input.event,
  since: input.since === undefined ? undefined : new Date(`${input.since}T00:00:00Z`),
  limit,
});

const toRecord = (row: AuditRow & { readonly position: number | null }): Json => ({
  position: row.position,
  at: row.at.toISOString(),
  actor: row.actor,
  place: row.place,
  via: row.via,
  event: row.event,
  verb: row.verb,
  operation: row.operationId,
  target: row.targetId,
  detail: row.detail,
});

const show = async (
  powers: AuditPowers,
  { tx, scope, actor }: NowContext,
  input: AuditInput,
  targetId: string | undefined,
) => {
  const rows = await powers.read(tx, scope, toFilter(input, actor, targetId, shown + 1));
  const lines = rows
    .slice(0, shown)
    .map(
      (row) =>
        `• ${renderDate(row.at, powers.zone)} ${renderStoredPerson(row.actor)} ${row.event} \`${escapeLine(row.verb)}\``,
    );
  return answerLines({
    lines: [
      rows.length === 0
        ? 'Nothing in the record fits.'
        : rows.length > shown
          ? `The newest ${shown}; there are more:`
          : `${rows.length} in the record:`,
      ...lines,
    ],
    foot: '`/acuops audit export` gives them all as a file.',
    data: rows.slice(0, shown).map(toRecord),
  });
};

const exportRows = async (
  powers: AuditPowers,
  { tx, scope, spokenId, actor }: NowContext,
  input: AuditInput,
  targetId: string | undefined,
) => {
  const rows = await powers.read(tx, scope, toFilter(input, actor, targetId, exported));
  const records = rows.map(toRecord);
  return answerLines({
    lines: [
      `${rows.length} rows of the record, as JSON lines${rows.length === exported ? `; only the newest ${exported}, narrow it with --since or --client for the rest` : ''}.`,
    ],
    data: records,
    file: {
      name: `audit-${spokenId}.jsonl`,
      title: `Audit ${spokenId}`,
      content: records.map((record) => JSON.stringify(record)).join('\n'),
    },
  });
};
