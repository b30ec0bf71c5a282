/** Asking people, by itself: what becomes of each end, of a plan that changed, and of a question that nobody answers. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createAskSteps } from '../../../src/commands/deploy/ask.ts';
import { encodeReport } from '../../../src/commands/deploy/gathering.ts';
import { decodeReport } from '../../../src/commands/deploy/plan.ts';
import type { DeployPowers, Reminder } from '../../../src/commands/deploy/powers.ts';
import type { ApprovalRound, Vote } from '../../../src/operations/approval.ts';
import type { Actor } from '../../../src/operations/call.ts';
import type { StepOutcome } from '../../../src/operations/operation.ts';
import type { DeployReport } from '../../../src/policy/deploy/report.ts';
import { now } from '../../policy/health/sample-facts.ts';
import { makeOperation } from '../../support/card-memory.ts';
import { sampleTarget } from '../health/pretend-health.ts';
import { samplePlanned, sampleReport } from './sample-report.ts';

const requester: Actor = { team: 'T0DESK', user: 'U0ASKER' };
const ann: Actor = { team: 'T0DESK', user: 'U0ANN' };
const ben: Actor = { team: 'T0DESK', user: 'U0BEN' };
const minuteMs = 60_000;

interface World {
  votes: readonly Vote[];
  rounds: ApprovalRound[];
  told: Actor[];
  reminders: Reminder[];
  at: Date;
  needed: number;
  may: boolean;
}
let world: World;
beforeEach(() => {
  world = { votes: [], rounds: [], told: [], reminders: [], at: now, needed: 1, may: true };
});

const nobody = (): never => {
  throw new Error('asking reads nothing outside');
};
const powers: DeployPowers = {
  readTarget: nobody,
  readNeighbours: nobody,
  readPipeline: nobody,
  readHistory: nobody,
  readSource: nobody,
  readInstance: nobody,
  fingerprint: nobody,
  readKillswitch: nobody,
  findRule: () => ({ needed: world.needed, expiresMinutes: 20 }),
  openRound: async (_operation, round) => {
    const known = world.rounds.find((one) => one.round === round.round);
    const standing = known ?? { ...round, votes: [] };
    if (!known) world.rounds.push(standing);
    return { ...standing, votes: world.votes };
  },
  readRound: async () => {
    const newest = world.rounds.at(-1) ?? null;
    return newest && { ...newest, votes: world.votes };
  },
  mayDecide: async () => world.may,
  readApprovers: async () => ({ groups: ['S0APPROVERS'], people: [requester, ann] }),
  showTo: async (_operation, people) => void world.told.push(...people),
  remind: async (_operation, reminder) => void world.reminders.push(reminder),
};

const run = async (
  name: 'ask' | 'recheck',
  report: DeployReport,
  given: {
    readonly gathering?: number;
    readonly gathered?: DeployReport | null;
    readonly isGone?: boolean;
  } = {},
): Promise<StepOutcome> => {
  const target = given.isGone ? null : sampleTarget();
  const step = createAskSteps(powers, {
    readTarget: async () => target,
    readGathered: async () => given.gathered ?? null,
  })[name];
  if (!step) throw new Error(`no step ${name}`);
  return step({
    operation: makeOperation({
      verb: 'deploy',
      actor: requester,
      input: { client: 'heritage', env: 'production', dryRun: false },
      memory: { gathering: given.gathering ?? 1 },
      result: encodeReport(report),
    }),
    now: () => world.at,
    signal: new AbortController().signal,
    items: async () => [],
  });
};

const report = sampleReport({ isDryRun: false, planned: samplePlanned('a') });
const vote = (by: Actor, verdict: Vote['verdict'], reason: string | null = null): Vote => ({
  by,
  verdict,
  reason,
  at: now,
});
const shown = (outcome: StepOutcome): DeployReport =>
  decodeReport('result' in outcome ? outcome.result : null);

describe('asking', () => {
  it('shows the card to those who may decide, but not to whoever asked, and waits half the time', async () => {
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'wait', until: new Date(now.getTime() + 10 * minuteMs) });
    expect(shown(outcome)).toMatchObject({ state: 'waiting', approval: { round: 1, needed: 1 } });
    expect(world.told).toEqual([ann]);
    expect(world.rounds[0]).toMatchObject({ digest: report.planned?.digest, requester });
  });

  it('reminds at half time and then waits for the end', async () => {
    await run('ask', report);
    world.at = new Date(now.getTime() + 10 * minuteMs);
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'wait', until: new Date(now.getTime() + 20 * minuteMs) });
    expect(world.reminders).toMatchObject([{ round: 1, missing: 1, groups: ['S0APPROVERS'], isAnew: false }]);
  });

  it('says at once that it asks anew, and reminds at half time all the same', async () => {
    const approval = {
      round: 1,
      needed: 1,
      expiresAt: now,
      requester,
      groups: [],
      votes: [],
      changes: ['another version'],
    };
    const waiting = shown(await run('ask', { ...report, approval }, { gathering: 2 }));
    expect(world.reminders).toMatchObject([{ round: 2, isAnew: true }]);
    world.reminders = [];
    world.at = new Date(now.getTime() + 10 * minuteMs);
    await run('ask', waiting, { gathering: 2 });
    expect(world.reminders).toMatchObject([{ round: 2, isAnew: false }]);
  });

  it('takes silence for a no, and tells whoever asked', async () => {
    await run('ask', report);
    world.told = [];
    world.at = new Date(now.getTime() + 20 * minuteMs);
    // Whoever was let in at the last moment is still waited for.
    expect(await run('ask', report)).toMatchObject({ kind: 'wait' });
    world.at = new Date(now.getTime() + 20 * minuteMs + 15_000);
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'done', exit: 1 });
    expect(shown(outcome).state).toBe('expired');
    expect(world.told).toEqual([requester]);
  });

  it('looks at all facts again when enough agreed', async () => {
    world.votes = [vote(ann, 'approve')];
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'fan', step: 'site', items: [{ key: 'facts-2' }] });
    expect(shown(outcome).state).toBe('checking');
  });

  it.each([
    ['reject', 'rejected'],
    ['withdraw', 'withdrawn'],
  ] as const)('ends at once where somebody says %s', async (verdict, state) => {
    world.votes = [vote(ann, verdict, 'month end')];
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'done', exit: 1 });
    expect(shown(outcome)).toMatchObject({ state, approval: { votes: [{ reason: 'month end' }] } });
  });

  it('asks nobody where nobody is needed', async () => {
    world.needed = 0;
    const outcome = await run('ask', report);
    expect(outcome).toMatchObject({ kind: 'done', exit: 0 });
    expect(world.told).toEqual([]);
  });

  it('goes on asking where the setting changed meanwhile', async () => {
    const waiting = shown(await run('ask', report));
    world.needed = 0;
    expect(shown(await run('ask', waiting))).toMatchObject({ state: 'waiting', approval: { needed: 1 } });
  });

  it('decides nothing where the round stands for another plan', async () => {
    await run('ask', { ...report, planned: samplePlanned('b') });
    world.votes = [vote(ann, 'approve')];
    expect(shown(await run('ask', report)).state).toBe('blocked');
  });

  it('never asks about a plan that is not whole, nor for a client that is gone', async () => {
    for (const outcome of [
      await run('ask', { ...report, planned: null }),
      await run('ask', report, { isGone: true }),
    ])
      expect(shown(outcome)).toMatchObject({ state: 'blocked' });
    expect(world.rounds).toEqual([]);
  });
});

describe('looking again', () => {
  const approved = sampleReport({
    ...report,
    state: 'checking',
    approval: {
      round: 1,
      needed: 1,
      expiresAt: now,
      requester,
      groups: [],
      votes: [vote(ann, 'approve')],
      changes: [],
    },
  });
  const again = async (after: DeployReport | null, votes = approved.approval?.votes ?? []) => {
    world.rounds = [
      {
        round: 1,
        digest: report.planned?.digest ?? '',
        requester,
        needed: 1,
        askedAt: now,
        expiresAt: new Date(now.getTime() + 20 * minuteMs),
        votes: [],
      },
    ];
    world.votes = votes;
    return run('recheck', approved, { gathering: 2, gathered: after });
  };

  it('ends where somebody says no while all is looked at again', async () => {
    const outcome = await again(report, [vote(ann, 'approve'), vote(ben, 'reject', 'month end')]);
    expect(shown(outcome)).toMatchObject({
      state: 'rejected',
      approval: { votes: [{}, { reason: 'month end' }] },
    });
  });

  it('asks anew where somebody who agreed may not decide any more, or more are needed by now', async () => {
    world.may = false;
    expect(shown(await again(report)).approval?.changes.join()).toContain('may not decide any more');
    world.may = true;
    world.needed = 2;
    expect(shown(await again(report)).approval?.changes).toEqual(['more approvals are needed by now']);
  });

  it('asks anew where a warning names more than it did, but not where it only counts on', async () => {
    const warn = (say: string): DeployReport => ({
      ...report,
      gates: report.gates.map((gate) =>
        gate.name === 'cooldown' ? { ...gate, verdict: 'warn' as const, cause: 'soon', say } : gate,
      ),
    });
    const before = {
      ...approved,
      ...warn('cancelled 3 minutes ago'),
      state: 'checking' as const,
      approval: approved.approval,
    };
    await again(report);
    const check = (say: string) => run('recheck', before, { gathering: 2, gathered: warn(say) });
    expect(shown(await check('cancelled 9 minutes ago')).state).toBe('approved');
    expect(shown(await check('cancelled 9 minutes ago: Payroll')).approval?.changes).toHaveLength(1);
  });

  it('lets the very same plan through', async () => {
    const outcome = await again(report);
    expect(outcome).toMatchObject({ kind: 'done', exit: 0 });
    expect(shown(outcome)).toMatchObject({ state: 'approved', approval: { votes: [{ by: ann }] } });
    expect(world.told).toEqual([requester]);
  });

  it('asks anew where the plan changed, and says what', async () => {
    const outcome = await again({ ...report, planned: samplePlanned('b') });
    expect(outcome).toMatchObject({ kind: 'next', step: 'ask', memory: { gathering: 2 } });
    expect(shown(outcome).approval?.changes.join()).toContain('version');
  });

  it('asks anew where there is a warning that nobody saw', async () => {
    const gates = report.gates.map((gate) =>
      gate.name === 'hours'
        ? { ...gate, verdict: 'warn' as const, cause: 'business-hours', say: 'business hours' }
        : gate,
    );
    const outcome = await again({ ...report, gates });
    expect(shown(outcome).approval?.changes).toEqual(['new warning: business hours']);
  });

  it('asks anew where nobody was at work for long', async () => {
    world.at = new Date(now.getTime() + 31 * minuteMs);
    expect(shown(await again(report)).approval?.changes).toEqual([
      'it was approved more than 30 minutes ago',
    ]);
  });

  it('starts nothing where something is in the way by now, or nobody could look', async () => {
    const blocked = await again({ ...report, state: 'blocked' });
    expect(blocked).toMatchObject({ kind: 'done' });
    expect(shown(blocked)).toMatchObject({ state: 'blocked', approval: { votes: [{ by: ann }] } });
    expect(shown(await again(null)).state).toBe('blocked');
  });
});
