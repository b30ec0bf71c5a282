import { describe, expect, it } from 'vitest';
import type { ChangeFact, CheckFact, WorkflowFileFact } from '../../../src/policy/deploy/facts.ts';
import type { GateFacts } from '../../../src/policy/deploy/gates.ts';
import { judgeWorkflow } from '../../../src/policy/health/judge-workflow.ts';
import { ago, dayMs, known, now, unknownFact } from '../health/sample-facts.ts';
import { change, check, judgeOne, source, workflowFile } from './sample-gate-facts.ts';

describe('scope', () => {
  const judge = (over: Partial<ChangeFact>) =>
    judgeOne('scope', { source: source({ change: known(change(over)) }) });

  it.each<[string, Partial<ChangeFact>, string, string]>([
    ['ahead', {}, 'pass', '2 commits ahead of what is live'],
    ['the same', { standing: 'identical', aheadBy: 0 }, 'warn', 'already live'],
    ['behind', { standing: 'behind', behindBy: 1 }, 'fail', 'would take back 1 commit'],
    ['on another way', { standing: 'diverged', behindBy: 3 }, 'fail', 'would take back 3 commits'],
    [
      'with a cut list',
      { areFilesCut: true },
      'warn',
      '2 commits ahead of what is live, too many files to list all',
    ],
    [
      'with a cut list of what changes deploys',
      { areFilesCut: true, files: ['acuops.yaml'] },
      'warn',
      'changes how deploys run: acuops.yaml, and not all files are listed',
    ],
  ])('%s', (_what, over, verdict, say) => {
    expect(judge(over)).toMatchObject({ verdict, say, url: 'https://github.example/compare' });
  });

  it.each([
    '.github/workflows/acuops-deploy.yml',
    'acuops.yaml',
    'instance-manifest.json',
    'scripts/x.txt',
    'setup.sh',
    'tools/deploy.py',
  ])('%s changes how deploys run', (file) => {
    expect(judge({ files: ['Customization/a.xml', file] })).toMatchObject({
      verdict: 'warn',
      cause: 'changes-deploys',
      say: `changes how deploys run: ${file}`,
    });
  });

  it.each(['Customization/scripts/run.py', 'Customization/.github/x', 'README.md', 'docs/acuops.yaml'])(
    '%s does not',
    (file) => {
      expect(judge({ files: [file] }).verdict).toBe('pass');
    },
  );

  it('a first deploy is one where it is known that nothing is live', () => {
    const none = source({ change: null });
    expect(judgeOne('scope', { source: none, live: known(null) })).toMatchObject({
      verdict: 'pass',
      say: 'first deploy',
    });
    expect(judgeOne('scope', { source: none, live: unknownFact }).verdict).toBe('unknown');
    expect(judgeOne('scope', { source: none })).toMatchObject({ verdict: 'unknown', cause: 'not-compared' });
  });

  it.each<[string, Partial<GateFacts['source']>, string, string]>([
    ['on it', { onBranch: known(true) }, 'pass', '2 commits ahead of what is live'],
    ['not on it', { onBranch: known(false) }, 'warn', 'not on main'],
    [
      'not on it, and a change of deploys',
      { onBranch: known(false), change: known(change({ files: ['acuops.yaml'] })) },
      'warn',
      'not on main; changes how deploys run: acuops.yaml',
    ],
    [
      'not on it, and behind',
      { onBranch: known(false), change: known(change({ standing: 'behind', behindBy: 1 })) },
      'fail',
      'would take back 1 commit',
    ],
    ['nobody knows', { onBranch: unknownFact }, 'unknown', 'GitHub answered 503'],
  ])('a version %s', (_what, over, verdict, say) => {
    expect(judgeOne('scope', { source: source(over) })).toMatchObject({ verdict, say });
  });

  it('says what to do with a version that is not on its branch', () => {
    const over = { branch: 'release', source: source({ onBranch: known(false, ago(dayMs)) }) };
    expect(judgeOne('scope', over)).toMatchObject({
      cause: 'not-on-branch',
      say: 'not on release',
      next: 'merge it first, or agree that this is wanted',
      observedAt: ago(dayMs),
    });
  });

  it('is unknown without the comparison, the version or what is live', () => {
    expect(judgeOne('scope', { source: source({ change: unknownFact }) }).verdict).toBe('unknown');
    expect(judgeOne('scope', { source: source({ commit: unknownFact }) }).verdict).toBe('unknown');
    expect(judgeOne('scope', { live: unknownFact }).verdict).toBe('unknown');
  });
});

describe('checks', () => {
  const judge = (checks: readonly CheckFact[]) =>
    judgeOne('checks', { source: source({ checks: known(checks) }) });

  it.each<[string, readonly CheckFact[], string, string]>([
    ['all passed', [check('a'), check('b', 'neutral'), check('c', 'skipped')], 'pass', '3 checks passed'],
    ['none', [], 'unknown', 'no checks ran for this version'],
    ['one fails', [check('a'), check('test', 'failure')], 'fail', '1 check failed: test'],
    ['one fails, one runs', [check('a', null), check('test', 'failure')], 'fail', '1 check failed: test'],
    ['one runs', [check('a', null), check('b')], 'unknown', 'still running: a'],
    ['a word of tomorrow', [check('a', 'paused')], 'unknown', 'ended with a word we do not know: a'],
  ])('%s', (_what, checks, verdict, say) => {
    expect(judge(checks)).toMatchObject({ verdict, say });
  });

  it.each(['failure', 'timed_out', 'cancelled', 'action_required', 'startup_failure', 'stale'])(
    '%s fails',
    (word) => {
      expect(judge([check('a', word)])).toMatchObject({
        verdict: 'fail',
        cause: 'checks-failed',
        url: 'https://github.example/checks/a',
      });
    },
  );

  it('of the deploy workflow itself say nothing of the version', () => {
    const own = (conclusion: string | null) => ({ ...check('deploy', conclusion), runId: 7 });
    const over = (checks: readonly CheckFact[]) => ({
      source: source({ checks: known(checks) }),
      deployRunIds: known([7]),
    });
    expect(judgeOne('checks', over([own('success')]))).toMatchObject({
      verdict: 'unknown',
      cause: 'no-checks',
    });
    expect(judgeOne('checks', over([own('failure'), own(null), check('a')]))).toMatchObject({
      verdict: 'pass',
      say: '1 check passed',
    });
    const other = { ...check('a', 'failure'), runId: 8 };
    expect(judgeOne('checks', over([own('success'), other])).verdict).toBe('fail');
  });

  it('names five and how many more', () => {
    const failed = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => check(name, 'failure'));
    expect(judge(failed).say).toBe('6 checks failed: a, b, c, d, e and 1 more');
  });

  it('unread is unknown', () => {
    expect(judgeOne('checks', { source: source({ checks: unknownFact }) }).verdict).toBe('unknown');
  });
});

describe('workflow', () => {
  const withFile = (over: Partial<WorkflowFileFact>) => ({
    source: source({ workflow: known(workflowFile(over)) }),
  });

  it.each<[string, Partial<GateFacts>, string, string]>([
    ['all well', {}, 'pass', 'can-deploy'],
    ['not listed', { workflowState: known(null) }, 'fail', 'workflow-missing'],
    ['switched off', { workflowState: known('disabled_manually') }, 'fail', 'disabled_manually'],
    ['a state of tomorrow', { workflowState: known('paused') }, 'unknown', 'unexpected-state'],
    ['state unread', { workflowState: unknownFact }, 'unknown', 'unavailable'],
    ['no file', { source: source({ workflow: known(null) }) }, 'fail', 'workflow-absent'],
    ['no dispatch', withFile({ isDispatchable: false }), 'fail', 'not-dispatchable'],
    ['file unread', { source: source({ workflow: unknownFact }) }, 'unknown', 'unavailable'],
    [
      'inputs do not fit',
      { inputs: { kind: 'impossible', say: 'it asks for colour' } },
      'fail',
      'inputs-impossible',
    ],
    ['inputs not planned', { inputs: null }, 'unknown', 'inputs-not-planned'],
    ['engine unread', { source: source({ engines: unknownFact }) }, 'unknown', 'unavailable'],
    [
      'an engine',
      { source: source({ engines: known([{ repo: 'a/b', ref: 'v1', sha: 'e' }]) }) },
      'pass',
      'can-deploy',
    ],
    [
      'another workflow that it runs',
      withFile({ isOpaque: 'runs another workflow: a/b/.github/workflows/x.yml@main' }),
      'unknown',
      'opaque',
    ],
    ['an action that may change', withFile({ unpinned: ['a/notify@v1'] }), 'warn', 'unpinned'],
    [
      'an unknown beside a warning',
      {
        source: source({ workflow: known(workflowFile({ unpinned: ['a/b@v1'] })), engines: unknownFact }),
      },
      'unknown',
      'unavailable',
    ],
    [
      'a failure beside an unknown',
      { workflowState: unknownFact, inputs: { kind: 'impossible', say: 'x' } },
      'fail',
      'inputs-impossible',
    ],
  ])('%s', (_what, over, verdict, cause) => {
    expect(judgeOne('workflow', over)).toMatchObject({ verdict, cause });
  });

  it('fails in the words of a health check', () => {
    const file = 'acuops-deploy.yml';
    const { say, next } = judgeWorkflow(
      { deployWorkflow: file },
      known([{ file, state: 'disabled_inactivity' }]),
      now,
    );
    expect(judgeOne('workflow', { workflowState: known('disabled_inactivity') })).toMatchObject({
      say,
      next,
    });
  });

  it('names what it cannot see into, and what may change', () => {
    const isOpaque = 'checks out a repository by an expression';
    expect(judgeOne('workflow', withFile({ isOpaque }))).toMatchObject({
      say: isOpaque,
      next: 'name the engine plainly in the workflow, or ask the keeper of the desk',
    });
    expect(judgeOne('workflow', withFile({ unpinned: ['a/b@v1', 'c/d@main'] })).say).toBe(
      'runs 2 actions of others that may change: a/b@v1, c/d@main',
    );
  });

  it('says what is impossible', () => {
    expect(judgeOne('workflow', { inputs: { kind: 'impossible', say: 'it asks for colour' } }).say).toBe(
      'it asks for colour',
    );
  });
});
