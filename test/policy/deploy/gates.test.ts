import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gateNames, type SourceFacts } from '../../../src/policy/deploy/facts.ts';
import { type GateFacts, judgeGates, summarizeGates } from '../../../src/policy/deploy/gates.ts';
import type { Fact } from '../../../src/policy/health/facts.ts';
import { known, now, signedIn, unknownFact } from '../health/sample-facts.ts';
import { arbitraryEnvironment, arbitraryFacts } from './arbitrary-gate-facts.ts';
import { change, gateFacts, instance, source, workflowFile } from './sample-gate-facts.ts';

/** Every fact that is judged wherever a deploy goes. */
const listFacts = (facts: GateFacts): readonly Fact<unknown>[] => [
  facts.source.commit,
  ...(facts.source.change === null ? [] : [facts.source.change]),
  ...(facts.source.onBranch === null ? [] : [facts.source.onBranch]),
  facts.source.checks,
  facts.deployRunIds,
  facts.source.workflow,
  facts.source.engines,
  facts.settings,
  facts.manifest,
  facts.projects,
  facts.past,
  facts.live,
  facts.instance.published,
  facts.testTenant,
  facts.workflowState,
  facts.killswitch,
];

const loseSource =
  (part: keyof SourceFacts) =>
  (facts: GateFacts): GateFacts => ({
    ...facts,
    source: { ...facts.source, [part]: unknownFact },
  });
const lose =
  (part: keyof GateFacts) =>
  (facts: GateFacts): GateFacts => ({ ...facts, [part]: unknownFact });

/** One way for each fact to be missing. */
const gone: Readonly<Record<string, (facts: GateFacts) => GateFacts>> = {
  commit: loseSource('commit'),
  change: loseSource('change'),
  onBranch: loseSource('onBranch'),
  checks: loseSource('checks'),
  deployRunIds: lose('deployRunIds'),
  workflow: loseSource('workflow'),
  engines: loseSource('engines'),
  settings: lose('settings'),
  manifest: lose('manifest'),
  projects: lose('projects'),
  past: lose('past'),
  live: lose('live'),
  workflowState: lose('workflowState'),
  killswitch: lose('killswitch'),
  inputs: (facts) => ({ ...facts, inputs: null }),
  published: (facts) => ({ ...facts, instance: { ...facts.instance, published: unknownFact } }),
};

describe('all gates together', () => {
  it('let a good deploy pass without a warning', () => {
    const gates = judgeGates(gateFacts());
    expect(gates.filter(({ verdict }) => verdict !== 'pass')).toStrictEqual([]);
    expect(summarizeGates(gates)).toStrictEqual({ state: 'ready', blocking: [], warnings: [] });
  });

  it('judge whatever there is, each once and in order', () => {
    fc.assert(
      fc.property(arbitraryFacts, (facts) => {
        const gates = judgeGates(facts);
        expect(gates.map(({ name }) => name)).toStrictEqual([...gateNames]);
        for (const { say, observedAt, verdict, next } of gates) {
          expect(say).not.toMatch(/undefined|Invalid Date|NaN/u);
          expect(observedAt.getTime()).toBeLessThanOrEqual(now.getTime() + 60_000);
          expect(verdict === 'unknown' && next === null).toBe(false);
        }
      }),
    );
  });

  it('are never ready while a fact is unknown', () => {
    fc.assert(
      fc.property(arbitraryFacts, (facts) => {
        const isUnknown = listFacts(facts).some(({ kind }) => kind === 'unknown');
        const { state } = summarizeGates(judgeGates(facts));
        expect(isUnknown && state === 'ready').toBe(false);
      }),
    );
  });

  it('are ready for a good deploy, and no more once any of its facts is gone', () => {
    const variants = fc.record({
      environment: arbitraryEnvironment,
      doesMerge: fc.boolean(),
      hasStaging: fc.boolean(),
      isFirst: fc.boolean(),
      testTenant: fc.constantFrom(null, { tenant: 'Test', api: signedIn }),
      gone: fc.subarray(Object.keys(gone)),
    });
    fc.assert(
      fc.property(
        variants,
        ({ environment: to, doesMerge, hasStaging, isFirst, testTenant, gone: names }) => {
          const good = gateFacts({
            environment: to,
            client: { ...gateFacts().client, hasStaging },
            source: source({
              workflow: known(workflowFile({ doesMerge })),
              ...(isFirst ? { change: null } : {}),
            }),
            ...(isFirst ? { live: known(null) } : {}),
            instance: instance({ testTenant }),
            testTenant: known(testTenant?.tenant ?? null),
          });
          const facts = names.reduce((sofar, name) => gone[name]?.(sofar) ?? sofar, good);
          const { state } = summarizeGates(judgeGates(facts));
          expect(state).toBe(names.length === 0 ? 'ready' : 'blocked');
        },
      ),
    );
  });
});

describe('a good deploy', () => {
  it.each(Object.keys(gone))('without %s is blocked, in both environments', (name) => {
    const judge = (over: Partial<GateFacts>) => {
      const good = gateFacts(over);
      return summarizeGates(judgeGates(gone[name]?.(good) ?? good)).state;
    };
    expect([judge({}), judge({ environment: 'staging' })]).toStrictEqual(['blocked', 'blocked']);
  });
});

describe('summarizeGates', () => {
  it('blocks on fail and unknown, shows warnings', () => {
    const gates = judgeGates(
      gateFacts({
        killswitch: known('The killswitch is on'),
        manifest: unknownFact,
        source: source({ change: known(change({ standing: 'identical' })) }),
      }),
    );
    const { state, blocking, warnings } = summarizeGates(gates);
    expect(state).toBe('blocked');
    expect(blocking.map(({ name }) => name)).toStrictEqual(['orphans', 'killswitch']);
    expect(warnings.map(({ name }) => name)).toStrictEqual(['scope']);
  });

  it('takes no gate for passed that is not there', () => {
    expect(summarizeGates([]).state).toBe('blocked');
    expect(summarizeGates(judgeGates(gateFacts()).slice(1)).state).toBe('blocked');
  });
});
