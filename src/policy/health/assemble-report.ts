/** Puts judged clients into one report: ordered, compared with the check before, common cause and exit code decided. */
import { compareChecks } from './changes.ts';
import { decideCommonCause } from './common-cause.ts';
import type { ClientHealth, ControlAnswer } from './facts.ts';
import { compareClients, decideExitCode } from './fleet.ts';
import { type HealthReport, toHealthCheck, toHealthReport } from './report.ts';

export interface ReportInput {
  readonly scope: string;
  readonly startedAt: Date;
  /** Null while the check runs. */
  readonly finishedAt: Date | null;
  /** How many clients the scope has; `clients` may still be fewer. */
  readonly total: number;
  readonly clients: readonly ClientHealth[];
  readonly control: ControlAnswer;
  /** The newest finished check of the same scope, under the name people know it by. */
  readonly previous: { readonly reference: string; readonly report: HealthReport } | null;
}

export const assembleReport = (input: ReportInput): HealthReport => {
  const clients = input.clients.toSorted(compareClients);
  const before = input.previous === null ? null : toHealthCheck(input.previous.report);
  return toHealthReport({
    schema: 'acuops.health/1',
    scope: input.scope,
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    progress: { done: clients.length, total: input.total },
    clients,
    previous:
      before === null || input.previous === null
        ? null
        : { reference: input.previous.reference, finishedAt: before.finishedAt ?? before.startedAt },
    changes: before === null ? { appeared: [], recovered: [] } : compareChecks(before.clients, clients),
    commonCause: decideCommonCause(clients, input.control),
    exitCode: decideExitCode(clients, input.finishedAt !== null),
  });
};
