/** The picture of one client's known state; pure. */
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine, renderLink } from '../../blocks/escape.ts';
import { renderPerson, renderStoredPerson } from '../../blocks/person.ts';
import { renderStatus } from '../../blocks/status-line.ts';
import { renderDate, renderTime, sayAge } from '../../blocks/time.ts';
import type { Answer } from '../../operations/command.ts';
import type { ExitCode } from '../../operations/refusal.ts';
import { decideState } from '../../policy/health/client-health.ts';
import type { Verdict } from '../../policy/health/facts.ts';
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

const listObservations = ({ observations }: StatusFacts, view: StatusView): readonly string[] =>
  observations.map((observation) => {
    const subject = observation.subject === undefined ? '' : ` ${escapeLine(observation.subject)}`;
    const since = observation.since ? ` since ${renderTime(observation.since, view.zone)}` : '';
    return `• ${observation.criterion}${subject}: ${renderStatus(observation.verdict)}, ${escapeLine(observation.say)}${since}`;
  });

const takeRecent = ({ runs }: StatusFacts) => runs?.list.slice(0, 3) ?? [];

const listRuns = (facts: StatusFacts, view: StatusView): readonly string[] => {
  const recent = takeRecent(facts);
  if (facts.runs === null || recent.length === 0) return [];
  return [
    `Last runs, as GitHub said ${sayAge(facts.runs.readAt, view.now)}:`,
    ...recent.map(
      (run) =>
        `• ${renderLink(run.url, `${run.file} ${run.conclusion ?? run.status}`)} on ${escapeLine(run.branch ?? '–')}, ${renderDate(run.createdAt, view.zone)}`,
    ),
  ];
};

const listNotes = ({ notes }: StatusFacts, view: StatusView): readonly string[] =>
  notes.length === 0
    ? []
    : [
        'Notes:',
        ...notes.map(
          (note) =>
            `• ${renderDate(note.at, view.zone)} ${renderStoredPerson(note.by)}: ${escapeLine(note.body)}`,
        ),
      ];

export const renderStatusAnswer = (facts: StatusFacts, view: StatusView): Answer => {
  const { target, observations, notes, claim, checks } = facts;
  const recent = takeRecent(facts);
  const lines = [
    `*${escapeLine(target.name)}* (${target.tier}): ${sayState(facts, view)}`,
    ...listObservations(facts, view),
    ...(view.internal && claim
      ? [`${renderPerson(claim.by)} is on it since ${renderTime(claim.at, view.zone)}`]
      : []),
    ...listRuns(facts, view),
    ...(view.internal ? listNotes(facts, view) : []),
  ];
  return answerLines({
    lines,
    foot: '`/acuops health` looks again now.',
    data: {
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
      runs: recent.map((run) => ({
        id: run.id,
        file: run.file,
        conclusion: run.conclusion,
        status: run.status,
        at: run.createdAt.toISOString(),
        url: run.url,
      })),
      ...(view.internal
        ? { notes: notes.map((note) => ({ by: note.by, text: note.body, at: note.at.toISOString() })) }
        : {}),
    },
    exit: toExit(decideState(observations)),
  });
};
