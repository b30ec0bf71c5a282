/** A run contradicts a list of workflows that says its workflow is off or missing. */
import { describe, expect, it } from 'vitest';
import { decideStale } from '../../../src/systems/github/apply-run.ts';
import { toWorkflowsKey } from '../../../src/systems/github/cached-answer.ts';

const repo = 'acme/heritage';
const event = {
  kind: 'run-changed',
  repo,
  runId: 7,
  attempt: 1,
  file: 'acuops-deploy.yml',
  branch: 'main',
  event: 'push',
  status: 'queued',
  conclusion: null,
  updatedAt: new Date('2026-11-21T08:00:00Z'),
  url: 'https://github.com/acme/heritage/actions/runs/7',
} as const;

const listed = (state: string) => {
  const key = toWorkflowsKey(repo);
  const body = { total_count: 1, workflows: [{ path: '.github/workflows/acuops-deploy.yml', state }] };
  return new Map([[key, { key, etag: '"a"', status: 200, fetchedAt: new Date(0), body }]]);
};

describe('a run of a workflow', () => {
  it.each([
    ['disabled_inactivity', true],
    ['active', false],
  ])('that is listed as %s makes the list out of date: %s', (state, isStale) => {
    expect(decideStale(event, listed(state)).includes(toWorkflowsKey(repo))).toBe(isStale);
  });

  it('that is not listed at all makes the list out of date', () => {
    expect(decideStale({ ...event, file: 'new.yml' }, listed('active'))).toContain(toWorkflowsKey(repo));
  });
});
