/** Puts judged clients into one report: ordered, compared with the check before, common cause and exit code decided. */
import { compareChecks } from './changes.ts';
import { decideCommonCause } from './common-cause.ts';
import type { ClientHealth, ControlAnswer } from './facts.ts';
import { compareClients, decideExitCode } from './fleet.ts';
import { decideGithubTrouble } from './github-trouble.ts';
import { type HealthCheck, type HealthReport, toHealthCheck, toHealthReport } from './report.ts';

export interface ReportInput {
  readonly scope: string;
  readonly startedAt: Date;
  /** Null while the check runs. */
  readonly finishedAt: Date | null;
  /** How many clients the scope has; `clients` may still be fewer. */
  readonly total: number;
  readonly clients: readonly ClientHealth[];
  readonly control: ControlAnswer;
  /** What to compare with, newest first, each under the name people know it by: of each client its entry in the first that has one. */
  readonly previous: readonly { readonly reference: string; readonly report: HealthReport }[];
}

const toPrevious = (
  checks: readonly { reference: string; check: HealthCheck }[],
): HealthCheck['previous'] => {
  const oldest = checks.at(-1);
  if (oldest === undefined) return null;
  const { reference, check } = oldest;
  return {
    reference: checks.length === 1 ? reference : null,
    finishedAt: check.finishedAt ?? check.startedAt,
  };
};

export const assembleReport = (input: ReportInput): HealthReport => {
  const clients = input.clients.toSorted(compareClients);
  const before = input.previous.map(({ reference, report }) => ({ reference, check: toHealthCheck(report) }));
  const seenBefore = new Map(
    before.toReversed().flatMap(({ check }) => check.clients.map((entry) => [entry.client.targetId, entry])),
  );
  return toHealthReport({
    schema: 'acuops.health/1',
    scope: input.scope,
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    progress: { done: clients.length, total: input.total },
    clients,
    previous: toPrevious(before),
    changes: compareChecks([...seenBefore.values()], before.length === 0 ? [] : clients),
    commonCause: decideCommonCause(clients, input.control),
    githubTrouble: decideGithubTrouble(clients),
    exitCode: decideExitCode(clients, input.finishedAt !== null),
  });
};
