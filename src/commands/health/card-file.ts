/** The whole check as a plain text table, for what a card has no room for. Depends on the report alone, so that it can be told by its hash. */
import { cleanLine, cutText } from '../../blocks/escape.ts';
import type { MessageFile } from '../../blocks/message.ts';
import { statusMarks } from '../../blocks/status-line.ts';
import { sayStamp } from '../../blocks/time.ts';
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import { sayPriority, sayVerdict } from '../../policy/health/fleet.ts';
import { sayReach, sayTrouble } from '../../policy/health/github-trouble.ts';
import type { Change, CheckedClient, CheckedObservation, HealthCheck } from '../../policy/health/report.ts';

const columns = [
  'STATE',
  'PRIORITY',
  'CLIENT',
  'KEY',
  'TIER',
  'ANSWER BY',
  'CRITERION',
  'SINCE',
  'CAUSE',
  'NEXT',
  'LINK',
] as const;

/** One row per criterion that does not pass; a healthy or unjudged client has one row. */
const toRows = (client: CheckedClient, zone: string): string[][] => {
  const say = (at: Date | null): string => (at === null ? '' : sayStamp(at, zone));
  const { name, key, tier, status } = client.client;
  const head = [
    statusMarks[client.state].word,
    client.state === 'fail' || client.priority !== 'none' ? sayPriority(client.priority) : '',
    name,
    key,
    tier,
    say(client.respondBy),
  ];
  const toCells = (entry: CheckedObservation): string[] => {
    const moment = entry.moment === undefined ? '' : ` ${entry.moment.word} ${say(entry.moment.at)}`;
    const cause = `${statusMarks[entry.verdict].word}: ${entry.say}${moment}`;
    return [sayCriterion(entry), say(entry.since), cause, entry.next ?? '', entry.url ?? ''];
  };
  const told = client.observations.filter((entry) => entry.verdict !== 'pass');
  if (told.length === 0) return [[...head, '', '', client.state === 'not-judged' ? status : '', '', '']];
  return told.map((entry) => [...head, ...toCells(entry)]);
};

const renderTable = (rows: readonly (readonly string[])[]): string => {
  const cells = rows.map((row) => row.map((cell) => cutText(cleanLine(cell), 300)));
  const widths = columns.map((_, index) =>
    cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), 0),
  );
  return cells
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const renderChanges = (title: string, changes: readonly Change[]): string[] =>
  changes.length === 0
    ? []
    : [
        '',
        title,
        ...changes.map(
          (change) => `- ${cleanLine(change.name)}: ${sayCriterion(change)}, ${cleanLine(change.say)}`,
        ),
      ];

export const renderFile = (check: HealthCheck, zone: string, spokenId: string): MessageFile => {
  const at = check.finishedAt ?? check.startedAt;
  const say = (moment: Date): string => sayStamp(moment, zone);
  const rows = check.clients.flatMap((client) => toRows(client, zone));
  const content = [
    `Health check ${spokenId}: ${cleanLine(check.scope)}, ${sayStamp(at, zone)}`,
    cleanLine(sayVerdict(check, say)),
    ...(check.commonCause === null
      ? []
      : [`${cleanLine(check.commonCause.say)}. Next: ${cleanLine(check.commonCause.next)}`]),
    ...(check.githubTrouble === null
      ? []
      : [
          `${cleanLine(sayTrouble(check.githubTrouble, say))}: ${sayReach(check.githubTrouble, say)}. Next: ${check.githubTrouble.next}`,
        ]),
    ...renderChanges('New since the check before:', check.changes.appeared),
    ...renderChanges('Recovered since the check before:', check.changes.recovered),
    ...renderChanges('No longer known since the check before:', check.changes.hidden),
    ...renderChanges('Known again since the check before:', check.changes.visible),
    '',
    renderTable([columns, ...rows]),
    '',
  ].join('\n');
  return {
    name: `health-${spokenId}.txt`,
    title: `All ${check.clients.length} clients of check ${spokenId}`,
    content,
  };
};
