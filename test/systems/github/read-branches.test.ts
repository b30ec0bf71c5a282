import { describe, expect, it } from 'vitest';
import { openWorld, toClient } from './world.ts';

const now = () => new Date();

describe('runs', () => {
  it('of CI are read on the default branch, those of deploys where production comes from', async () => {
    const { front, read, takeCalls } = await openWorld();
    front.addWorkflow('heritage', { file: 'lint.yml', name: 'Lint' });
    for (let index = 0; index < 120; index += 1)
      front.addRun('heritage', {
        file: 'lint.yml',
        event: 'push',
        createdAt: new Date(Date.now() - index * 1_000),
        jobs: [],
      });
    // A success where production comes from says nothing about CI on the default branch.
    front.addRun('heritage', {
      file: 'ci.yml',
      event: 'push',
      branch: 'release',
      createdAt: now(),
      jobs: [{ name: 'test', conclusion: 'success' }],
    });
    const client = toClient('heritage', { productionBranch: 'release' });
    await read(client);
    const pages = takeCalls().calls.filter(({ path }) => path.includes('/workflows/'));
    const asked = pages.map(({ path }) =>
      /workflows\/(.+)\/runs.*branch=(\w+)/.exec(path)?.slice(1).join(' '),
    );
    expect(new Set(asked)).toEqual(new Set(['acuops-deploy.yml release', 'ci.yml main']));
    expect(asked).toHaveLength(2);
    await read(client);
    expect(takeCalls().count).toBe(0);
  });
});
