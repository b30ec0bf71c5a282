/** The picture of a look at the desk itself: the verdict as a lock screen shows it, then everything that needs somebody, worst first, each with its mend. Pure. */
import type { KnownBlock } from '@slack/types';
import { cutText } from '../../blocks/escape.ts';
import { limits } from '../../blocks/limit-figures.ts';
import {
  context,
  type MessageFile,
  type RenderedMessage,
  renderMessage,
  section,
} from '../../blocks/message.ts';
import { toPlainMrkdwn } from '../../blocks/plain.ts';
import { statusMarks } from '../../blocks/status-line.ts';
import { renderDate } from '../../blocks/time.ts';
import type { Json } from '../../operations/json.ts';
import { type DoctorReport, type Finding, type FindingState, sayNumber, toExit } from './findings.ts';

export interface DoctorView {
  readonly zone: string;
  readonly spokenId: string;
}

const mostNames = 4;

const nameAll = (findings: readonly Finding[]): string => {
  const names = [...new Set(findings.map(({ name }) => name))];
  return names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
};

/** "2 things need mending: Slack scopes, GitHub token". */
export const sayVerdict = ({ findings, finishedAt, looked, areas }: DoctorReport): string => {
  const of = (state: FindingState) => findings.filter((finding) => finding.state === state);
  const [broken, unknown, warned] = [of('fail'), of('unknown'), of('warn')];
  if (finishedAt === null && broken.length === 0)
    return `Looking at the desk: ${looked} of ${areas} parts done`;
  if (broken.length > 0)
    return `${sayNumber(broken.length, 'thing')} ${broken.length === 1 ? 'needs' : 'need'} mending: ${nameAll(broken)}`;
  if (unknown.length > 0)
    return `${sayNumber(unknown.length, 'thing')} could not be looked at: ${nameAll(unknown)}`;
  if (warned.length > 0)
    return `The desk works; ${sayNumber(warned.length, 'thing')} to look at: ${nameAll(warned)}`;
  return 'All well';
};

const mostSay = 900;
const mostMend = 400;

const renderFinding = ({ name, state, say, mend }: Finding): string =>
  [
    `${statusMarks[state].emoji} *${name}*: ${cutText(say, mostSay)}`,
    ...(mend === null ? [] : [`→ ${cutText(mend, mostMend)}`]),
  ].join('\n');

/** Room for the verdict, what is well and the foot. */
const reserve = 2_500;

const renderFindings = (
  findings: readonly Finding[],
): { readonly blocks: readonly KnownBlock[]; readonly left: number } => {
  const blocks: KnownBlock[] = [];
  let room = limits.messageTotal - reserve;
  for (const finding of findings) {
    const text = renderFinding(finding);
    room -= text.length + limits.blockShare;
    if (room < 0 || blocks.length >= 40) break;
    blocks.push(section(text));
  }
  return { blocks, left: findings.length - blocks.length };
};

/** Nobody at work yet may mean that nobody is there to work. */
const waiting =
  'If this stays so for a minute, no worker is running: start one with `npm start`, or `ACUOPS_ROLES=worker npm start`.';

const renderPassed = (passed: readonly Finding[]): string =>
  passed.length === 0
    ? ''
    : `${statusMarks.pass.emoji} ${sayNumber(passed.length, 'check')} well: ${passed.map(({ name }) => name).join(', ')}`;

export const renderDoctor = (report: DoctorReport, view: DoctorView): RenderedMessage => {
  const verdict = sayVerdict(report);
  const needed = report.findings.filter(({ state }) => state !== 'pass');
  const passed = report.findings.filter(({ state }) => state === 'pass');
  const { blocks, left } = renderFindings(needed);
  const isDone = report.finishedAt !== null;
  const at = renderDate(new Date(report.finishedAt ?? report.startedAt), view.zone);
  const rest = left === 0 ? '' : ` · ${left} more are in the file doctor-${view.spokenId}.txt`;
  return renderMessage(
    verdict,
    [
      section(`*${verdict}*`),
      !isDone && report.looked === 0 ? context(waiting) : null,
      ...blocks,
      passed.length === 0 ? null : context(renderPassed(passed)),
      context(`${isDone ? 'Looked' : 'Started'} ${at}${rest} · ${view.spokenId}`),
    ],
    isDone && left > 0 ? renderFile(report, view) : undefined,
  );
};

const renderFile = ({ findings }: DoctorReport, { spokenId }: DoctorView): MessageFile => ({
  name: `doctor-${spokenId}.txt`,
  title: `Everything doctor found, ${spokenId}`,
  content: findings
    .flatMap((finding) => [
      toPlainMrkdwn(renderFinding(finding)),
      ...finding.names.map((name) => `  - ${name}`),
      '',
    ])
    .join('\n'),
});

/** What `--json` prints: the same in plain words. */
export const toDoctorJson = (report: DoctorReport): Json => ({
  ...report,
  verdict: sayVerdict(report),
  exitCode: toExit(report.findings),
  findings: report.findings.map((finding) => ({
    ...finding,
    say: toPlainMrkdwn(finding.say),
    mend: finding.mend === null ? null : toPlainMrkdwn(finding.mend),
  })),
});
