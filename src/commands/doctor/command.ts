/** `doctor`: looks at the desk itself, names what is broken and how to mend it. */
import { z } from 'zod';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Operation } from '../../operations/operation.ts';
import { renderDoctor, toDoctorJson } from './blocks.ts';
import { areas, DoctorReport } from './findings.ts';
import { createDoctorItems, createDoctorSteps, deadlineMs } from './job.ts';
import type { DoctorPowers } from './powers.ts';

export interface DoctorParts extends DoctorPowers {
  readonly log: (line: string, detail: object) => void;
}

export const defineDoctor = (parts: DoctorParts): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'doctor',
    aliases: ['dr'],
    summary: 'Look at the desk itself: what is broken, and how to mend it',
    words: { positionals: [], flags: {} },
    example: 'doctor',
    input: z.strictObject({}),
    permission: () => 'operate',
    effect: 'none',
    // It names channels and repositories of all clients: never shown where one of them reads.
    asks: () => ({ kind: 'desk' }),
    joinKey: () => 'doctor',
    firstStep: 'look',
    deadlineMs,
    steps: createDoctorSteps(),
    items: createDoctorItems(parts, parts.log),
    render: async ({ operation, zone }) =>
      renderDoctor(readReport(operation), { zone, spokenId: operation.spokenId }),
    toJson: (operation) => toDoctorJson(readReport(operation)),
  });

/** Asked, but no worker has begun yet: an empty report says just that. */
const readReport = (operation: Operation): DoctorReport => {
  const report = DoctorReport.safeParse(operation.result);
  if (report.success) return report.data;
  return {
    schema: 'acuops.doctor/1',
    startedAt: operation.createdAt.toISOString(),
    finishedAt: null,
    looked: 0,
    areas: areas.length,
    findings: [],
  };
};
