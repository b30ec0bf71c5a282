/** The sealed record: how a row is made canonical, how it is chained, and how a chain is checked. Pure; the store reads and writes. */
import { createHash } from 'node:crypto';
import type { Json } from './json.ts';

/** Everything that a row can say of a request. */
export const auditEvents = [
  'asked',
  'answered',
  'joined',
  'refused',
  'denied',
  'finished',
  'imported',
] as const;
export type AuditEvent = (typeof auditEvents)[number];

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly place: string;
  readonly via: string;
  readonly event: string;
  readonly verb: string;
  readonly operationId: string | null;
  readonly targetId: string | null;
  readonly detail: Json;
}

export interface SealedRow extends AuditRow {
  readonly position: number;
  readonly hash: string;
}

/** What the first row is chained to. */
export const genesis = createHash('sha256').update('acuops audit').digest('hex');

/** Keys sorted by UTF-16 units, numbers as ECMAScript writes them, no spaces (the order RFC 8785 asks for); Postgres' jsonb keeps neither order nor spacing. */
export const toCanonical = (value: Json): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((entry: Json) => toCanonical(entry)).join(',')}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json });
  return `{${entries
    .filter(([, entry]) => entry !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${toCanonical(entry)}`)
    .join(',')}}`;
};

export const seal = (row: AuditRow, position: number, previous: string): string =>
  createHash('sha256')
    .update(previous)
    .update('\n')
    .update(
      toCanonical({
        position,
        id: row.id,
        at: row.at.toISOString(),
        actor: row.actor,
        place: row.place,
        via: row.via,
        event: row.event,
        verb: row.verb,
        operationId: row.operationId,
        targetId: row.targetId,
        detail: row.detail,
      }),
    )
    .digest('hex');

export type ChainVerdict =
  | { readonly kind: 'whole'; readonly count: number; readonly head: string }
  | {
      readonly kind: 'broken';
      readonly position: number;
      readonly rowId: string | null;
      readonly why: 'changed' | 'missing';
    };

/** Walks sealed rows in order of position; stops at the first that does not follow. */
export const verifyChain = async (rows: AsyncIterable<SealedRow>): Promise<ChainVerdict> => {
  let head = genesis;
  let expected = 1;
  for await (const row of rows) {
    if (row.position !== expected) return { kind: 'broken', position: expected, rowId: null, why: 'missing' };
    if (seal(row, row.position, head) !== row.hash)
      return { kind: 'broken', position: row.position, rowId: row.id, why: 'changed' };
    head = row.hash;
    expected += 1;
  }
  return { kind: 'whole', count: expected - 1, head };
};

/** Which rows of the record are asked for. */
export interface AuditFilter {
  readonly targetId?: string | undefined;
  readonly actor?: string | undefined;
  readonly verb?: string | undefined;
  readonly event?: string | undefined;
  readonly since?: Date | undefined;
  /** Of it nothing, of the moments before it all. */
  readonly until?: Date | undefined;
  /** Sealed rows alone: those with a lower position. */
  readonly before?: number | undefined;
  readonly limit: number;
}
