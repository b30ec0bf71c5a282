/** `audit-head`: once a day the sealed head of the audit is posted to the team's own channel, out of reach of whoever could cut the record's end. Asked by the desk's timer only. */
import { z } from 'zod';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Step } from '../../operations/operation.ts';
import { findLateness } from '../../policy/schedule.ts';
import { HeadReport, renderHead } from './blocks.ts';

export interface SealedHead {
  readonly position: number;
  readonly hash: string;
}

export interface AuditHeadPowers {
  readonly readHead: () => Promise<SealedHead & { readonly unsealed: number }>;
  /** What was posted last; null before the first time. */
  readonly readPosted: () => Promise<SealedHead | null>;
  /** The hash at a position now; null where there is no such row any more. */
  readonly readHashAt: (position: number) => Promise<string | null>;
}

/** Time for the sealer to get there. */
const sealMs = 1_000;
const mostWaits = 3;

const HeadInput = z.strictObject({ due: z.iso.datetime() });

export const defineAuditHead = (powers: AuditHeadPowers): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'audit-head',
    aliases: [],
    hidden: true,
    summary: 'Post the head of the sealed audit',
    words: { positionals: [], flags: {} },
    example: 'audit-head',
    input: HeadInput,
    permission: () => 'tend',
    effect: 'none',
    asks: () => ({ kind: 'desk' }),
    joinKey: () => null,
    firstStep: 'read',
    deadlineMs: null,
    steps: { read: read(powers) },
    render: async ({ operation, zone }) => {
      const report = HeadReport.safeParse(operation.result);
      return renderHead(report.success ? report.data : null, { zone, spokenId: operation.spokenId });
    },
    toJson: (operation) => operation.result,
  });

const read =
  (powers: AuditHeadPowers): Step =>
  async ({ operation, now }) => {
    const { due } = HeadInput.parse(operation.input);
    const { position, hash, unsealed } = await powers.readHead();
    const waits = Number(operation.memory['waits'] ?? 0);
    // The row of this very request is sealed within a second; a sealer that stands still is said, not waited for.
    if (unsealed > 0 && waits < mostWaits)
      return { kind: 'wait', until: new Date(now().getTime() + sealMs), memory: { waits: waits + 1 } };
    const posted = await powers.readPosted();
    const still = posted === null || posted.position === 0 ? null : await powers.readHashAt(posted.position);
    const broken = posted !== null && posted.position > 0 && still !== posted.hash;
    const result: HeadReport = {
      position,
      hash,
      unsealed,
      at: now().toISOString(),
      due,
      lateMs: findLateness(new Date(due), operation.createdAt),
      before: posted === null ? null : { ...posted, state: broken ? 'gone' : 'there' },
    };
    return { kind: 'done', result, exit: broken ? 1 : 0 };
  };
