/** The steps by themselves: who is not planned for, and what becomes of facts that never came together. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDeploySteps } from '../../../src/commands/deploy/job.ts';
import type { DeployPowers } from '../../../src/commands/deploy/powers.ts';
import type { ItemResult, StepContext, StepOutcome } from '../../../src/operations/operation.ts';
import type { Target } from '../../../src/operations/target.ts';
import { gateNames } from '../../../src/policy/deploy/facts.ts';
import { DeployReport } from '../../../src/policy/deploy/report.ts';
import { now } from '../../policy/health/sample-facts.ts';
import { makeOperation } from '../../support/card-memory.ts';
import { sampleTarget } from '../health/pretend-health.ts';

const nobody = (): never => {
  throw new Error('steps ask nobody');
};

const run = async (
  name: 'gather' | 'judge',
  given: {
    readonly target?: Target | null;
    readonly items?: readonly ItemResult[];
    readonly result?: object;
  },
): Promise<StepOutcome> => {
  const { target = sampleTarget() } = given;
  const powers: DeployPowers = {
    readTarget: async () => target,
    readNeighbours: nobody,
    readPipeline: nobody,
    readHistory: nobody,
    readSource: nobody,
    readInstance: nobody,
    readKillswitch: nobody,
    findRule: nobody,
    openRound: nobody,
    readApprovers: nobody,
    showTo: nobody,
    remind: nobody,
  };
  const step = createDeploySteps(powers)[name];
  if (!step) throw new Error(`no step ${name}`);
  const context: StepContext = {
    operation: makeOperation({
      verb: 'deploy',
      input: { client: 'heritage', env: 'production', dryRun: true },
      scope: { kind: 'only', targetIds: ['id-heritage'] },
      createdAt: now,
      result: (given.result ?? null) as never,
    }),
    now: () => now,
    signal: new AbortController().signal,
    items: async () => given.items ?? [],
  };
  return step(context);
};

const begin = async (): Promise<z.input<typeof DeployReport>> => {
  const outcome = await run('gather', {});
  if (outcome.kind !== 'fan') throw new Error(outcome.kind);
  return outcome.result as z.input<typeof DeployReport>;
};

describe('gathering', () => {
  it('is one part, one at a time for each instance', async () => {
    expect(await run('gather', {})).toMatchObject({
      kind: 'fan',
      items: [{ key: 'facts-1', limitKey: 'instance:at-heritage' }],
      step: 'judge',
    });
    expect(await begin()).toMatchObject({ state: 'looking', ref: 'main', gates: [] });
  });

  it.each([
    ['that left the registry', null, 'not in the registry'],
    ['that leaves', sampleTarget('heritage', { status: 'offboarding' }), 'nothing is deployed there'],
    ['without that environment', sampleTarget('heritage', { environments: [] }), 'no production environment'],
  ])('is refused for a client %s', async (_name, target, say) => {
    expect(await run('gather', { target })).toMatchObject({
      kind: 'refuse',
      refusal: { say: expect.stringContaining(say) as string },
    });
  });
});

describe('judging', () => {
  it('waits while the part is open', async () => {
    const items = [{ key: 'facts-1', state: 'open', result: null }] as const;
    expect(await run('judge', { items, result: await begin() })).toMatchObject({ kind: 'wait' });
  });

  it('lets nothing pass where the facts never came together', async () => {
    const items = [{ key: 'facts-1', state: 'timed-out', result: null }] as const;
    const outcome = await run('judge', { items, result: await begin() });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    expect(outcome.exit).toBe(4);
    const report = z.decode(DeployReport, outcome.result as z.input<typeof DeployReport>);
    expect(report.state).toBe('blocked');
    expect(report.gates.map(({ name, verdict }) => [name, verdict])).toEqual(
      gateNames.map((name) => [name, 'unknown']),
    );
    expect(report.planned).toBeNull();
  });

  it.each([
    ['ready', 'pass', 0],
    ['blocked', 'fail', 1],
    ['blocked', 'unknown', 4],
  ] as const)('ends %s by %s with exit %i', async (state, verdict, exit) => {
    const begun = await begin();
    const gate = { name: 'checks', verdict, cause: 'x', say: 'x', moment: null, next: null, url: null };
    const result = { ...begun, state, gates: [{ ...gate, observedAt: now.toISOString() }] };
    const items = [{ key: 'facts-1', state: 'done', result: result as never }] as const;
    expect(await run('judge', { items, result: begun })).toMatchObject({ kind: 'done', exit });
  });
});
