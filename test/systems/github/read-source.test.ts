import { describe, expect, it } from 'vitest';
import { openSourceWorld, workflowPath } from './source-world.ts';

const now = () => new Date();

describe('one version of a repository', () => {
  it('is told with everything that a deploy is judged by', async () => {
    const { read, live, middle, tip, engineTip } = await openSourceWorld();
    const known = { kind: 'known', observedAt: expect.any(Date) };
    const third = {
      sha: tip,
      title: 'Third',
      author: 'ada',
      isVerified: true,
    };
    expect(await read()).toEqual({
      commit: { ...known, value: third },
      change: {
        ...known,
        value: {
          base: live,
          standing: 'ahead',
          aheadBy: 2,
          behindBy: 0,
          commits: [third, { sha: middle, title: 'Second', author: 'ben', isVerified: false }],
          files: ['Customization/a.xml', 'Customization/b.xml'],
          areFilesCut: false,
          pulls: [
            { number: 9, title: 'More <fields>', url: expect.stringContaining('/pull/9') },
            { number: 7, title: 'Better prices', url: expect.stringContaining('/pull/7') },
          ],
          url: expect.stringContaining(`/compare/${live}...${tip}`),
        },
      },
      onBranch: null,
      checks: {
        ...known,
        value: expect.arrayContaining([
          { name: 'test', conclusion: 'success', url: expect.stringContaining('http'), runId: null },
          { name: 'lint', conclusion: null, url: expect.stringContaining('http'), runId: null },
          { name: 'ci/old', conclusion: 'success', url: expect.stringContaining('http'), runId: null },
        ]),
      },
      workflow: {
        ...known,
        value: {
          blobSha: expect.stringMatching(/^[\da-f]{40}$/),
          isDispatchable: true,
          inputs: [{ name: 'environment', isRequired: true, hasDefault: false, options: null }],
          variables: ['ENGINE_VERSION', 'PROJECT'],
          readsAllVariables: false,
          engines: [
            {
              repo: 'acme/engine',
              ref: { kind: 'variable', name: 'ENGINE_VERSION', fallback: 'main' },
            },
          ],
          unpinned: [],
          isOpaque: null,
          doesMerge: null,
        },
      },
      engines: { ...known, value: [{ repo: 'acme/engine', ref: 'main', sha: engineTip }] },
      variables: { ...known, value: { PROJECT: 'HeritageCore' } },
      settings: { ...known, value: 'project: HeritageCore\n' },
      manifest: { ...known, value: '{"größe":1}' },
    });
  });

  it('is found by branch, tag, full and short commit, and compared with what is live', async () => {
    const { front, read, live, middle, tip } = await openSourceWorld();
    front.addTag('heritage', 'v1', middle);
    front.addCommit('heritage', {
      title: 'Side',
      author: 'ada',
      at: now(),
      branch: 'fix/one',
      parents: [live],
    });
    for (const [ref, sha] of [
      ['v1', middle],
      [middle, middle],
      [middle.slice(0, 8), middle],
      ['heads/main', tip],
    ] as const)
      expect((await read({ ref })).commit).toMatchObject({ value: { sha } });
    expect((await read({ ref: live })).change).toMatchObject({
      value: { standing: 'identical', commits: [], pulls: [] },
    });
    expect((await read({ ref: middle, live: tip })).change).toMatchObject({
      value: { standing: 'behind', behindBy: 1 },
    });
    expect((await read({ ref: 'fix/one', live: tip })).change).toMatchObject({
      value: { standing: 'diverged', aheadBy: 1, behindBy: 2, commits: [{ title: 'Side' }] },
    });
    expect((await read({ live: null })).change).toBeNull();
  });

  it('shows a title in one line of at most 200 characters', async () => {
    const { front, read } = await openSourceWorld();
    front.addCommit('heritage', { title: '😀'.repeat(300), body: 'more', author: 'ada', at: now() });
    expect((await read()).commit).toMatchObject({ value: { title: '😀'.repeat(200) } });
  });

  it('has no workflow, engine, settings or manifest where the files are not there at that commit', async () => {
    const { front, read } = await openSourceWorld();
    const files = { [workflowPath]: null, 'acuops.yaml': null, 'instance-manifest.json': null };
    front.addCommit('heritage', { title: 'Away', author: 'ada', at: now(), files });
    const none = { kind: 'known', value: null };
    expect(await read()).toMatchObject({
      workflow: none,
      engines: { value: [] },
      settings: none,
      manifest: none,
    });
    expect((await read({ ref: 'main', workflow: 'other.yml' })).workflow).toMatchObject(none);
  });

  it('is unknown where a file is there and is no text, or a workflow is none', async () => {
    const { front, read } = await openSourceWorld();
    const files = { [workflowPath]: 'on: [', 'acuops.yaml': null, 'acuops.yaml/x': 'x' };
    front.addCommit('heritage', { title: 'Broken', author: 'ada', at: now(), files });
    const workflow = { kind: 'unknown', reason: 'malformed', say: 'the workflow file is no YAML (line 1)' };
    expect(await read()).toMatchObject({
      workflow,
      engines: workflow,
      settings: { kind: 'unknown', reason: 'malformed', say: 'acuops.yaml is a folder' },
      manifest: { kind: 'known' },
    });
  });
});

describe('variables', () => {
  it('of the environment win over those of the repository, and choose the engine', async () => {
    const { front, read } = await openSourceWorld();
    const v2 = front.addCommit('engine', { title: 'Two', author: 'ada', at: now(), branch: 'v2' });
    front.setVariable('heritage', 'ENGINE_VERSION', 'main');
    front.setVariable('heritage', 'ENGINE_VERSION', 'v2', 'production');
    expect(await read()).toMatchObject({
      variables: { value: { ENGINE_VERSION: 'v2', PROJECT: 'HeritageCore' } },
      engines: { value: [{ ref: 'v2', sha: v2 }] },
    });
    expect(await read({ environment: 'staging' })).toMatchObject({
      variables: { value: { ENGINE_VERSION: 'main' } },
      engines: { value: [{ ref: 'main' }] },
    });
  });

  it('of the organisation count where neither the repository nor the environment sets them', async () => {
    const { front, read } = await openSourceWorld();
    front.setOrganizationVariable('heritage', 'ENGINE_VERSION', 'org');
    front.setOrganizationVariable('heritage', 'PROJECT', 'Organisation');
    front.setOrganizationVariable('heritage', 'TENANT', 'Organisation');
    front.setVariable('heritage', 'TENANT', 'Repository');
    front.setVariable('heritage', 'TENANT', 'Environment', 'production');
    const sha = front.addCommit('engine', { title: 'Org', author: 'ada', at: now(), branch: 'org' });
    expect(await read()).toMatchObject({
      variables: { value: { ENGINE_VERSION: 'org', PROJECT: 'HeritageCore', TENANT: 'Environment' } },
      engines: { value: [{ ref: 'org', sha }] },
    });
    for (let at = 0; at < 70; at += 1) front.setOrganizationVariable('heritage', `O_${at}`, `${at}`);
    expect(await read()).toMatchObject({ variables: { value: { O_0: '0', O_69: '69' } } });
  });

  it('and checks are read to their last page, and checks cost nothing while they stay the same', async () => {
    const { front, read, takeCalls, tip } = await openSourceWorld();
    for (let at = 0; at < 70; at += 1) front.setVariable('heritage', `V_${at}`, `${at}`, 'production');
    for (let at = 0; at < 130; at += 1)
      front.addCheck('heritage', tip, { name: `c${at}`, conclusion: 'success' });
    const { variables, checks } = await read();
    expect(variables.kind === 'known' && Object.keys(variables.value)).toHaveLength(71);
    expect(checks).toMatchObject({ kind: 'known', value: { length: 133 } });
    takeCalls();
    await read();
    expect(takeCalls().calls.filter(({ path, charged: cost }) => cost > 0 && /check/u.test(path))).toEqual(
      [],
    );
  });

  it('that are too many are not given as all', async () => {
    const { front, read, tip } = await openSourceWorld();
    for (let at = 0; at < 310; at += 1)
      front.addCheck('heritage', tip, { name: `c${at}`, conclusion: 'success' });
    expect((await read()).checks).toEqual({
      kind: 'unknown',
      reason: 'malformed',
      say: 'only 300 of 312 checks could be read',
    });
  });
});

describe('checks', () => {
  it('are those of the older kind too: red, running, and the newest of each context', async () => {
    const { front, read, tip } = await openSourceWorld();
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000);
    front.addStatus('heritage', tip, { context: 'ci/old', state: 'error', at: at(60) });
    front.addStatus('heritage', tip, { context: 'scan', state: 'pending' });
    for (let page = 0; page < 120; page += 1)
      front.addStatus('heritage', tip, { context: `more ${page}`, state: 'success' });
    const { checks } = await read();
    if (checks.kind === 'unknown') throw new Error(checks.say);
    const ends = new Map(checks.value.map(({ name, conclusion }) => [name, conclusion]));
    expect(ends.size).toBe(124);
    expect(['test', 'ci/old', 'scan', 'more 119'].map((name) => ends.get(name))).toEqual([
      'success',
      'failure',
      null,
      'success',
    ]);
  });
});

describe('the branch that deploys come from', () => {
  it('holds a version that it has reached, and no other', async () => {
    const { front, read, live, middle, tip } = await openSourceWorld();
    const side = { title: 'Side', author: 'ada', at: now(), branch: 'fix/one' };
    front.addCommit('heritage', { ...side, parents: [live] });
    const later = front.addCommit('heritage', { ...side, title: 'Later', branch: 'next', parents: [tip] });
    for (const [ref, value] of [
      [tip, true],
      [middle, true],
      ['fix/one', false],
      [later, false],
    ] as const)
      expect((await read({ ref, branch: 'main' })).onBranch).toMatchObject({ kind: 'known', value });
    expect((await read({ ref: 'fix/one', branch: 'fix/one' })).onBranch).toMatchObject({ value: true });
  });

  it('that cannot be compared leaves it open', async () => {
    const { front, read, live, tip } = await openSourceWorld();
    expect((await read({ branch: 'gone' })).onBranch).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'GitHub cannot compare it with the branch gone',
    });
    expect((await read({ branch: 'a..b' })).onBranch).toMatchObject({ reason: 'not-configured' });
    front.faults.status({ path: /compare\/main/u }, 503);
    const facts = await read({ ref: tip, branch: 'main', live });
    expect([facts.onBranch?.kind, facts.change?.kind]).toEqual(['unknown', 'known']);
  });
});

describe('what a reading costs', () => {
  it('is variables and files alone while nothing changed, and nothing at all for what two commits say of each other', async () => {
    const { read, takeCalls, clock } = await openSourceWorld();
    const first = await read();
    takeCalls();
    clock.move(60_000);
    const second = await read();
    const { count, charged, calls } = takeCalls();
    // Three files and three lists of variables.
    expect(charged).toBe(6);
    expect(calls.filter(({ path }) => path.includes('/compare/'))).toEqual([]);
    // And the commit, its checks and statuses, two pulls, the engine.
    expect(count).toBe(12);
    expect({ ...second.settings, observedAt: null }).toEqual({ ...first.settings, observedAt: null });
    const age = ({ settings }: typeof first) =>
      settings.kind === 'known' ? settings.observedAt.getTime() : 0;
    expect(age(second) - age(first)).toBeGreaterThanOrEqual(60_000);
  });

  it('is seen at once where a branch has moved', async () => {
    const { front, read } = await openSourceWorld();
    await read();
    const sha = front.addCommit('heritage', {
      title: 'Fourth',
      author: 'ada',
      at: now(),
      files: { 'acuops.yaml': 'project: Other\n' },
    });
    expect(await read()).toMatchObject({
      commit: { value: { sha } },
      change: { value: { aheadBy: 3 } },
      checks: { value: [] },
      settings: { value: 'project: Other\n' },
    });
  });

  it('is an answer all the same where the cache is away', async () => {
    const away = () => Promise.reject(new Error('away'));
    const cache = { entries: new Map(), read: away, write: away };
    const { read } = await openSourceWorld({ cache });
    expect(await read()).toMatchObject({ commit: { kind: 'known' }, engines: { kind: 'known' } });
  });
});
