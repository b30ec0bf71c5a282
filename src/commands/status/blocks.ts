/** The picture of one client's known state; pure. */
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine, renderLink } from '../../blocks/escape.ts';
import { namePerson, nameStoredPerson } from '../../blocks/person.ts';
import { renderStatus, type Status, statusMarks } from '../../blocks/status-line.ts';
import { renderDate, renderTime, sayAge } from '../../blocks/time.ts';
import type { Answer } from '../../operations/command.ts';
import type { Json } from '../../operations/json.ts';
import type { ExitCode } from '../../operations/refusal.ts';
import type { Target } from '../../operations/target.ts';
import { decideState, findRespondBy } from '../../policy/health/client-health.ts';
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import type { ClockedObservation, RunFact, Verdict } from '../../policy/health/facts.ts';
import { isPullRequest, isTitledDryRun } from '../../policy/health/runs.ts';
import type { StatusFacts } from './command.ts';

export interface StatusView {
  readonly now: Date;
  readonly zone: string;
  /** Notes and names of who is on it are for the team. */
  readonly internal: boolean;
  /** Where it was asked. */
  readonly via: string;
}

const sayState = (facts: StatusFacts, view: StatusView): string => {
  const { target, observations, checks } = facts;
  const last = checks[0];
  if (target.status !== 'active')
    return `${target.status}, ${last ? `last checked ${sayAge(last.at, view.now)}` : 'never checked'}`;
  if (!last) return 'never checked';
  return `${renderStatus(decideState(observations))}, checked ${sayAge(last.at, view.now)}`;
};

const toExit = (state: Verdict): ExitCode => (state === 'fail' ? 1 : state === 'unknown' ? 4 : 0);

const saySince = (observation: ClockedObservation, { status }: Target, zone: string): string => {
  if (observation.since === null) return '';
  const at = renderDate(observation.since, zone);
  // Nobody looks at a client that left, and nobody can see what is unknown: what failed then may be well now.
  if (observation.verdict !== 'fail' || status !== 'active') return `, was failing since ${at}`;
  // "34 days ago, failing since today" would contradict itself: that clock is the failure's, not the deploy's.
  return observation.criterion === 'last-deploy' ? `, noticed ${at}` : `, failing since ${at}`;
};

/** The clauses of workflow, deploy and CI name their criterion themselves; that of an unknown one ("GitHub answered 503") does not. */
const sayObservations = ({ observations, target }: StatusFacts, zone: string): readonly string[] =>
  observations.map((observation) => {
    const { emoji, word } = statusMarks[observation.verdict];
    const isUnknown = observation.verdict === 'unknown';
    const name =
      isUnknown || observation.criterion === 'api' ? `${escapeLine(sayCriterion(observation))}: ` : '';
    const say = `${isUnknown ? `${word}, ` : ''}${escapeLine(observation.say)}`;
    const clause = name === '' ? say.replace(/^[a-z]/, (letter) => letter.toUpperCase()) : `${name}${say}`;
    const { moment } = observation;
    const told = moment === undefined ? '' : ` ${moment.word} ${renderDate(moment.at, zone)}`;
    return `${emoji} ${clause}${told}${saySince(observation, target, zone)}`;
  });

const runsShown = 3;

/** The newest ones, and the newest real one of the deploy workflow wherever it stands: that one is asked for most. */
const pickRuns = ({ runs, target }: StatusFacts): readonly RunFact[] => {
  const list = runs?.list ?? [];
  const newest = list.slice(0, runsShown);
  const deploy = list.find(
    (run) => run.file === target.deployWorkflow && !isPullRequest(run) && !isTitledDryRun(run),
  );
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

/** A dry run ends as "success" and deployed nothing: whoever looks for the last deploy must not take it for one. */
const sayRun = (run: RunFact, zone: string): string => {
  const link = renderLink(run.url, `${run.file} ${run.conclusion ?? run.status}`);
  const dry = isTitledDryRun(run) ? ' (dry run)' : '';
  return `• ${link}${dry} on ${escapeLine(run.branch ?? '–')}, ${renderDate(run.createdAt, zone)}`;
};

const sayRuns = (facts: StatusFacts, { now, zone }: StatusView): readonly string[] => {
  const { runs } = facts;
  if (!runs || runs.list.length === 0) return [];
  return [
    `Last runs, as GitHub said ${sayAge(runs.readAt, now)}:`,
    ...pickRuns(facts).map((run) => sayRun(run, zone)),
  ];
};

/** The team's own words: who is on it, and notes. */
const sayInternal = ({ claim, notes }: StatusFacts, { zone, via }: StatusView): readonly string[] => [
  ...(claim ? [`${namePerson(claim.by, via)} is on it since ${renderTime(claim.at, zone)}`] : []),
  ...(notes.length > 0 ? ['Notes:'] : []),
  ...notes.map(
    (note) => `• ${renderDate(note.at, zone)} ${nameStoredPerson(note.by, via)}: ${escapeLine(note.body)}`,
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
      dryRun: isTitledDryRun(run),
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
      ...(view.internal ? sayInternal(facts, view) : []),
    ],
    // A client's contact may not start a check, and a client that leaves is not judged by one.
    ...(view.internal && facts.target.status === 'active'
      ? { foot: `\`/acuops health ${facts.target.key}\` looks again now.` }
      : {}),
    data: toData(facts, view.internal),
    // Whoever is leaving or has left is listed, not judged.
    exit: facts.target.status === 'active' ? toExit(decideState(facts.observations)) : 0,
  });
