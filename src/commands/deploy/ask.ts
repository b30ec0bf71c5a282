/** Asks people about a plan and looks again after they agreed: what they agreed to is exactly what is still true, or they are asked anew. */
import { type ApprovalRound, decideApproval, type Vote } from '../../operations/approval.ts';
import { isSameActor } from '../../operations/call.ts';
import type { Operation, Step, StepContext, StepOutcome } from '../../operations/operation.ts';
import type { Target } from '../../operations/target.ts';
import { diffPlans } from '../../policy/deploy/diff-plans.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';
import { encodeReport, fanFacts, finish, gatherAgain, readGathering, waitForItem } from './gathering.ts';
import { decodeReport, endLate, findChanges } from './plan.ts';
import type { DeployPowers, Reminder } from './powers.ts';

const minuteMs = 60_000;
/** A vote that was let in before the end may be written a moment after it; none that comes later is. */
const lastVoteMs = 15_000;
const longestYesMs = 30 * minuteMs;

/** What was gathered: a report; still open; too old by now; or null where it never came together. */
export type Gathered = DeployReport | 'open' | 'old' | null;

interface AskReads {
  readonly readTarget: (context: StepContext) => Promise<Target | null>;
  readonly readGathered: (context: StepContext) => Promise<Gathered>;
}

export const createAskSteps = (
  powers: DeployPowers,
  { readTarget, readGathered }: AskReads,
): Readonly<Record<string, Step>> => ({
  /** The plan that the report holds; each one has its own round, and no vote of an earlier one counts. */
  ask: async (context) => {
    const { operation, now } = context;
    const report = decodeReport(operation.result);
    const target = await readTarget(context);
    // A plan that is not whole is never asked about; a client that left meanwhile is not deployed to.
    if (report.planned === null || target === null) return finish(endLate(report, now()));
    const rule = powers.findRule(target.tier, report.environment);
    // Only before anybody was asked: a question that stands is not dropped by a setting that changed.
    if (rule.needed === 0 && report.approval === null) return finish({ ...report, state: 'approved' });
    const round = await powers.openRound(operation.id, {
      round: readGathering(operation),
      digest: report.planned.digest,
      requester: operation.actor,
      needed: Math.max(1, rule.needed),
      askedAt: now(),
      expiresAt: new Date(now().getTime() + rule.expiresMinutes * minuteMs),
    });
    // A round that stands for another plan than the one that is shown decides nothing.
    if (round.digest !== report.planned.digest) return finish(endLate(report, now()));
    return goOn(powers, context, target.id, report, round);
  },
  recheck: async (context) => {
    const gathered = await readGathered(context);
    if (gathered === 'open') return waitForItem(context);
    if (gathered === 'old') return gatherAgain(context);
    const before = decodeReport(context.operation.result);
    const { approval } = before;
    const after = gathered ?? endLate(before, context.now());
    const round = await powers.readRound(context.operation.id);
    const target = await readTarget(context);
    if (round === null || target === null)
      return end(powers, context.operation, { ...endLate(before, context.now()), approval });
    return settle(powers, context, { target, round, before, after });
  },
});

/** Who agreed must still be allowed to when it counts; of whom that cannot be read, nobody can say so. */
const findLost = async (
  powers: DeployPowers,
  { id }: Target,
  { votes }: ApprovalRound,
): Promise<readonly string[]> => {
  const may = await Promise.all(
    votes.filter(({ verdict }) => verdict === 'approve').map(({ by }) => powers.mayDecide(by, id)),
  );
  return may.every(Boolean) ? [] : ['somebody who agreed may not decide any more, or that cannot be read'];
};

/** Nobody was at work meanwhile: who agreed this morning did not agree to tonight. */
const findLateness = (votes: readonly Pick<Vote, 'at'>[], now: Date): readonly string[] => {
  const last = votes.at(-1)?.at;
  return last !== undefined && now.getTime() - last.getTime() > longestYesMs
    ? ['it was approved more than 30 minutes ago']
    : [];
};

interface Looked {
  readonly target: Target;
  readonly round: ApprovalRound;
  readonly before: DeployReport;
  readonly after: DeployReport;
}

/** What is no longer as it was agreed to. */
const findAllChanges = async (
  powers: DeployPowers,
  { target, round, before, after }: Looked,
  now: Date,
): Promise<readonly string[]> => [
  ...findChanges(before, after, (one, other) => diffPlans(one.plan, other.plan)),
  ...findLateness(round.votes, now),
  ...(await findLost(powers, target, round)),
  ...(powers.findRule(target.tier, before.environment).needed > round.needed
    ? ['more approvals are needed by now']
    : []),
];

const settle = async (
  powers: DeployPowers,
  { operation, now }: StepContext,
  looked: Looked,
): Promise<StepOutcome> => {
  const { round, before, after } = looked;
  const { approval } = before;
  const state = decideApproval(round, now());
  // A no that came while all was looked at again.
  if (state.kind === 'rejected' || state.kind === 'withdrawn')
    return end(powers, operation, {
      ...after,
      state: state.kind,
      approval: approval && { ...approval, votes: round.votes },
    });
  if (after.state === 'blocked') return end(powers, operation, { ...after, approval });
  const changes = await findAllChanges(powers, looked, now());
  if (changes.length === 0 && after.planned?.digest === before.planned?.digest)
    return end(powers, operation, { ...after, approval, state: 'approved' });
  return {
    kind: 'next',
    step: 'ask',
    memory: operation.memory,
    result: encodeReport({ ...after, approval: approval && { ...approval, changes } }),
  };
};

const goOn = async (
  powers: DeployPowers,
  context: StepContext,
  targetId: string,
  report: DeployReport,
  round: ApprovalRound,
): Promise<StepOutcome> => {
  const { operation, now } = context;
  const approvers = await powers.readApprovers(targetId);
  const shown: DeployReport = {
    ...report,
    approval: {
      round: round.round,
      needed: round.needed,
      expiresAt: round.expiresAt,
      requester: round.requester,
      groups: approvers.groups,
      votes: round.votes,
      changes: report.approval?.changes ?? [],
    },
  };
  const state = decideApproval(round, now());
  switch (state.kind) {
    case 'pending':
      await powers.showTo(
        operation.id,
        approvers.people.filter((person) => !isSameActor(person, operation.actor)),
      );
      return {
        kind: 'wait',
        until: await remindOrWait(powers, context, round, {
          round: round.round,
          client: report.client.name,
          environment: report.environment,
          missing: state.missing,
          expiresAt: round.expiresAt,
          groups: approvers.groups.slice(0, 5),
          isAnew: shown.approval !== null && shown.approval.changes.length > 0,
        }),
        memory: operation.memory,
        result: encodeReport({ ...shown, state: 'waiting' }),
      };
    case 'approved':
      return fanFacts(context, { ...shown, state: 'checking' }, round.round + 1);
    case 'expired':
      return now().getTime() < round.expiresAt.getTime() + lastVoteMs
        ? {
            kind: 'wait',
            until: new Date(round.expiresAt.getTime() + lastVoteMs),
            memory: operation.memory,
          }
        : end(powers, operation, { ...shown, state: 'expired' });
    case 'rejected':
    case 'withdrawn':
      return end(powers, operation, { ...shown, state: state.kind });
  }
};

/** At half time they are told once more, and at once where they have to decide anew: an edited card wakes nobody. */
const remindOrWait = async (
  powers: DeployPowers,
  { operation, now }: StepContext,
  round: ApprovalRound,
  reminder: Reminder,
): Promise<Date> => {
  const half = new Date((round.askedAt.getTime() + round.expiresAt.getTime()) / 2);
  const isHalf = now() >= half;
  if (isHalf || reminder.isAnew)
    await powers.remind(operation, { ...reminder, isAnew: reminder.isAnew && !isHalf });
  return isHalf ? round.expiresAt : half;
};

/** Whoever asked hears how it ended, wherever the card stands. */
export const tellAsker = async (
  powers: DeployPowers,
  { id, actor, place }: Pick<Operation, 'id' | 'actor' | 'place'>,
): Promise<void> => {
  if (place.kind !== 'dm') await powers.showTo(id, [actor]);
};

const end = async (
  powers: DeployPowers,
  operation: Operation,
  report: DeployReport,
): Promise<StepOutcome> => {
  await tellAsker(powers, operation);
  return finish(report);
};
