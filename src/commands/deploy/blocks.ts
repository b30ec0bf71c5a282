/** The picture of a planned deploy: its verdict as a lock screen shows it, then what would change, what is in the way, and what would be dispatched. Pure. */
import type { KnownBlock } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { cutText, escapeShort, renderLink } from '../../blocks/escape.ts';
import {
  actions,
  button,
  context,
  type RenderedMessage,
  renderMessage,
  section,
} from '../../blocks/message.ts';
import { renderDate, sayAge } from '../../blocks/time.ts';
import { toCode } from '../../operations/words.ts';
import { type DeployReport, kept } from '../../policy/deploy/report.ts';
import { listButtons, renderApproval } from './approval-blocks.ts';
import { renderGates, renderMissing, renderPassed } from './gate-blocks.ts';
import { summarize } from './plan.ts';
import { findEmoji, sayVerdict } from './verdict-words.ts';
import { renderChange, sayCount, sayProjects, toShort } from './version-words.ts';

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

const renderPlanned = (report: DeployReport): KnownBlock | null => {
  const { planned, neighbours } = report;
  if (planned === null) return null;
  const { plan } = planned;
  const engine = plan.engines
    .slice(0, 3)
    .map(({ ref, sha }) => `, engine ${escapeShort(ref, 60)} ${toShort(sha)}`)
    .join('');
  const others =
    neighbours === 0
      ? ''
      : `\nThe site restarts for ${sayCount(neighbours, 'other client')} too: they share it.`;
  return section(
    `Would run ${toCode(plan.workflow.file)} at ${toShort(plan.sha)}${engine}\nWould publish ${sayProjects(plan)}${others}`,
  );
};

/** As for the links of a version. */
const pastChars = 900;

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
        cutText(
          `Last ${past.length === 1 ? 'deploy' : `${past.length} deploys`}: ${past
            .slice(0, kept.past)
            .map(({ outcome, at, url }) => `${renderLink(url, pastMarks[outcome])} ${sayAge(at, now)}`)
            .join(' · ')}`,
          pastChars,
        ),
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

const goesOn: ReadonlySet<DeployReport['state']> = new Set(['looking', 'waiting', 'checking']);

const renderButtons = (report: DeployReport, view: DeployView): KnownBlock | null => {
  const { cardId, version } = view;
  const again = button({
    label: report.isDryRun ? 'Plan again' : 'Ask again',
    actionId: toActionId('deploy', 'again'),
    value: toActionValue({ cardId, version }),
  });
  return actions(
    `acuops:deploy:${cardId}:${version}:${report.approval?.round ?? 0}`,
    goesOn.has(report.state) ? listButtons(report, view) : [again],
  );
};

/** What to do with a yes, as long as the desk itself starts nothing. */
const renderByHand = ({ state, planned, environment }: DeployReport): KnownBlock | null =>
  state !== 'approved' || planned === null
    ? null
    : section(
        `→ This desk does not start deploys yet. By hand: tag ${toShort(planned.plan.sha)}, then run ${toCode(planned.plan.workflow.file)} on that tag with environment ${environment}.`,
      );

/** So that all parts together stay below Slack's sum. */
const blockingChars = 2_200;
const warningChars = 1_000;

export const renderDeployCard = (report: DeployReport, view: DeployView): RenderedMessage => {
  const isLive = view.supersededBy === null;
  const verdict = sayVerdict(report, view);
  const text = isLive ? verdict : `Superseded by ${view.supersededBy ?? ''}, older picture: ${verdict}`;
  const { blocking, warnings } = summarize(report);
  return renderMessage(text, [
    section(`${findEmoji(report, isLive)} *${text.replaceAll('*', '∗')}*`),
    ...renderApproval(report, view.zone),
    renderByHand(report),
    ...renderChange(report, view),
    renderGates(blocking, view.zone, blockingChars),
    renderMissing(report),
    renderGates(warnings, view.zone, warningChars),
    renderPassed(report),
    renderPlanned(report),
    renderPast(report, view.now),
    renderFoot(report, view),
    isLive ? renderButtons(report, view) : null,
  ]);
};
