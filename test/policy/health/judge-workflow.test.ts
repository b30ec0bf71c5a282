import { expect, it } from 'vitest';
import { judgeWorkflow } from '../../../src/policy/health/judge-workflow.ts';
import { ago, known, now, sampleClient, unknownFact } from './sample-facts.ts';

const file = 'acuops-deploy.yml';
const judge = (...workflows: readonly { file: string; state: string }[]) =>
  judgeWorkflow(sampleClient(), known(workflows, ago(90_000)), now);

it.each([
  ['active', 'pass', 'active'],
  ['disabled_manually', 'fail', 'disabled_manually'],
  ['disabled_inactivity', 'fail', 'disabled_inactivity'],
  ['disabled_fork', 'fail', 'disabled_fork'],
  ['disabled_by_something_new', 'fail', 'disabled_by_something_new'],
  ['deleted', 'fail', 'workflow-missing'],
  ['paused', 'unknown', 'unexpected-state'],
])('%s is %s', (state, verdict, cause) => {
  expect(judge({ file, state })).toMatchObject({ verdict, cause, observedAt: ago(90_000) });
});

it('missing from a readable list fails', () => {
  expect(judge({ file: 'other.yml', state: 'active' })).toMatchObject({
    verdict: 'fail',
    cause: 'workflow-missing',
  });
  expect(judge()).toMatchObject({ verdict: 'fail', cause: 'workflow-missing' });
});

it('a deleted entry of a file that is there again is passed over', () => {
  expect(judge({ file, state: 'deleted' }, { file, state: 'active' }).verdict).toBe('pass');
  expect(judge({ file, state: 'disabled_manually' }, { file, state: 'active' }).verdict).toBe('pass');
  expect(judge({ file, state: 'deleted' }, { file, state: 'disabled_manually' }).cause).toBe(
    'disabled_manually',
  );
});

it('finds the file by its full path as well, and no other file that ends alike', () => {
  expect(judge({ file: `.github/workflows/${file}`, state: 'active' }).verdict).toBe('pass');
  expect(judge({ file: `old-${file}`, state: 'active' }).cause).toBe('workflow-missing');
});

it('a repository that cannot be seen is unknown: no access', () => {
  const fact = {
    kind: 'unknown',
    reason: 'no-access',
    say: 'GitHub answered 404 for acme/acuops-heritage',
  } as const;
  expect(judgeWorkflow(sampleClient(), fact, now)).toMatchObject({ verdict: 'unknown', cause: 'no-access' });
  expect(judgeWorkflow(sampleClient(), unknownFact, now)).toMatchObject({
    verdict: 'unknown',
    observedAt: now,
  });
});
