import { describe, expect, it } from 'vitest';
import { openSourceWorld, toWorkflowText, workflowPath } from './source-world.ts';

const now = () => new Date();

describe('one version of a repository', () => {
  it('is told with everything that a deploy is judged by', async () => {
    const { read, live, middle, tip, engineTip } = await openSourceWorld();
    const known = { kind: 'known', observedAt: expect.any(Date) };
    const third = {
      sha: tip,
      title: 'Third',
      author: 'ada',
      committedAt: expect.any(Date),
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
          commits: [
            third,
            { sha: middle, title: 'Second', author: 'ben', committedAt: expect.any(Date), isVerified: false },
          ],
          files: ['Customization/a.xml', 'Customization/b.xml'],
          areFilesCut: false,
          pulls: [
            { number: 9, title: 'More <fields>', url: expect.stringContaining('/pull/9') },
            { number: 7, title: 'Better prices', url: expect.stringContaining('/pull/7') },
          ],
          url: expect.stringContaining(`/compare/${live}...${tip}`),
        },
      },
      checks: {
        ...known,
        value: expect.arrayContaining([
          { name: 'test', conclusion: 'success', url: expect.stringContaining('http') },
          { name: 'lint', conclusion: null, url: expect.stringContaining('http') },
          { name: 'ci/old', conclusion: 'success', url: expect.stringContaining('http') },
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

describe('an engine', () => {
  it('that may not be seen is unknown, and named', async () => {
    const { front, read } = await openSourceWorld();
    front.setAccessible('engine', false);
    const facts = await read();
    expect(facts.engines).toEqual({
      kind: 'unknown',
      reason: 'no-access',
      say: 'acme/engine: repository not found or the token has no access to contents',
    });
    expect(facts.workflow.kind).toBe('known');
  });

  it.each([
    ['acme/engine, ref: v9', 'not-configured', 'acme/engine: there is no such branch, tag or commit'],
    ['acme/engine, ref: a..b', 'not-configured', 'acme/engine: this is no name of a branch, tag or commit'],
    ['engine', 'malformed', "the workflow's engine is not given as owner/name"],
  ])('given as %j is unknown', async (engine, reason, say) => {
    const { front, read } = await openSourceWorld();
    front.addCommit('heritage', {
      title: 'Engine',
      author: 'ada',
      at: now(),
      files: { [workflowPath]: toWorkflowText(engine) },
    });
    expect((await read()).engines).toEqual({ kind: 'unknown', reason, say });
  });

  it('whose variable is not set and has nothing to stand in is its default branch', async () => {
    const { front, read, engineTip } = await openSourceWorld();
    const text = toWorkflowText("acme/engine, ref: '${{ vars.ENGINE_VERSION }}'");
    front.addCommit('heritage', {
      title: 'Engine',
      author: 'ada',
      at: now(),
      files: { [workflowPath]: text },
    });
    front.addTag('engine', 'HEAD', engineTip);
    expect((await read()).engines).toMatchObject({ value: [{ ref: 'HEAD', sha: engineTip }] });
  });

  it('is one of several: all of them are read, or none is told', async () => {
    const { front, read, engineTip } = await openSourceWorld();
    front.addRepository({ name: 'tools' });
    const tools = front.addCommit('tools', { title: 'Tools', author: 'ada', at: now() });
    const text = `${toWorkflowText('acme/engine')}      - uses: actions/checkout@v4\n        with: { repository: acme/tools, ref: main }\n`;
    const files = { [workflowPath]: text };
    front.addTag('engine', 'HEAD', engineTip);
    front.addCommit('heritage', { title: 'Two', author: 'ada', at: now(), files });
    expect((await read()).engines).toMatchObject({ value: [{ sha: engineTip }, { sha: tools }] });
    front.setAccessible('tools', false);
    expect((await read()).engines).toMatchObject({ kind: 'unknown', reason: 'no-access' });
  });

  it('of a workflow that nobody can see through is unknown', async () => {
    const { front, read } = await openSourceWorld();
    const files = {
      [workflowPath]: 'on: push\njobs: { deploy: { uses: acme/flows/.github/workflows/x.yml@main } }\n',
    };
    front.addCommit('heritage', { title: 'Calls', author: 'ada', at: now(), files });
    expect((await read()).engines).toEqual({
      kind: 'unknown',
      reason: 'malformed',
      say: 'the workflow runs another workflow: acme/flows/.github/workflows/x.yml@main',
    });
  });
});
