/** The picture of a planned deploy: its verdict as a lock screen shows it, then what would change, what is in the way, and what would be dispatched. Pure. */
import type { KnownBlock } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { cutText, escapeLine, renderLink } from '../../blocks/escape.ts';
import {
  actions,
  button,
  context,
  fitLines,
  type RenderedMessage,
  renderMessage,
  section,
} from '../../blocks/message.ts';
import { statusMarks } from '../../blocks/status-line.ts';
import { renderDate, sayAge, sayWallTime } from '../../blocks/time.ts';
import { toCode } from '../../operations/words.ts';
import { type DeployReport, kept } from '../../policy/deploy/report.ts';
import { summarize } from './plan.ts';
import { renderChange, sayProjects, toShort } from './version-words.ts';

export interface DeployView {
  readonly now: Date;
  /** Zone of the place, for lock screen and fallbacks. */
  readonly zone: string;
  readonly spokenId: string;
  readonly cardId: string;
  readonly version: number;
  /** Spoken id of the newer card, where there is one; then nothing can be pressed here. */
  readonly supersededBy: string | null;
}

type Gate = DeployReport['gates'][number];
type Clock = Pick<DeployView, 'now' | 'zone'>;

/** What each gate looks at, as people call it. */
const gateTitles: Readonly<Record<Gate['name'], string>> = {
  health: 'Site',
  orphans: 'Unknown projects',
  scope: 'Change',
  failures: 'Deploys before',
  cooldown: 'Cooldown',
  hours: 'Hours',
  'staging-first': 'Staging',
  'test-tenant': 'Test tenant',
  checks: 'Checks',
  workflow: 'Workflow',
  'co-publish': 'Published together',
  killswitch: 'Killswitch',
};

const escapeShort = (text: string, max: number): string => cutText(escapeLine(text), max);

const sayCount = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const sayWhat = ({ client, environment }: DeployReport): string =>
  `Dry run for ${escapeShort(client.name, 60)}, ${environment}`;

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

/** The lock screen's line. */
const sayVerdict = (report: DeployReport, clock: Clock): string => {
  if (report.state === 'looking') return `${sayWhat(report)}: looking at GitHub and the site`;
  if (report.state === 'blocked') return `${sayWhat(report)}: would not start, ${sayBlocking(report, clock)}`;
  const { warnings } = summarize(report);
  const but =
    warnings.length === 0 ? 'nothing is in the way' : `ready, with ${sayCount(warnings.length, 'warning')}`;
  return `${sayWhat(report)}: ${but}`;
};

const findEmoji = (report: DeployReport, isLive: boolean): string => {
  if (!isLive) return '⏭️';
  if (report.state === 'looking') return '⏳';
  if (report.state === 'ready') return summarize(report).warnings.length === 0 ? '✅' : '⚠️';
  return summarize(report).blocking.some(({ verdict }) => verdict === 'fail') ? '❌' : '❔';
};

const renderMoment = (moment: Gate['moment'], zone: string): string =>
  moment === null ? '' : ` ${moment.word} ${renderDate(moment.at, zone)}`;

/** Several gates that one cause keeps from an answer are one line. */
const groupGates = (gates: readonly Gate[]): readonly (readonly Gate[])[] => [
  ...Map.groupBy(gates, ({ verdict, say, next }) => `${verdict} ${say} ${next ?? ''}`).values(),
];

const renderGroup = (gates: readonly Gate[], zone: string): string => {
  const [first] = gates;
  if (first === undefined) return '';
  const { verdict, say, moment, next, url } = first;
  const names = gates.map(({ name }) => gateTitles[name]).join(', ');
  const link = url === null ? '' : ` · ${renderLink(url, 'Open')}`;
  const unknown = verdict === 'unknown' ? 'unknown, ' : '';
  const step = next === null ? '' : `\n→ ${escapeShort(next, 200)}`;
  return `${statusMarks[verdict].emoji} *${names}*: ${unknown}${escapeShort(say, 200)}${renderMoment(moment, zone)}${link}${step}`;
};

const renderGates = (gates: readonly Gate[], zone: string): KnownBlock | null => {
  const lines = groupGates(gates).map((group) => renderGroup(group, zone));
  return lines.length === 0
    ? null
    : section(fitLines(lines, 2_900, (left) => `… and ${left} more, see \`--json\``).text);
};

/** What one cause keeps from the plan is one line. */
const renderMissing = ({ missing }: DeployReport): KnownBlock | null => {
  const byCause = Map.groupBy(missing, (say) => /: (.*)$/su.exec(say)?.[1] ?? say);
  const lines = [...byCause].map(([cause, says]) => {
    const whats = says.map((say) => say.slice(0, say.length - cause.length).replace(/: $/u, ''));
    return `❔ *The plan is not whole*: ${escapeShort([whats.filter((what) => what !== '').join(', '), cause].filter((part) => part !== '').join(': '), 400)}`;
  });
  return lines.length === 0
    ? null
    : section(fitLines(lines, 1_500, (left) => `… and ${left} more, see \`--json\``).text);
};

/** What passes needs no words; they are in `--json`. */
const renderPassed = ({ gates }: DeployReport): KnownBlock | null => {
  const passed = gates.filter(({ verdict }) => verdict === 'pass');
  return passed.length === 0
    ? null
    : context(
        `✅ ${passed.length} of ${gates.length} pass: ${passed.map(({ name }) => gateTitles[name]).join(', ')}`,
      );
};

const renderPlanned = (report: DeployReport): KnownBlock | null => {
  const { planned, neighbours } = report;
  if (planned === null) return null;
  const { plan } = planned;
  const engine =
    plan.engine === null ? '' : `, engine ${escapeShort(plan.engine.ref, 60)} ${toShort(plan.engine.sha)}`;
  const others =
    neighbours === 0
      ? ''
      : `\nThe site restarts for ${sayCount(neighbours, 'other client')} too: they share it.`;
  return section(
    `Would run ${toCode(plan.workflow.file)} at ${toShort(plan.sha)}${engine}\nWould publish ${sayProjects(plan)}${others}`,
  );
};

const pastMarks: Readonly<Record<DeployReport['past'][number]['outcome'], string>> = {
  success: '🟩 published',
  failure: '🟥 failed',
  'rolled-back': '🟧 rolled back',
  cancelled: '⬜ cancelled',
  running: '🟦 running',
  unread: '❔ not looked into',
};

const renderPast = ({ past }: DeployReport, now: Date): KnownBlock | null =>
  past.length === 0
    ? null
    : context(
        `Last ${past.length === 1 ? 'deploy' : `${past.length} deploys`}: ${past
          .slice(0, kept.past)
          .map(({ outcome, at, url }) => `${renderLink(url, pastMarks[outcome])} ${sayAge(at, now)}`)
          .join(' · ')}`,
      );

const renderFoot = (report: DeployReport, { zone, spokenId }: DeployView): KnownBlock => {
  const { gatheredAt, planned } = report;
  const parts = [
    'Nothing was changed',
    ...(gatheredAt === null ? [] : [`as of ${renderDate(gatheredAt, zone)}`]),
    ...(planned === null ? [] : [`plan ${planned.digest.slice(0, 8)}`]),
    spokenId,
  ];
  return context(parts.join(' · '));
};

const renderButtons = (report: DeployReport, { cardId, version }: DeployView): KnownBlock | null =>
  report.state === 'looking'
    ? null
    : actions(`acuops:deploy:${cardId}:${version}`, [
        button({
          label: 'Plan again',
          actionId: toActionId('deploy', 'again'),
          value: toActionValue({ cardId, version }),
        }),
      ]);

export const renderDeployCard = (report: DeployReport, view: DeployView): RenderedMessage => {
  const isLive = view.supersededBy === null;
  const verdict = sayVerdict(report, view);
  const text = isLive ? verdict : `Superseded by ${view.supersededBy ?? ''}, older picture: ${verdict}`;
  const { blocking, warnings } = summarize(report);
  return renderMessage(text, [
    section(`${findEmoji(report, isLive)} *${text.replaceAll('*', '∗')}*`),
    ...renderChange(report, view),
    renderGates(blocking, view.zone),
    renderMissing(report),
    renderGates(warnings, view.zone),
    renderPassed(report),
    renderPlanned(report),
    renderPast(report, view.now),
    renderFoot(report, view),
    isLive ? renderButtons(report, view) : null,
  ]);
};
