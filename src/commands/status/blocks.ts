/** The picture of one client's known state; pure. */
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine, renderLink } from '../../blocks/escape.ts';
import { renderPerson, renderStoredPerson } from '../../blocks/person.ts';
import { renderStatus, statusMarks } from '../../blocks/status-line.ts';
import { renderDate, renderTime, sayAge } from '../../blocks/time.ts';
import type { Answer } from '../../operations/command.ts';
import type { Json } from '../../operations/json.ts';
import type { ExitCode } from '../../operations/refusal.ts';
import { decideState } from '../../policy/health/client-health.ts';
import type { Observation, Verdict } from '../../policy/health/facts.ts';
import type { StatusFacts } from './command.ts';

export interface StatusView {
  readonly now: Date;
  readonly zone: string;
  /** Notes and names of who is on it are for the team. */
  readonly internal: boolean;
}

const sayState = (facts: StatusFacts, view: StatusView): string => {
  const { target, observations, checks } = facts;
  if (target.status !== 'active') return target.status;
  const last = checks[0];
  if (!last) return 'never checked';
  return `${renderStatus(decideState(observations))}, checked ${sayAge(last.at, view.now)}`;
};

const toExit = (state: Verdict): ExitCode => (state === 'fail' ? 1 : state === 'unknown' ? 4 : 0);

/** Production and the only CI workflow go without saying; the clauses of the others name what they are about. */
const nameCriterion = ({ criterion, subject }: Pick<Observation, 'criterion' | 'subject'>): string => {
  if (criterion !== 'api') return '';
  return subject === undefined || subject === 'production' ? 'API: ' : `API (${escapeLine(subject)}): `;
};

const sayObservations = ({ observations }: StatusFacts, zone: string): readonly string[] =>
  observations.map((observation) => {
    const since = observation.since ? `, failing since ${renderDate(observation.since, zone)}` : '';
    const unknown = observation.verdict === 'unknown' ? `${observation.criterion}: unknown, ` : '';
    const name = unknown === '' ? nameCriterion(observation) : unknown;
    return `${statusMarks[observation.verdict].emoji} ${name}${escapeLine(observation.say)}${since}`;
  });

const runsShown = 3;

const sayRuns = ({ runs }: StatusFacts, { now, zone }: StatusView): readonly string[] => {
  if (!runs || runs.list.length === 0) return [];
  return [
    `Last runs, as GitHub said ${sayAge(runs.readAt, now)}:`,
    ...runs.list
      .slice(0, runsShown)
      .map(
        (run) =>
          `• ${renderLink(run.url, `${run.file} ${run.conclusion ?? run.status}`)} on ${escapeLine(run.branch ?? '–')}, ${renderDate(run.createdAt, zone)}`,
      ),
  ];
};

/** The team's own words: who is on it, and notes. */
const sayInternal = ({ claim, notes }: StatusFacts, zone: string): readonly string[] => [
  ...(claim ? [`${renderPerson(claim.by)} is on it since ${renderTime(claim.at, zone)}`] : []),
  ...(notes.length > 0 ? ['Notes:'] : []),
  ...notes.map(
    (note) => `• ${renderDate(note.at, zone)} ${renderStoredPerson(note.by)}: ${escapeLine(note.body)}`,
  ),
];

const toData = ({ target, checks, observations, runs, notes }: StatusFacts, internal: boolean): Json => ({
  key: target.key,
  name: target.name,
  tier: target.tier,
  status: target.status,
  state: observations.length > 0 ? decideState(observations) : null,
  checks: checks.map((check) => ({ state: check.state, at: check.at.toISOString() })),
  observations: observations.map((one) => ({
    criterion: one.criterion,
    subject: one.subject ?? null,
    verdict: one.verdict,
    cause: one.cause,
    say: one.say,
    since: one.since?.toISOString() ?? null,
    observedAt: one.observedAt.toISOString(),
  })),
  runs: (runs?.list ?? []).slice(0, runsShown).map((run) => ({
    id: run.id,
    file: run.file,
    conclusion: run.conclusion,
    status: run.status,
    at: run.createdAt.toISOString(),
    url: run.url,
  })),
  ...(internal
    ? { notes: notes.map((note) => ({ by: note.by, text: note.body, at: note.at.toISOString() })) }
    : {}),
});

export const renderStatusAnswer = (facts: StatusFacts, view: StatusView): Answer =>
  answerLines({
    lines: [
      `*${escapeLine(facts.target.name)}* (${facts.target.tier}): ${sayState(facts, view)}`,
      ...sayObservations(facts, view.zone),
      ...sayRuns(facts, view),
      ...(view.internal ? sayInternal(facts, view.zone) : []),
    ],
    // A client's contact may not start a check.
    ...(view.internal ? { foot: '`/acuops health` looks again now.' } : {}),
    data: toData(facts, view.internal),
    // Whoever is leaving or has left is listed, not judged.
    exit: facts.target.status === 'active' ? toExit(decideState(facts.observations)) : 0,
  });
