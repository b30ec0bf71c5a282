import { describe, expect, it } from 'vitest';
import type { SourceFacts } from '../../../src/policy/deploy/facts.ts';
import { openSourceWorld } from './source-world.ts';

const toUnknown = (facts: SourceFacts): readonly string[] =>
  Object.entries(facts).flatMap(([name, fact]) => (fact?.kind === 'unknown' ? [name] : []));

const everything = ['commit', 'change', 'checks', 'workflow', 'engines', 'variables', 'settings', 'manifest'];

const toEverywhere = (unknown: object) => ({
  ...Object.fromEntries(everything.map((name) => [name, unknown])),
  onBranch: null,
});

describe('a version that cannot be found', () => {
  it.each(['nowhere', 'fix/none', 'f'.repeat(40)])(
    'such as %j says so, and nothing else is asked',
    async (ref) => {
      const { read, takeCalls } = await openSourceWorld();
      const unknown = {
        kind: 'unknown',
        reason: 'not-configured',
        say: 'there is no such branch, tag or commit',
      };
      expect(await read({ ref })).toEqual(toEverywhere(unknown));
      expect(takeCalls().count).toBe(1);
    },
  );

  it.each([
    '',
    '-f',
    'a..b',
    'a b',
    'a\u0000b',
    '.',
    '/x',
    'x/',
    'a//b',
    'a/./b',
    'main~1',
    'main@{1}',
    'a:b',
    '\ud800',
    'x'.repeat(300),
  ])('such as %j is not asked for', async (ref) => {
    const { read, takeCalls } = await openSourceWorld();
    const unknown = {
      kind: 'unknown',
      reason: 'not-configured',
      say: 'this is no name of a branch, tag or commit',
    };
    expect(await read({ ref })).toEqual(toEverywhere(unknown));
    expect(takeCalls().count).toBe(0);
  });

  it('is found once somebody has made it', async () => {
    const { front, read, tip } = await openSourceWorld();
    await read({ ref: 'v1' });
    front.addTag('heritage', 'v1', tip);
    expect((await read({ ref: 'v1' })).commit).toMatchObject({ value: { sha: tip } });
  });

  it('in a repository out of sight is a matter of access, also after it was seen', async () => {
    const { front, read } = await openSourceWorld();
    await read();
    front.setAccessible('heritage', false);
    const say = 'repository not found or the token has no access to contents';
    expect(await read()).toEqual(toEverywhere({ kind: 'unknown', reason: 'no-access', say }));
  });

  it('in a repository that is written wrongly is not asked for; nothing live is still nothing', async () => {
    const { read, takeCalls } = await openSourceWorld();
    const facts = await read({ repo: 'heritage', live: null });
    expect(facts).toMatchObject({ commit: { reason: 'not-configured' }, change: null });
    expect(takeCalls().count).toBe(0);
  });

  it.each(['main', 'f'.repeat(40), 'F'.repeat(39)])(
    'cannot be compared with %j, and only that is unknown',
    async (live) => {
      const { read } = await openSourceWorld();
      expect(toUnknown(await read({ live }))).toEqual(['change']);
    },
  );
});

describe('one call that fails', () => {
  it.each([
    [/\/compare\//u, ['change']],
    [/heritage\/commits\/[\da-f]{40}\/pulls$/u, ['change']],
    [/\/check-runs$/u, ['checks']],
    [/\/status$/u, ['checks']],
    [/contents\/.*acuops-deploy/u, ['workflow', 'engines']],
    [/contents\/acuops\.yaml/u, ['settings']],
    [/contents\/instance-manifest/u, ['manifest']],
    [/engine\/commits\/main$/u, ['engines']],
    // The engine's version is one of the variables.
    [/actions\/variables$/u, ['engines', 'variables']],
    [/actions\/organization-variables$/u, ['engines', 'variables']],
    [/environments\/production\/variables$/u, ['engines', 'variables']],
    [/heritage\/commits\/main$/u, everything],
  ])('%s makes unknown %j and nothing else', async (path, names) => {
    const { front, read } = await openSourceWorld();
    front.faults.status({ path }, 503);
    const facts = await read();
    expect(toUnknown(facts).toSorted()).toEqual(names.toSorted());
    const said = Object.values(facts).flatMap((fact) => (fact?.kind === 'unknown' ? [fact.say] : []));
    expect(said.filter((say) => !say.includes('GitHub answered 503'))).toEqual([]);
  });

  it('hides no 503 behind what was known before', async () => {
    const { front, read } = await openSourceWorld();
    await read();
    front.faults.status({ path: /check-runs|variables/u }, 503);
    expect(toUnknown(await read()).toSorted()).toEqual(['checks', 'engines', 'variables']);
  });

  it.each([
    [/heritage\/commits\/main$/u, 'commit', 'contents'],
    [/\/compare\//u, 'change', 'contents'],
    [/heritage\/commits\/[\da-f]{40}\/pulls$/u, 'change', 'pull requests'],
    [/\/check-runs$/u, 'checks', 'checks'],
    [/\/status$/u, 'checks', 'commit statuses'],
    [/contents\/.*acuops-deploy/u, 'workflow', 'contents'],
    [/contents\/acuops\.yaml/u, 'settings', 'contents'],
    [/contents\/instance-manifest/u, 'manifest', 'contents'],
    [/actions\/variables$/u, 'variables', 'variables of the repository'],
    [/actions\/organization-variables$/u, 'variables', 'variables of the organisation'],
    [/environments\/production\/variables$/u, 'variables', 'variables of the environment'],
  ] as const)('for want of a right (%s) makes %s unknown and says which right', async (path, name, right) => {
    const { front, read } = await openSourceWorld();
    front.faults.status({ path }, 403);
    expect((await read())[name]).toEqual({
      kind: 'unknown',
      reason: 'no-access',
      say: `the token may not read ${right} (403)`,
    });
  });

  it('for want of a right to the engine names that too', async () => {
    const { front, read } = await openSourceWorld();
    front.faults.status({ path: /engine\/commits\/main$/u }, 403);
    expect((await read()).engines).toMatchObject({
      say: 'acme/engine: the token may not read contents (403)',
    });
  });

  it.each([
    [403, 'the token may not read commit statuses (403)'],
    [404, 'repository not found or the token has no access to commit statuses'],
  ])('as a hidden status, which may be red, leaves no checks to go by (%i)', async (status, say) => {
    const { front, read, tip } = await openSourceWorld();
    front.addStatus('heritage', tip, { context: 'ci/red', state: 'failure' });
    front.faults.status({ path: /\/status$/u }, status);
    expect((await read()).checks).toEqual({ kind: 'unknown', reason: 'no-access', say });
  });

  it('with a broken answer is malformed', async () => {
    const { front, read } = await openSourceWorld();
    front.faults.malformedJson({ path: /compare/u });
    expect((await read()).change).toMatchObject({ kind: 'unknown', reason: 'malformed' });
  });
});

describe("GitHub's limit", () => {
  it('lets nothing old stand in for a decision, and says until when', async () => {
    const { front, read } = await openSourceWorld();
    await read();
    front.faults.secondaryLimit({ path: '*' }, 120);
    const unknown = {
      kind: 'unknown',
      reason: 'rate-limited',
      say: "GitHub's limit is reached",
      until: expect.any(Date),
    };
    expect(await read()).toEqual(toEverywhere(unknown));
  });

  it('reached half way leaves what was read', async () => {
    const { front, read } = await openSourceWorld();
    front.leaveQuota(1);
    const facts = await read();
    expect(facts.commit.kind).toBe('known');
    expect(facts.checks).toMatchObject({ kind: 'unknown', reason: 'rate-limited' });
  });

  it("and a GitHub that never answers end with the caller's patience", async () => {
    const { front, read } = await openSourceWorld();
    front.faults.silence({ path: /check-runs$/u });
    const facts = await read({ signal: AbortSignal.timeout(400) });
    expect(facts.checks).toEqual({
      kind: 'unknown',
      reason: 'timed-out',
      say: 'GitHub did not answer in time',
    });
    expect(facts.commit.kind).toBe('known');
  });
});
