/** A deploy's first line: how it stands in one clause, as a lock screen shows it. */
import { escapeShort } from '../../blocks/escape.ts';
import { renderPerson } from '../../blocks/person.ts';
import { sayWallTime } from '../../blocks/time.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';
import { summarize } from './plan.ts';
import { sayCount } from './version-words.ts';

interface Clock {
  readonly now: Date;
  readonly zone: string;
}

const sayWhat = ({ client, environment, isDryRun }: DeployReport): string =>
  `${isDryRun ? 'Dry run for' : 'Deploy of'} ${escapeShort(client.name, 60)}, ${environment}`;

/** "sign-in refused since 01:40 CST; 2 checks failed: test, lint": the first two, and how many more. What fails says more than what is not known. */
const sayBlocking = (report: DeployReport, { now, zone }: Clock): string => {
  const { blocking } = summarize(report);
  const failing = blocking.filter(({ verdict }) => verdict === 'fail');
  const told = (failing.length > 0 ? failing : blocking).map(({ say, moment }) =>
    moment === null ? say : `${say} ${moment.word} ${sayWallTime(moment.at, zone, now)}`,
  );
  const says = [...new Set(told.length > 0 ? told : report.missing)];
  const shown = says.slice(0, 2).map((say) => escapeShort(say, 120));
  const more = says.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};

const sayBlocked = (report: DeployReport, clock: Clock): string => {
  const { approval, isDryRun } = report;
  const asked = isDryRun ? 'would not start' : 'not started';
  return `${approval === null ? asked : 'approved, but not started'}, ${sayBlocking(report, clock)}`;
};

const sayWaiting = (report: DeployReport, { now, zone }: Clock): string => {
  const { needed, expiresAt } = report.approval ?? { needed: 1, expiresAt: now };
  return `waits for ${sayCount(needed, 'approval')} until ${sayWallTime(expiresAt, zone, now)}${sayWarned(report)}`;
};

const sayApproved = (report: DeployReport): string =>
  report.approval === null
    ? 'nothing is in the way, and nobody has to be asked'
    : `approved by ${sayApprovers(report)}`;

const sayLast = ({ approval }: DeployReport): string => {
  const last = approval?.votes.at(-1);
  if (last === undefined) return 'somebody';
  return `${renderPerson(last.by)}${last.reason === null ? '' : `: ${escapeShort(last.reason, 120)}`}`;
};

/** How it stands, in one clause. */
const outcomes: Readonly<Record<DeployReport['state'], (report: DeployReport, clock: Clock) => string>> = {
  looking: () => 'looking at GitHub and the site',
  blocked: sayBlocked,
  ready: (report) => sayReady(report),
  waiting: sayWaiting,
  checking: () => 'approved, looking once more before anything is started',
  approved: sayApproved,
  rejected: (report) => `rejected by ${sayLast(report)}`,
  withdrawn: (report) => `withdrawn by ${sayLast(report)}`,
  expired: () => 'nobody approved in time, so nothing was started',
};

const sayReady = (report: DeployReport): string => {
  const { warnings } = summarize(report);
  return warnings.length === 0
    ? 'nothing is in the way'
    : `ready, with ${sayCount(warnings.length, 'warning')}`;
};

const sayWarned = (report: DeployReport): string => {
  const { warnings } = summarize(report);
  return warnings.length === 0 ? '' : `, with ${sayCount(warnings.length, 'warning')}`;
};

const sayApprovers = ({ approval }: DeployReport): string =>
  (approval?.votes ?? [])
    .filter(({ verdict }) => verdict === 'approve')
    .map(({ by }) => renderPerson(by))
    .join(' and ');

/** The lock screen's line. */
export const sayVerdict = (report: DeployReport, clock: Clock): string =>
  `${sayWhat(report)}: ${outcomes[report.state](report, clock)}`;

const stateEmoji = {
  looking: '⏳',
  checking: '⏳',
  waiting: '🙋',
  approved: '✅',
  rejected: '⛔',
  withdrawn: '↩️',
  expired: '⌛',
} as const;

export const findEmoji = (report: DeployReport, isLive: boolean): string => {
  if (!isLive) return '⏭️';
  const { blocking, warnings } = summarize(report);
  if (report.state === 'ready') return warnings.length === 0 ? '✅' : '⚠️';
  if (report.state === 'blocked') return blocking.some(({ verdict }) => verdict === 'fail') ? '❌' : '❔';
  return stateEmoji[report.state];
};
