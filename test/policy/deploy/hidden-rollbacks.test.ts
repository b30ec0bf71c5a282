/** Annotated tags of deploys that were taken back tell no commit: no such deploy may look like a good one. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPastDeploys } from '../../../src/policy/deploy/past-deploys.ts';
import type { DeployJobFact, RunFact } from '../../../src/policy/health/facts.ts';
import { job, jobs, known, run, samplePipeline } from '../health/sample-facts.ts';

const client = { deployWorkflow: 'acuops-deploy.yml', productionBranch: 'main', stagingBranch: 'staging' };
const hidden = { name: 'deploy/prod/20261118-101000-ROLLED-BACK', sha: 'object', isAnnotated: true };
const stampMs = Date.parse('2026-11-18T10:10:00Z');
const at = (minutes: number) => new Date(stampMs + minutes * 60_000);
/** A run that went on from one minute to another, seen from the stamp. */
const between = (id: number, from: number, to: number, over: Partial<RunFact> = {}) =>
  run(id, { createdAt: at(from), updatedAt: at(to), ...over });
const outcomes = (runs: readonly RunFact[], read: readonly DeployJobFact[], tag: object = hidden) => {
  const past = toPastDeploys(
    samplePipeline({
      runs: known(runs),
      deployJobs: jobs(...read),
      deployTags: known([{ ...hidden, ...tag }]),
    }),
    client,
  );
  if (past.kind === 'unknown') throw new Error(past.say);
  return Object.fromEntries(past.value.map(({ runId, outcome }) => [runId, outcome]));
};
const ended = (id: number, minutes: number, over: Partial<DeployJobFact> = {}) =>
  job(id, { completedAt: at(minutes), ...over });

describe('a hidden rollback', () => {
  it('is of the run that went on at its stamp', () => {
    const runs = [between(3, 60, 70), between(2, -10, 5), between(1, -90, -80)];
    expect(outcomes(runs, [ended(3, 69), ended(2, -1), ended(1, -81)])).toEqual({
      3: 'success',
      2: 'rolled-back',
      1: 'success',
    });
  });

  it('is of a failed run where that went on then', () => {
    const runs = [between(2, -10, 5, { conclusion: 'failure' }), between(1, -90, -80)];
    expect(outcomes(runs, [ended(2, -1), ended(1, -81)])).toEqual({ 2: 'rolled-back', 1: 'success' });
  });

  it('else may be of the newest good one before', () => {
    const runs = [
      between(4, 1, 9),
      between(3, -20, -10, { branch: 'staging' }),
      between(2, -40, -30, { conclusion: 'failure' }),
      between(1, -90, -80),
      between(0, -190, -180),
    ];
    const read = runs.map(({ id, updatedAt }) => job(id, { completedAt: updatedAt }));
    expect(outcomes(runs, read)).toEqual({
      4: 'success',
      3: 'success',
      2: 'failure',
      1: 'rolled-back',
      0: 'success',
    });
  });

  it('is not settled by a run whose job is not read', () => {
    expect(outcomes([between(2, -5, 5), between(1, -90, -80)], [ended(1, -81)])).toEqual({
      2: 'unread',
      1: 'rolled-back',
    });
  });

  it('a good deploy whose run holds the stamp is never told as one', () => {
    const spans = fc.array(
      fc.tuple(
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('success', 'failure', 'skipped', null),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 20 }), (others, before) => {
        const runs = [
          between(100, -before, 1),
          ...others.map(([from, long], id) => between(id, from, from + long)),
        ];
        const read = others.flatMap(([from, long, conclusion], id) =>
          conclusion === null ? [] : [ended(id, from + long, { conclusion })],
        );
        expect(outcomes(runs, [ended(100, 0), ...read])).toMatchObject({ 100: 'rolled-back' });
      }),
    );
  });
});
