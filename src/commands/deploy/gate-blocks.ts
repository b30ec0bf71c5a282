/** What gates said, and what keeps a plan from being whole, each cause once. */
import type { KnownBlock } from '@slack/types';
import { escapeShort, renderLink } from '../../blocks/escape.ts';
import { context, fitLines, section } from '../../blocks/message.ts';
import { statusMarks } from '../../blocks/status-line.ts';
import { renderDate } from '../../blocks/time.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';

type Gate = DeployReport['gates'][number];

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

export const renderGates = (gates: readonly Gate[], zone: string, max: number): KnownBlock | null => {
  const lines = groupGates(gates).map((group) => renderGroup(group, zone));
  return lines.length === 0
    ? null
    : section(fitLines(lines, max, (left) => `… and ${left} more, see \`--json\``).text);
};

/** What one cause keeps from the plan is one line. */
export const renderMissing = ({ missing }: DeployReport): KnownBlock | null => {
  const byCause = Map.groupBy(missing, (say) => /: (.*)$/su.exec(say)?.[1] ?? say);
  const lines = [...byCause].map(([cause, says]) => {
    const whats = says.map((say) => say.slice(0, say.length - cause.length).replace(/: $/u, ''));
    return `❔ *The plan is not whole*: ${escapeShort([whats.filter((what) => what !== '').join(', '), cause].filter((part) => part !== '').join(': '), 400)}`;
  });
  return lines.length === 0
    ? null
    : section(fitLines(lines, 700, (left) => `… and ${left} more, see \`--json\``).text);
};

/** What passes needs no words; they are in `--json`. */
export const renderPassed = ({ gates }: DeployReport): KnownBlock | null => {
  const passed = gates.filter(({ verdict }) => verdict === 'pass');
  return passed.length === 0
    ? null
    : context(
        `✅ ${passed.length} of ${gates.length} pass: ${passed.map(({ name }) => gateTitles[name]).join(', ')}`,
      );
};
