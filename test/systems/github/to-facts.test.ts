import { describe, expect, it } from 'vitest';
import { isNewer, toFile, toTagFacts } from '../../../src/systems/github/to-facts.ts';

const at = (attempt: number, second: number, status: string) => ({
  attempt,
  status,
  updatedAt: new Date(second * 1_000),
});

describe('the order of what happened to a run', () => {
  it.each([
    ['a later attempt, whatever the clock says', at(2, 1, 'queued'), at(1, 9, 'completed'), true],
    ['an earlier attempt', at(1, 9, 'completed'), at(2, 1, 'queued'), false],
    ['a later moment', at(1, 2, 'in_progress'), at(1, 1, 'queued'), true],
    ['an earlier moment', at(1, 1, 'completed'), at(1, 2, 'in_progress'), false],
    ['the end in the same second', at(1, 1, 'completed'), at(1, 1, 'in_progress'), true],
    ['a start in the second of the end', at(1, 1, 'in_progress'), at(1, 1, 'completed'), false],
    ['the same again', at(1, 1, 'queued'), at(1, 1, 'queued'), false],
  ])('%s', (_name, one, other, newer) => {
    expect(isNewer(one, other)).toBe(newer);
  });
});

it("knows a workflow's file with and without a ref, and only tags of deploys", () => {
  expect(toFile('.github/workflows/ci.yml@refs/heads/main')).toBe('ci.yml');
  expect(toFile('.github/workflows/ci.yml')).toBe('ci.yml');
  const tags = ['deploy/prod/20261101-204500', 'deploy/production/1', 'v1'].map((name) => ({
    ref: `refs/tags/${name}`,
    object: { sha: 'a', type: name.startsWith('deploy/prod/') ? 'tag' : 'commit' },
  }));
  expect(toTagFacts(tags)).toEqual([{ name: 'deploy/prod/20261101-204500', sha: 'a', isAnnotated: true }]);
  const plain = { ref: 'refs/tags/deploy/prod/20261101-204500', object: { sha: 'a', type: 'commit' } };
  expect(toTagFacts([plain])).toEqual([{ name: 'deploy/prod/20261101-204500', sha: 'a' }]);
});
