import { describe, expect, it } from 'vitest';
import { hourMs, openWorld, seedClient, toClient } from './world.ts';

const runsPath = '/repos/acme/heritage/actions/runs';
const fresh = { maxAgeMs: 0 };

describe('one client in trouble', () => {
  it('whose repository may not be seen is unknown, and nobody else is', async () => {
    const { front, read } = await openWorld();
    seedClient(front, 'other');
    front.setAccessible('heritage', false);
    const [heritage, other] = await Promise.all([read(), read(toClient('other'))]);
    const unknown = {
      kind: 'unknown',
      reason: 'no-access',
      say: 'repository not found or the token has no access',
    };
    expect(heritage).toMatchObject({ workflows: unknown, runs: unknown, deployTags: unknown });
    expect(other).toMatchObject({
      workflows: { kind: 'known' },
      runs: { kind: 'known' },
      deployTags: { kind: 'known' },
    });
  });

  it('whose repository is written wrongly is not asked for', async () => {
    const { read, takeCalls } = await openWorld();
    for (const repo of ['heritage', 'acme/../x', 'acme/a/b', 'acme/..', '']) {
      expect((await read(toClient('x', { repo }))).runs).toMatchObject({
        kind: 'unknown',
        reason: 'not-configured',
      });
    }
    expect(takeCalls().count).toBe(0);
  });

  it.each([
    [401, 'no-access', 'GitHub refused the token (401)'],
    [403, 'no-access', 'the token may not read this repository (403)'],
    [500, 'unavailable', 'GitHub answered 500'],
    [503, 'unavailable', 'GitHub answered 503'],
    [429, 'rate-limited', "GitHub's limit is reached"],
  ])('whose runs answer %i is %s there only', async (status, reason, say) => {
    const { front, read } = await openWorld();
    front.faults.status({ path: runsPath }, status);
    const facts = await read();
    expect(facts.runs).toMatchObject({ kind: 'unknown', reason, say });
    expect(facts.workflows.kind).toBe('known');
    expect(facts.deployJobs.size).toBe(0);
  });

  it('that answers 502 once is read on the second try, and no third is made', async () => {
    const { front, read, takeCalls } = await openWorld();
    front.faults.status({ path: runsPath, times: 1 }, 502);
    expect((await read()).runs.kind).toBe('known');
    takeCalls();
    front.faults.status({ path: runsPath }, 502);
    expect((await read(undefined, fresh)).runs.kind).toBe('unknown');
    expect(
      takeCalls().calls.filter((call) => call.path.startsWith(runsPath) && !call.path.includes('jobs')),
    ).toHaveLength(2);
  });

  it('whose answer is broken is malformed', async () => {
    const { front, read } = await openWorld();
    front.faults.malformedJson({ path: runsPath });
    expect((await read()).runs).toEqual({
      kind: 'unknown',
      reason: 'malformed',
      say: "GitHub's answer is not readable",
    });
  });

  it('whose answer is lost is unavailable, without an address or a name in the text', async () => {
    const { front, read } = await openWorld();
    front.faults.loseAnswer({ path: runsPath });
    const { runs } = await read();
    expect(runs).toMatchObject({
      kind: 'unknown',
      reason: 'unavailable',
      say: expect.stringMatching(/^GitHub could not be reached/),
    });
  });

  it('that GitHub never answers is timed out by its own bound, and asked once', async () => {
    const { front, read, takeCalls } = await openWorld({ timeoutMs: 200 });
    front.faults.silence({ path: runsPath });
    expect((await read()).runs).toEqual({
      kind: 'unknown',
      reason: 'timed-out',
      say: 'GitHub did not answer in time',
    });
    expect(takeCalls().calls.filter((call) => call.path.startsWith(runsPath))).toHaveLength(1);
  });

  it('is given up when the caller stops waiting', async () => {
    const { front, read } = await openWorld();
    front.faults.silence({ path: '*' });
    const start = performance.now();
    const facts = await read(undefined, { boundMs: 150 });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(facts).toMatchObject({
      runs: { reason: 'timed-out' },
      workflows: { reason: 'timed-out' },
      deployTags: { reason: 'timed-out' },
    });
  });

  it('is told even when nobody listens at all', async () => {
    const { front, read } = await openWorld();
    await front.stop();
    expect((await read()).runs).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'GitHub could not be reached (ECONNREFUSED)',
    });
  });
});

describe("GitHub's limits", () => {
  it('of the minute stop all asking until GitHub said; older answers stand in with their own age', async () => {
    const { front, read, takeCalls, clock } = await openWorld();
    seedClient(front, 'other');
    const before = await read();
    clock.move(hourMs);
    takeCalls();
    front.faults.secondaryLimit({ path: '*', times: 1 }, 120);
    await read(toClient('other'));
    const sofar = takeCalls().count;
    const facts = await read(undefined, fresh);
    expect(takeCalls().count).toBe(0);
    expect(sofar).toBeLessThanOrEqual(3);
    const limitedUntil = expect.any(Date);
    expect(facts.runs).toEqual({ ...before.runs, limitedUntil });
    expect(facts.workflows).toEqual({ ...before.workflows, limitedUntil });
    expect(facts.deployTags).toEqual({ ...before.deployTags, limitedUntil });
    expect((await read(toClient('other'))).runs).toMatchObject({ reason: 'rate-limited' });
    clock.move(121_000);
    expect((await read(toClient('other'))).runs.kind).toBe('known');
  });

  it('mark what stands in, not what is young enough to be used without asking', async () => {
    const { front, read, clock } = await openWorld();
    await read();
    front.faults.secondaryLimit({ path: '*' }, 120);
    expect((await read()).runs).not.toHaveProperty('limitedUntil');
    clock.move(hourMs);
    expect((await read()).runs).toHaveProperty('limitedUntil');
  });

  it('end at a whole minute, never before GitHub said', async () => {
    const { front, read, clock } = await openWorld();
    front.faults.secondaryLimit({ path: '*' }, 90);
    const ends = clock.now().getTime() + 90_000;
    const { runs } = await read();
    const until = runs.kind === 'unknown' ? (runs.until?.getTime() ?? 0) : 0;
    expect(until % 60_000).toBe(0);
    expect(until).toBeGreaterThanOrEqual(ends);
    expect(until - ends).toBeLessThan(62_000);
  });

  it('do not let an answer stand in that is too old', async () => {
    const { front, read, clock } = await openWorld({ staleMs: 2 * hourMs });
    await read();
    clock.move(hourMs);
    front.faults.secondaryLimit({ path: '*' }, 1_000);
    expect((await read()).runs.kind).toBe('known');
    clock.move(hourMs + 1);
    expect((await read()).runs).toMatchObject({ kind: 'unknown', reason: 'rate-limited' });
  });

  it('of the hour are seen before the next request is made', async () => {
    const { front, read, takeCalls, github } = await openWorld();
    seedClient(front, 'other');
    front.leaveQuota(3);
    await read();
    takeCalls();
    expect(github.budget()).toMatchObject([{ account: 'token', primary: { remaining: 0, limit: 5_000 } }]);
    expect((await read(toClient('other'))).runs).toMatchObject({ kind: 'unknown', reason: 'rate-limited' });
    expect(takeCalls().count).toBe(0);
  });

  it('do not hide a 5xx behind an old answer', async () => {
    const { front, read } = await openWorld();
    await read();
    front.faults.status({ path: runsPath }, 503);
    expect((await read(undefined, fresh)).runs).toMatchObject({ kind: 'unknown', reason: 'unavailable' });
  });
});

describe('a wave of 500 clients', () => {
  it('stays below 900 points a minute, and says of the rest that the budget is out', {
    timeout: 60_000,
  }, async () => {
    const { front, read, takeCalls, github } = await openWorld({ maxWaitMs: 500 });
    const names = Array.from({ length: 500 }, (_, index) => `client-${index}`);
    for (const name of names) seedClient(front, name);
    const all = await Promise.all(
      names.map((name) => read(toClient(name), { boundMs: 30_000, planJobs: () => [] })),
    );
    const { calls } = takeCalls();
    expect(calls.length).toBe(850);
    expect(calls.every((call) => call.status === 200)).toBe(true);
    expect(github.budget()).toMatchObject([{ pointsLeft: 0 }]);
    const runs = all.map((facts) => facts.runs);
    const known = runs.filter((fact) => fact.kind === 'known').length;
    expect(known).toBeGreaterThan(250);
    expect(runs.filter((fact) => fact.kind === 'unknown' && fact.reason === 'rate-limited')).toHaveLength(
      500 - known,
    );
  });
});
