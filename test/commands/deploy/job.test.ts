/** The steps by themselves: who is not planned for, in which order things are looked at, and what becomes of facts that never came together. */
import { describe, expect, it } from 'vitest';
import { encodeReport, packFacts, packSite } from '../../../src/commands/deploy/gathering.ts';
import { createDeploySteps } from '../../../src/commands/deploy/job.ts';
import { decodeReport } from '../../../src/commands/deploy/plan.ts';
import type { DeployPowers } from '../../../src/commands/deploy/powers.ts';
import type { DeployFacts, SiteFacts } from '../../../src/commands/deploy/read-facts.ts';
import type { Actor } from '../../../src/operations/call.ts';
import type { ItemResult, StepContext, StepOutcome } from '../../../src/operations/operation.ts';
import type { Target } from '../../../src/operations/target.ts';
import { gateNames } from '../../../src/policy/deploy/facts.ts';
import { gateFacts } from '../../policy/deploy/sample-gate-facts.ts';
import { known, now } from '../../policy/health/sample-facts.ts';
import { makeOperation } from '../../support/card-memory.ts';
import { sampleTarget } from '../health/pretend-health.ts';
import { samplePlanned } from './sample-report.ts';

const nobody = (): never => {
  throw new Error('steps ask nobody');
};

interface Given {
  readonly target?: Target | null;
  readonly items?: readonly ItemResult[];
  readonly result?: unknown;
  readonly dryRun?: boolean;
  readonly gathering?: number;
  readonly team?: string;
  /** To whom the card is shown, as it happens. */
  readonly told?: Actor[];
}

const run = async (name: 'gather' | 'site' | 'judge', given: Given = {}): Promise<StepOutcome> => {
  const { target = sampleTarget() } = given;
  const powers: DeployPowers = {
    ...(new Proxy({}, { get: () => nobody }) as DeployPowers),
    readTarget: async () => target,
    readKillswitch: async () => gateFacts().killswitch,
    findRule: nobody,
    openRound: nobody,
    readApprovers: nobody,
    showTo: async (_operation, people) => void (given.told ?? nobody()).push(...people),
    remind: nobody,
  };
  const step = createDeploySteps(powers)[name];
  if (!step) throw new Error(`no step ${name}`);
  const context: StepContext = {
    operation: makeOperation({
      verb: 'deploy',
      actor: { team: given.team ?? 'T0DESK', user: 'U0ANN' },
      input: { client: 'heritage', env: 'production', dryRun: given.dryRun ?? true },
      scope: { kind: 'only', targetIds: ['id-heritage'] },
      memory: { gathering: given.gathering ?? 1 },
      createdAt: now,
      result: (given.result ?? null) as never,
    }),
    now: () => now,
    signal: new AbortController().signal,
    items: async () => given.items ?? [],
  };
  return step(context);
};

const begin = async (): Promise<unknown> => {
  const outcome = await run('gather');
  if (outcome.kind !== 'fan') throw new Error(outcome.kind);
  return outcome.result;
};

const facts = (over: Partial<DeployFacts> = {}): DeployFacts => {
  const { now: _now, instance: _instance, killswitch: _killswitch, ...gates } = gateFacts();
  return { gates, planned: samplePlanned('a'), missing: [], site: { kind: 'free' }, neighbours: 0, ...over };
};
const done = (key: string, result: ItemResult['result']): ItemResult => ({ key, state: 'done', result });
const open = (key: string): ItemResult => ({ key, state: 'open', result: null });
const late = (key: string): ItemResult => ({ key, state: 'timed-out', result: null });
const wellFacts = done('facts-1', packFacts({ at: now, value: facts() }));
const wellSite = done('site-1', packSite({ at: now, value: gateFacts().instance }));

const asker: Actor = { team: 'T0DESK', user: 'U0ANN' };

const agreed = async () =>
  encodeReport({
    ...decodeReport(await begin()),
    state: 'checking',
    approval: {
      round: 1,
      needed: 1,
      expiresAt: now,
      requester: asker,
      groups: [],
      votes: [],
      changes: [],
    },
  });

describe('gathering', () => {
  it('asks GitHub first, holding up nobody at the instance', async () => {
    expect(await run('gather')).toMatchObject({
      kind: 'fan',
      items: [{ key: 'facts-1', limitKey: 'github' }],
      step: 'site',
    });
    expect(await begin()).toMatchObject({ state: 'looking', ref: 'main', gates: [] });
  });

  it.each([
    ['that left the registry', null, 'not in the registry'],
    ['that leaves', sampleTarget('heritage', { status: 'offboarding' }), 'nothing is deployed there'],
    ['without that environment', sampleTarget('heritage', { environments: [] }), 'no production environment'],
  ])('is refused for a client %s, at the begin and in between', async (_name, target, say) => {
    const refused = { kind: 'refuse', refusal: { say: expect.stringContaining(say) as string } };
    expect(await run('gather', { target })).toMatchObject(refused);
    expect(await run('site', { target, items: [wellFacts], result: await begin() })).toMatchObject(refused);
  });

  it('is refused to a user of the machine, who could be anybody, but for a plan alone', async () => {
    expect(await run('gather', { team: 'local', dryRun: false })).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'denied' },
    });
    expect(await run('gather', { team: 'local' })).toMatchObject({ kind: 'fan' });
  });
});

describe('the site', () => {
  it('is asked when GitHub has answered, one at a time, with what must be known before', async () => {
    const result = await begin();
    expect(await run('site', { items: [open('facts-1')], result })).toMatchObject({ kind: 'wait' });
    const site: SiteFacts = { kind: 'publishing', since: now.toISOString(), runUrl: null };
    const gates = { ...facts().gates, testTenant: known('Test') };
    const items = [done('facts-1', packFacts({ at: now, value: facts({ site, gates }) }))];
    expect(await run('site', { items, result })).toMatchObject({
      kind: 'fan',
      items: [{ key: 'site-1', limitKey: 'instance:at-heritage', input: { site, testTenant: 'Test' } }],
      step: 'judge',
    });
  });

  it('is asked by its own name after people agreed', async () => {
    const items = [wellFacts, wellSite, done('facts-2', packFacts({ at: now, value: facts() }))];
    const result = await agreed();
    expect(await run('site', { items, result, gathering: 2 })).toMatchObject({
      items: [{ key: 'site-2' }],
      step: 'recheck',
    });
  });

  it('is not asked for a client that left after people agreed, which whoever asked hears', async () => {
    const told: Actor[] = [];
    const items = [wellFacts, wellSite, done('facts-2', packFacts({ at: now, value: facts() }))];
    const given = { target: null, items, result: await agreed(), gathering: 2, told };
    expect(await run('site', given)).toMatchObject({ kind: 'refuse' });
    expect(told).toEqual([asker]);
  });

  it('is not asked where GitHub never answered', async () => {
    const asked = { items: [late('facts-1')], result: await begin() };
    expect(await run('site', asked)).toMatchObject({ kind: 'next', step: 'judge' });
  });
});

describe('judging', () => {
  it('waits while the site is open', async () => {
    const items = [wellFacts, open('site-1')];
    expect(await run('judge', { items, result: await begin() })).toMatchObject({ kind: 'wait' });
  });

  it.each([
    ['GitHub', [late('facts-1')]],
    ['the site', [wellFacts, late('site-1')]],
    ['anybody, as it is gone', [done('facts-1', null)]],
  ])('lets nothing pass where %s never answered', async (_name, items) => {
    const outcome = await run('judge', { items, result: await begin() });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    expect(outcome.exit).toBe(4);
    const report = decodeReport(outcome.result);
    expect(report).toMatchObject({ state: 'blocked', planned: null });
    expect(report.gates.map(({ name, verdict }) => [name, verdict])).toEqual(
      gateNames.map((name) => [name, 'unknown']),
    );
  });

  it('ends a dry run with what it found', async () => {
    const well = await run('judge', { items: [wellFacts, wellSite], result: await begin() });
    expect(well).toMatchObject({ kind: 'done', exit: 0, result: { state: 'ready' } });
    const items = [
      done('facts-1', packFacts({ at: now, value: facts({ missing: ['the engine: GitHub answered 503'] }) })),
      wellSite,
    ];
    expect(await run('judge', { items, result: await begin() })).toMatchObject({
      result: { state: 'blocked' },
    });
    const unplanned = [done('facts-1', packFacts({ at: now, value: facts({ planned: null }) })), wellSite];
    expect(await run('judge', { items: unplanned, result: await begin() })).toMatchObject({
      result: { state: 'blocked' },
    });
  });

  it('gathers anew where what is there is old, as nobody was at work meanwhile', async () => {
    const old = { at: new Date(now.getTime() - 4 * 60_000), value: facts() };
    const items = [done('facts-1', packFacts(old)), wellSite];
    expect(await run('judge', { items, result: await begin() })).toMatchObject({
      kind: 'fan',
      items: [{ key: 'facts-2' }],
      step: 'site',
    });
  });

  it('goes on to people where it is no dry run and nothing is in the way', async () => {
    const asked = { items: [wellFacts, wellSite], result: await begin(), dryRun: false };
    expect(await run('judge', asked)).toMatchObject({ kind: 'next', step: 'ask' });
  });
});
