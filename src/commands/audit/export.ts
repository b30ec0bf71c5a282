/** `audit export`: rows as JSON lines, newest first, a part at a time. Its answer keeps which rows they are; what they say is read again from the record, which never changes, wherever the file is handed out. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { renderDate } from '../../blocks/time.ts';
import type { AuditFilter, AuditRow } from '../../operations/audit.ts';
import type { NowContext } from '../../operations/command.ts';
import { type Json, toJson } from '../../operations/json.ts';
import { mapStrings } from '../../operations/map-strings.ts';
import type { Operation } from '../../operations/operation.ts';
import { everything, type Scope } from '../../operations/scope.ts';
import type { TargetName } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { longestLine, toCode } from '../../operations/words.ts';
import type { ClientNames } from './blocks.ts';
import { type AuditInput, AuditWish, toFilter, toWords } from './filter.ts';

export type PlacedRow = AuditRow & { readonly position: number | null };

export interface ExportPowers {
  readonly readHead: (tx: Tx) => Promise<{ readonly unsealed: number }>;
  /** Sealed rows, newest first. */
  readonly readSealedRows: (
    tx: Tx,
    scope: Scope,
    filter: AuditFilter,
  ) => Promise<readonly (PlacedRow & { readonly position: number })[]>;
  /** Where the same rows stand. */
  readonly readSealedPositions: (
    tx: Tx,
    scope: Scope,
    filter: AuditFilter,
  ) => Promise<readonly { readonly position: number; readonly at: Date }[]>;
  readonly readNames: (tx: Tx, scope: Scope) => Promise<readonly TargetName[]>;
  /** For reading after the request is over. */
  readonly untied: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly redact: (text: string) => string;
  readonly zone: string;
}

/** Some ten megabytes: what a file in Slack and a terminal's answer carry without trouble. */
const mostRows = 10_000;
const pageRows = 250;

/** What the answer keeps: `newest` and `oldest` are numbers of rows. */
const Exported = z.object({
  count: z.number(),
  newest: z.number(),
  oldest: z.number(),
  /** The command for the older rows that fit too. */
  next: z.string().nullable(),
  filter: AuditWish,
});

export const toRecord = (row: PlacedRow, clients: ClientNames): Json => ({
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

export const toClients = (names: readonly TargetName[]): ClientNames =>
  new Map(names.map((name) => [name.id, name]));

export const exportRows = async (
  powers: ExportPowers,
  { tx, scope, spokenId }: NowContext,
  input: AuditInput,
  wish: AuditWish,
) => {
  const { unsealed } = await powers.readHead(tx);
  const found = await powers.readSealedPositions(tx, scope, toFilter(wish, input.before, mostRows + 1));
  const rows = found.slice(0, mostRows);
  const [newest, oldest] = [rows[0], rows.at(-1)];
  const waiting =
    unsealed === 0 || input.before !== undefined
      ? []
      : [
          `${unsealed === 1 ? 'One newer row is' : `${unsealed} newer rows are`} not sealed yet, so not in it: ask again in a moment.`,
        ];
  if (newest === undefined || oldest === undefined)
    return answerLines({ lines: ['Nothing in the record fits.', ...waiting], data: { count: 0, rows: [] } });
  const next =
    found.length > rows.length ? `audit export --before ${oldest.position}${toWords(input, wish)}` : null;
  const kept = { count: rows.length, newest: newest.position, oldest: oldest.position, next, filter: wish };
  const dates = [oldest, newest].map(({ at }) => renderDate(at, powers.zone)).join(' to ');
  const numbers =
    rows.length === 1 ? `row ${newest.position}` : `rows ${newest.position} to ${oldest.position}`;
  return {
    ...answerLines({
      lines: [
        `${rows.length === 1 ? 'One row' : `${rows.length} rows`} of the record as JSON lines, newest first: ${numbers}, ${dates}.`,
        ...(next === null
          ? ['No older row fits.']
          : [`Older ones fit too. The next part: ${toCode(`/acuops ${next}`, longestLine)}`]),
        ...waiting,
      ],
      data: toJson(kept),
      audit: { rows: rows.length, newest: newest.position, oldest: oldest.position },
    }),
    file: { name: `audit-${spokenId}.jsonl`, title: `Audit ${spokenId}` },
  };
};

/** Each page is another question to the database: in between, everything else has its turn. */
export async function* readExported(
  powers: ExportPowers,
  { result, scope }: Operation,
): AsyncGenerator<readonly Json[]> {
  const { data } = z.object({ data: Exported }).parse(result);
  const clients = toClients(await powers.untied((tx) => powers.readNames(tx, everything)));
  let left = data.count;
  let before = data.newest + 1;
  while (left > 0) {
    const filter = toFilter(data.filter, before, Math.min(pageRows, left));
    const rows = await powers.untied((tx) => powers.readSealedRows(tx, scope, filter));
    const last = rows.at(-1);
    // Fewer than there were: the record was cut, which `audit verify` tells.
    if (last === undefined) return;
    yield rows.map((row) => mapStrings(toRecord(row, clients), powers.redact));
    left -= rows.length;
    before = last.position;
  }
}
