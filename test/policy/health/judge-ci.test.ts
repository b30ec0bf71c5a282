import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunFact } from '../../../src/policy/health/facts.ts';
import { judgeCi } from '../../../src/policy/health/judge-ci.ts';
import { ciRun, known, now, sampleClient, unknownFact } from './sample-facts.ts';

const client = sampleClient();
/** Conclusions from newest to oldest. */
const runsOf = (...conclusions: readonly string[]): RunFact[] =>
  conclusions.map((conclusion, index) => ciRun(900 - index, conclusion));
const judge = (runs: readonly RunFact[], over = {}) => judgeCi({ ...client, ...over }, known(runs), now)[0];

describe('failures in a row', () => {
  it.each<[string, string, string[]]>([
    ['pass', 'CI passes (acuops-ci.yml)', ['success', 'failure', 'failure', 'failure']],
    ['warn', 'CI failed once (acuops-ci.yml)', ['failure', 'success']],
    ['warn', 'CI failed 2 times in a row (acuops-ci.yml)', ['failure', 'failure', 'success', 'failure']],
    [
      'fail',
      'CI failed 3 times in a row (acuops-ci.yml)',
      ['failure', 'timed_out', 'startup_failure', 'success'],
    ],
    ['fail', 'CI failed 4 times in a row (acuops-ci.yml)', ['failure', 'failure', 'failure', 'failure']],
    [
      'fail',
      'CI failed 3 times in a row (acuops-ci.yml)',
      ['cancelled', 'failure', 'skipped', 'failure', 'neutral', 'action_required', 'stale', 'failure'],
    ],
    ['unknown', 'no finished run (acuops-ci.yml)', []],
    ['unknown', 'no finished run (acuops-ci.yml)', ['cancelled', 'skipped']],
  ])('%s: %s', (verdict, say, conclusions) => {
    expect(judge(runsOf(...conclusions))).toMatchObject({
      verdict,
      say,
      criterion: 'ci',
      subject: 'acuops-ci.yml',
    });
  });

  it('links the newest run that says something', () => {
    expect(judge(runsOf('cancelled', 'failure', 'success'))?.url).toBe('https://github.example/runs/899');
  });

  it("follows the client's own threshold", () => {
    expect(
      judge(runsOf('failure', 'success'), { thresholds: { ...client.thresholds, ciFailStreak: 1 } })?.verdict,
    ).toBe('fail');
  });
});

describe('which runs count', () => {
  it('those of the default branch, wherever production comes from', () => {
    const over = { productionBranch: 'release' };
    expect(judge(runsOf('success'), over)?.verdict).toBe('pass');
    const released = ciRun(900, 'success', { branch: 'release' });
    expect(judge([released], over)).toMatchObject({
      verdict: 'unknown',
      next: 'check that acuops-ci.yml runs on main',
    });
  });

  const bad = runsOf('failure', 'failure', 'failure');

  it.each<[string, Partial<RunFact>]>([
    ['a run of another branch', { branch: 'feature' }],
    ['a pull request from a branch of the same name', { event: 'pull_request' }],
    ['a pull_request_target', { event: 'pull_request_target' }],
    ['a run of another workflow', { file: 'lint.yml' }],
    ['a run still going', { status: 'in_progress', conclusion: null }],
  ])('%s does not end a streak', (_what, over) => {
    expect(judge([ciRun(950, 'success', over), ...bad])?.verdict).toBe('fail');
  });

  it('of a run started again only the latest attempt', () => {
    const again = ciRun(900, 'success', { attempt: 2 });
    expect(judge([...bad, again])?.verdict).toBe('pass');
    expect(judge([again, ...bad])?.verdict).toBe('pass');
  });

  it('a latest attempt that still goes says nothing, and neither does the one before it', () => {
    const again = ciRun(900, null, { attempt: 2, status: 'queued' });
    expect(judge([...bad, again])?.say).toBe('CI failed 2 times in a row (acuops-ci.yml)');
  });
});

describe('workflows', () => {
  it('are judged apart, in the order of the configuration', () => {
    const runs = [...runsOf('success'), ciRun(800, 'failure', { file: 'lint.yml' })];
    const found = judgeCi(
      { ...client, ciWorkflows: ['lint.yml', 'acuops-ci.yml', 'docs.yml', 'lint.yml'] },
      known(runs),
      now,
    );
    expect(found.map(({ subject, verdict }) => [subject, verdict])).toStrictEqual([
      ['lint.yml', 'warn'],
      ['acuops-ci.yml', 'pass'],
      ['docs.yml', 'unknown'],
    ]);
  });

  it('none configured is unknown, not healthy', () => {
    expect(judgeCi({ ...client, ciWorkflows: [] }, known([]), now)).toMatchObject([
      { verdict: 'unknown', cause: 'not-configured' },
    ]);
  });

  it('unreadable runs are unknown for each', () => {
    const found = judgeCi({ ...client, ciWorkflows: ['a.yml', 'b.yml'] }, unknownFact, now);
    expect(found.map(({ subject, verdict, say }) => [subject, verdict, say])).toStrictEqual([
      ['a.yml', 'unknown', 'GitHub answered 503'],
      ['b.yml', 'unknown', 'GitHub answered 503'],
    ]);
  });
});

it('the order in which runs were read does not matter', () => {
  const conclusion = fc.constantFrom('success', 'failure', 'cancelled', 'timed_out', 'skipped');
  const list = fc.array(conclusion, { maxLength: 12 }).map((conclusions) => runsOf(...conclusions));
  const pair = list.chain((runs) =>
    fc.tuple(fc.constant(runs), fc.shuffledSubarray(runs, { minLength: runs.length })),
  );
  fc.assert(
    fc.property(pair, ([runs, shuffled]) => {
      expect(judge(shuffled)).toStrictEqual(judge(runs));
    }),
  );
});
