/** The daily card with the audit's head: position and hash as they must be found again, and whether the last posted one still is. Pure. */
import { z } from 'zod';
import { context, type RenderedMessage, renderMessage, section } from '../../blocks/message.ts';
import { renderDate, sayDuration } from '../../blocks/time.ts';

export const HeadReport = z.object({
  position: z.number(),
  hash: z.string(),
  unsealed: z.number(),
  at: z.iso.datetime(),
  due: z.iso.datetime(),
  /** null where the run is on time. */
  lateMs: z.number().nullable(),
  /** The head posted last time; `gone` where the record does not hold it any more. */
  before: z.object({ position: z.number(), hash: z.string(), state: z.enum(['there', 'gone']) }).nullable(),
});
export type HeadReport = z.infer<typeof HeadReport>;

const shortHash = (hash: string): string => hash.slice(0, 12);

const sayVerdict = ({ position, hash, before }: HeadReport): string =>
  before?.state === 'gone'
    ? `❌ The audit was cut or changed: row ${before.position}, posted last time, is not what it was`
    : `Audit sealed up to row ${position}, ${shortHash(hash)}`;

const sayMend = ({ before }: HeadReport): string =>
  before?.state === 'gone'
    ? `Row ${before.position} had the hash \`${before.hash}\`. Keep this card, stop whoever can write to the database, and look with \`/acuops audit verify\`.`
    : '';

const sayLate = ({ due, lateMs }: HeadReport, zone: string): string =>
  lateMs === null
    ? ''
    : `⚠️ Late by ${sayDuration(lateMs)}: it was due ${renderDate(new Date(due), zone)}, and this one stands for all that were missed.`;

/** `report` is null until a worker has looked. */
export const renderHead = (
  report: HeadReport | null,
  view: { readonly zone: string; readonly spokenId: string },
): RenderedMessage => {
  if (report === null)
    return renderMessage('The head of the audit is being read', [
      section('The head of the audit is being read …'),
    ]);
  const verdict = sayVerdict(report);
  const waiting = report.unsealed === 0 ? '' : ` · ${report.unsealed} newer rows are not sealed yet`;
  return renderMessage(verdict, [
    section(
      [`*${verdict}*`, sayMend(report), sayLate(report, view.zone)].filter((line) => line !== '').join('\n'),
    ),
    section(`Row ${report.position}\n\`${report.hash}\``),
    context(
      `${renderDate(new Date(report.at), view.zone)}${waiting} · the record must hold this row with this hash for ever; \`/acuops audit verify\` checks · ${view.spokenId}`,
    ),
  ]);
};
