/** `audit [filters] | verify | export`: who did what, and the proof that nobody changed it since. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { type AuditRow, type SealedRow, verifyChain } from '../../operations/audit.ts';
import { type Actor, formatActor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand, type NowContext } from '../../operations/command.ts';
import type { Json } from '../../operations/json.ts';
import { everything, type Scope } from '../../operations/scope.ts';
import { findTarget, type TargetName } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { type ClientNames, renderRow } from './blocks.ts';

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
  /** What the daily card showed last; null before the first one. */
  readonly readPosted: (tx: Tx) => Promise<{ readonly position: number; readonly hash: string } | null>;
  /** The hash at a position now; null where there is no such row any more. */
  readonly readHashAt: (tx: Tx, position: number) => Promise<string | null>;
  readonly readNames: (tx: Tx, scope: Scope) => Promise<readonly TargetName[]>;
  /** Id of the channel where the head is posted every day; null where none is set. */
  readonly opsChannel: string | null;
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
      const names = await powers.readNames(context.tx, everything);
      const found = input.client === undefined ? null : findTarget(names, input.client);
      if (found?.kind === 'refused') return found;
      const asked = { input, targetId: found?.id, clients: new Map(names.map((one) => [one.id, one])) };
      return input.action === 'export' ? exportRows(powers, context, asked) : show(powers, context, asked);
    },
  });

interface Asked {
  readonly input: AuditInput;
  readonly targetId: string | undefined;
  readonly clients: ClientNames;
}

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

const toRecord = (row: AuditRow & { readonly position: number | null }, clients: ClientNames): Json => ({
  position: row.position,
  at: row.at.toISOString(),
  actor: row.actor,
  place: row.place,
  via: row.via,
  event: row.event,
  verb: row.verb,
  operation: row.operationId,
  target: row.targetId,
  client: clients.get(row.targetId ?? '')?.key ?? null,
  detail: row.detail,
});

const show = async (
  powers: AuditPowers,
  { tx, scope, actor }: NowContext,
  { input, targetId, clients }: Asked,
) => {
  const rows = await powers.read(tx, scope, toFilter(input, actor, targetId, shown + 1));
  return answerLines({
    lines: [
      rows.length === 0
        ? 'Nothing in the record fits.'
        : rows.length > shown
          ? `The newest ${shown}; there are more:`
          : `${rows.length} in the record:`,
      ...rows.slice(0, shown).map((row) => renderRow(row, clients, powers.zone)),
    ],
    foot: `${scope.kind === 'only' ? 'This channel shows the rows of its client only. ' : ''}\`/acuops audit export\` gives them all as a file; \`--client\`, \`--by\`, \`--verb\`, \`--event\` and \`--since\` narrow both.`,
    data: rows.slice(0, shown).map((row) => toRecord(row, clients)),
  });
};

const exportRows = async (
  powers: AuditPowers,
  { tx, scope, spokenId, actor }: NowContext,
  { input, targetId, clients }: Asked,
) => {
  const rows = await powers.read(tx, scope, toFilter(input, actor, targetId, exported));
  const records = rows.map((row) => toRecord(row, clients));
  return answerLines({
    lines: [
      `${rows.length === 1 ? 'One row' : `${rows.length} rows`} of the record, as JSON lines${rows.length === exported ? `; only the newest ${exported}, narrow it with \`--since\` or \`--client\` for the rest` : ''}.`,
    ],
    data: records,
    file: {
      name: `audit-${spokenId}.jsonl`,
      title: `Audit ${spokenId}`,
      content: records.map((record) => JSON.stringify(record)).join('\n'),
    },
  });
};
