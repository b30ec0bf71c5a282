import { describe, expect, it } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { createPipelineReader } from '../../../src/systems/github/read-pipeline.ts';
import { afterTest, createMemoryCache, openWorld, seedClient, toClient } from './world.ts';

const fresh = { maxAgeMs: 0 };
const now = () => new Date();

describe('what it costs', () => {
  it('is three calls cold where deploy tags exist', async () => {
    const { front, read, takeCalls } = await openWorld();
    front.addTag('heritage', 'deploy/prod/20261101-204500');
    const facts = await read();
    expect(takeCalls().count).toBe(3);
    expect(facts).toMatchObject({
      workflows: {
        kind: 'known',
        value: [
          { file: 'acuops-deploy.yml', state: 'active' },
          { file: 'ci.yml', state: 'active' },
        ],
      },
      runs: {
        kind: 'known',
        value: [{ file: 'ci.yml', conclusion: 'success' }, { file: 'acuops-deploy.yml' }],
      },
      deployTags: { kind: 'known', value: [{ name: 'deploy/prod/20261101-204500' }] },
    });
  });

  it('is one more for the jobs of each run that the plan asks for', async () => {
    const { read, takeCalls } = await openWorld();
    const facts = await read();
    expect(takeCalls().count).toBe(4);
    expect([...facts.deployJobs.values()]).toMatchObject([
      { conclusion: 'success', dryRun: false, attempt: 1 },
    ]);
  });

  it('is nothing while the facts are young, and nothing that is charged while nothing changed', async () => {
    const { read, takeCalls, clock } = await openWorld();
    const first = await read();
    takeCalls();
    expect(await read()).toEqual(first);
    expect(takeCalls().count).toBe(0);
    clock.move(301_000);
    const later = await read();
    expect(takeCalls()).toMatchObject({ count: 3, charged: 0 });
    expect(
      later.runs.kind === 'known' &&
        first.runs.kind === 'known' &&
        later.runs.observedAt > first.runs.observedAt,
    ).toBe(true);
    await read(undefined, fresh);
    expect(takeCalls()).toMatchObject({ count: 3, charged: 0 });
  });

  it('is charged for what changed only', async () => {
    const { front, read, takeCalls } = await openWorld();
    await read();
    takeCalls();
    front.addRun('heritage', {
      file: 'ci.yml',
      event: 'push',
      createdAt: now(),
      jobs: [{ name: 'test', conclusion: 'failure' }],
    });
    front.setWorkflowState('heritage', 'ci.yml', 'disabled_inactivity');
    const facts = await read(undefined, fresh);
    expect(takeCalls()).toMatchObject({ count: 3, charged: 2 });
    expect(facts.runs).toMatchObject({ value: [{ conclusion: 'failure' }, {}, {}] });
    expect(facts.workflows).toMatchObject({ value: [{}, { state: 'disabled_inactivity' }] });
  });

  it('never asks for the jobs of a finished attempt again, but does for those of a running one', async () => {
    const { front, read, takeCalls } = await openWorld();
    const deploy = { file: 'acuops-deploy.yml', event: 'push', createdAt: now() };
    const id = front.addRun('heritage', {
      ...deploy,
      status: 'in_progress',
      jobs: [{ name: 'build', conclusion: 'success' }],
    });
    const options = { maxAgeMs: 0, planJobs: () => [{ runId: id, attempt: 1 }] };
    const running = await read(undefined, options);
    expect(running.deployJobs.get(`${id}/1`)).toMatchObject({ conclusion: null });

    // All listed jobs were done, but the run was not: the deploy job came later.
    front.updateRun('heritage', id, {
      conclusion: 'success',
      jobs: [{ name: 'deploy', conclusion: 'success' }],
    });
    const ended = await read(undefined, options);
    expect(ended.deployJobs.get(`${id}/1`)).toMatchObject({
      conclusion: 'success',
      completedAt: expect.any(Date),
    });
    takeCalls();
    const again = await read(undefined, options);
    expect(again.deployJobs).toEqual(ended.deployJobs);
    expect(takeCalls().calls.filter((call) => call.path.includes('/jobs'))).toEqual([]);
  });

  it('survives a cache that is away', async () => {
    const away = () => Promise.reject(new Error('store is away'));
    const { read } = await openWorld({ cache: { read: away, write: away } });
    expect((await read()).runs).toMatchObject({ kind: 'known' });
  });

  it('survives a cache written by another version', async () => {
    const { read, cache, takeCalls } = await openWorld();
    await read();
    for (const [key, entry] of cache.entries) cache.entries.set(key, { ...entry, body: { old: true } });
    takeCalls();
    expect((await read()).runs).toMatchObject({ kind: 'known', value: [{ file: 'ci.yml' }, {}] });
    expect(takeCalls().charged).toBe(4);
  });
});

describe('runs', () => {
  it('that a busy page does not show are read per workflow, and only then', async () => {
    const { front, read, takeCalls } = await openWorld();
    front.addWorkflow('heritage', { file: 'lint.yml', name: 'Lint' });
    for (let index = 0; index < 120; index += 1) {
      front.addRun('heritage', {
        file: 'lint.yml',
        event: 'push',
        createdAt: new Date(Date.now() - index * 1_000),
        jobs: [],
      });
    }
    const facts = await read();
    const paths = takeCalls()
      .calls.map((call) => call.path)
      .filter((path) => path.includes('/runs'));
    expect(paths.filter((path) => /workflows\/(ci|acuops-deploy)\.yml\/runs/.test(path))).toHaveLength(2);
    expect(facts.runs).toMatchObject({ value: [{ file: 'ci.yml' }, { file: 'acuops-deploy.yml' }] });

    front.addTag('heritage', 'deploy/prod/20261101-204500');
    front.addRun('heritage', {
      file: 'ci.yml',
      event: 'push',
      createdAt: now(),
      jobs: [{ name: 'test', conclusion: 'success' }],
    });
    await read(undefined, fresh);
    expect(takeCalls().count).toBe(3);
  });

  it('of other branches and workflows: the first are kept, the second left out', async () => {
    const { front, read } = await openWorld();
    front.addWorkflow('heritage', { file: 'lint.yml', name: 'Lint' });
    front.addRun('heritage', { file: 'lint.yml', event: 'push', createdAt: now(), jobs: [] });
    front.addRun('heritage', {
      file: 'acuops-deploy.yml',
      event: 'push',
      branch: 'staging',
      status: 'in_progress',
      createdAt: now(),
      jobs: [],
    });
    const { runs } = await read();
    expect(runs).toMatchObject({
      value: [{ branch: 'staging', status: 'in_progress' }, { file: 'ci.yml' }, { branch: 'main' }],
    });
  });

  it('that were run again are shown as their latest attempt', async () => {
    const { front, read } = await openWorld();
    front.addRun('heritage', {
      file: 'ci.yml',
      event: 'push',
      attempt: 3,
      createdAt: now(),
      jobs: [{ name: 'test', conclusion: 'success' }],
    });
    expect((await read()).runs).toMatchObject({ value: [{ attempt: 3, conclusion: 'success' }, {}, {}] });
  });
});

describe('deploy jobs', () => {
  it.each([
    [
      'its publish step skipped',
      {
        jobs: [
          {
            name: 'deploy',
            conclusion: 'success',
            steps: [{ name: 'Publish project', conclusion: 'skipped' }],
          },
        ],
      },
      { dryRun: true, conclusion: 'success' },
    ],
    [
      'a title that says so',
      {
        event: 'workflow_dispatch',
        displayTitle: 'Deploy main (dry run)',
        jobs: [{ name: 'deploy', conclusion: 'success' }],
      },
      { dryRun: true },
    ],
    [
      'publish carried out',
      {
        jobs: [
          {
            name: 'call / deploy (production)',
            conclusion: 'success',
            steps: [{ name: 'Publish project', conclusion: 'success' }],
          },
        ],
      },
      { dryRun: false, environment: 'production' },
    ],
    [
      'one deploy job for each environment',
      {
        jobs: [
          { name: 'deploy (staging)', conclusion: 'success' },
          { name: 'deploy (production)', conclusion: 'skipped' },
        ],
      },
      { conclusion: 'skipped', environment: 'production' },
    ],
    [
      'a deploy job for staging alone',
      { jobs: [{ name: 'deploy-staging / deploy', conclusion: 'success' }] },
      { conclusion: 'success', environment: 'staging' },
    ],
    [
      'a deploy job that names none',
      { jobs: [{ name: 'deploy', conclusion: 'success' }] },
      { conclusion: 'success', environment: null },
    ],
    ['no deploy job', { jobs: [{ name: 'deploy-docs', conclusion: 'success' }] }, { conclusion: 'missing' }],
    [
      'the deploy job skipped',
      { jobs: [{ name: 'Deploy', conclusion: 'skipped' }] },
      { conclusion: 'skipped' },
    ],
  ])('with %s', async (_name, input, expected) => {
    const { front, read } = await openWorld();
    const id = front.addRun('heritage', {
      file: 'acuops-deploy.yml',
      event: 'push',
      createdAt: now(),
      ...input,
    });
    expect((await read()).deployJobs.get(`${id}/1`)).toMatchObject(expected);
  });

  it('end, however much the plan wants', async () => {
    const { read, takeCalls } = await openWorld();
    let next = 1;
    await read(undefined, { planJobs: () => [{ runId: next++, attempt: 1 }] });
    expect(takeCalls().count).toBe(3 + 4);
  });
});

describe('as a GitHub App', () => {
  it('reads with one installation token for all repositories of an owner', async () => {
    const world = await openWorld();
    const { front, clock } = world;
    for (const privateKey of [
      front.privateKey,
      front.privateKey.replaceAll('\n', '\\n'),
      Buffer.from(front.privateKey).toString('base64'),
    ]) {
      const github = createGitHubClient({
        auth: { kind: 'app', appId: front.appId, privateKey },
        baseUrl: front.apiUrl,
        clock,
      });
      afterTest(github.close);
      const reader = createPipelineReader({ client: github, cache: createMemoryCache(), clock });
      const name = `fleet-${privateKey.length}`;
      seedClient(front, name);
      world.takeCalls();
      const signal = AbortSignal.timeout(10_000);
      const facts = await Promise.all(
        ['heritage', name].map((one) =>
          reader.read(toClient(one), { maxAgeMs: 0, signal, planJobs: () => [] }),
        ),
      );
      expect(facts).toMatchObject([{ runs: { kind: 'known' } }, { runs: { kind: 'known' } }]);
      const paths = world.takeCalls().calls.map((call) => call.path);
      expect(paths.filter((path) => path.endsWith('/access_tokens'))).toHaveLength(1);
      expect(github.budget().map((one) => one.account)).toEqual(['app', 'installation of acme']);
    }
    expect(() =>
      createGitHubClient({ auth: { kind: 'app', appId: 1, privateKey: 'nonsense' }, clock }),
    ).toThrow(/GITHUB_APP_PRIVATE_KEY is no private key \(8 characters\)/);
  });
});
