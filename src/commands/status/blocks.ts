/** The picture of one client's known state; pure. */
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine, renderLink } from '../../blocks/escape.ts';
import { renderPerson, renderStoredPerson } from '../../blocks/person.ts';
import { renderStatus, type Status, statusMarks } from '../../blocks/status-line.ts';
import { renderDate, renderTime, sayAge } from '../../blocks/time.ts';
import type { Answer } from '../../operations/command.ts';
import type { Json } from '../../operations/json.ts';
import type { ExitCode } from '../../operations/refusal.ts';
import { decideState, findRespondBy } from '../../policy/health/client-health.ts';
import type { Observation, RunFact, Verdict } from '../../policy/health/facts.ts';
import { isPullRequest } from '../../policy/health/runs.ts';
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

/** The newest ones, and the newest of the deploy workflow wherever it stands: that one is asked for most. */
const pickRuns = ({ runs, target }: StatusFacts): readonly RunFact[] => {
  const list = runs?.list ?? [];
  const newest = list.slice(0, runsShown);
  const deploy = list.find((run) => run.file === target.deployWorkflow && !isPullRequest(run));
  return deploy === undefined || newest.includes(deploy)
    ? newest
    : [...newest.slice(0, runsShown - 1), deploy];
};

const sayDeadline = ({ target, observations }: StatusFacts, { now, zone }: StatusView): readonly string[] => {
  const due = target.status === 'active' ? findRespondBy(target.tier, observations) : null;
  if (due === null) return [];
  return [
    due < now
      ? `⏰ Overdue: an answer was due ${renderDate(due, zone)}`
      : `Answer due by ${renderDate(due, zone)}`,
  ];
};

/** Oldest last, the one above left out: "Before: ❌ 5 min ago, ✅ 1 h ago". */
const sayHistory = ({ checks }: StatusFacts, { now }: StatusView): readonly string[] => {
  const before = checks
    .slice(1)
    .map((check) => `${statusMarks[toStatus(check.state)].emoji} ${sayAge(check.at, now)}`);
  return before.length === 0 ? [] : [`Checks before: ${before.join(', ')}`];
};

const toStatus = (state: string): Status => (state in statusMarks ? (state as Status) : 'unknown');

const sayRuns = (facts: StatusFacts, { now, zone }: StatusView): readonly string[] => {
  const { runs } = facts;
  if (!runs || runs.list.length === 0) return [];
  return [
    `Last runs, as GitHub said ${sayAge(runs.readAt, now)}:`,
    ...pickRuns(facts).map(
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

const toData = (facts: StatusFacts, internal: boolean): Json => {
  const { target, checks, observations, notes } = facts;
  return {
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
    respondBy:
      target.status === 'active' ? (findRespondBy(target.tier, observations)?.toISOString() ?? null) : null,
    runs: pickRuns(facts).map((run) => ({
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
  };
};

export const renderStatusAnswer = (facts: StatusFacts, view: StatusView): Answer =>
  answerLines({
    lines: [
      `*${escapeLine(facts.target.name)}* (${facts.target.tier}): ${sayState(facts, view)}`,
      ...sayObservations(facts, view.zone),
      ...sayDeadline(facts, view),
      ...sayHistory(facts, view),
      ...sayRuns(facts, view),
      ...(view.internal ? sayInternal(facts, view.zone) : []),
    ],
    // A client's contact may not start a check.
    ...(view.internal ? { foot: '`/acuops health` looks again now.' } : {}),
    data: toData(facts, view.internal),
    // Whoever is leaving or has left is listed, not judged.
    exit: facts.target.status === 'active' ? toExit(decideState(facts.observations)) : 0,
  });
