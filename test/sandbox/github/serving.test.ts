import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHubFront } from '../../../sandbox/github/front.ts';
import { ask, type Clock, createClock, createLively, type Reply, repo } from './support.ts';

let clock: Clock;
let front: GitHubFront;
beforeEach(async () => {
  clock = createClock();
  ({ front } = await createLively({ clock }));
});
afterEach(() => front.stop());

const remaining = (reply: Reply): number => Number(reply.headers.get('x-ratelimit-remaining'));

describe('conditional requests', () => {
  test('an unchanged answer is 304 and free; a changed one is 200 and charged', async () => {
    const first = await ask(front, `${repo}/actions/runs`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/u);
    const same = await ask(front, `${repo}/actions/runs`, { headers: { 'if-none-match': etag } });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, undefined, etag]);
    expect(remaining(same)).toBe(remaining(first));
    const [run] = (first.body as { workflow_runs: { id: number }[] }).workflow_runs;
    front.updateRun('acuops-heritage', run?.id ?? 0, { status: 'completed', conclusion: 'success' });
    const changed = await ask(front, `${repo}/actions/runs`, { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(remaining(changed)).toBe(remaining(first) - 1);
    expect(front.calls().map((call) => call.charged)).toEqual([1, 0, 1]);
  });
});

describe('limits', () => {
  test('the primary limit refuses without retry-after until the hour is over', async () => {
    front.leaveQuota(1);
    const last = await ask(front, repo);
    expect([last.status, remaining(last)]).toEqual([200, 0]);
    const refused = await ask(front, repo);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(remaining(refused)).toBe(0);
    expect((await ask(front, '/rate_limit')).body).toMatchObject({ rate: { remaining: 0, limit: 5000 } });
    clock.move(3_600_000);
    expect(remaining(await ask(front, repo))).toBe(4999);
  });

  test('an hour that is nearly over ends then', async () => {
    front.leaveQuota(0, 120_000);
    clock.move(119_000);
    expect((await ask(front, repo)).status).toBe(403);
    clock.move(1_001);
    expect((await ask(front, repo)).status).toBe(200);
  });

  test('the secondary limit counts points a minute, five for a write, and says when to come back', async () => {
    const dispatch = () =>
      ask(front, `${repo}/actions/workflows/acuops-deploy.yml/dispatches`, {
        method: 'POST',
        body: { ref: 'main' },
      });
    for (let index = 0; index < 179; index += 1) expect((await dispatch()).status).toBe(204);
    clock.move(20_000);
    for (let index = 0; index < 5; index += 1) expect((await ask(front, repo)).status).toBe(200);
    const refused = await ask(front, repo);
    expect(refused).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('secondary rate limit') },
    });
    expect(refused.headers.get('retry-after')).toBe('40');
    clock.move(40_000);
    expect((await ask(front, repo)).status).toBe(200);
  });
});

test('a hundred at once are answered, the next one is a secondary limit', async () => {
  front.faults.slow({ path: repo }, 150);
  const replies = await Promise.all(Array.from({ length: 101 }, () => ask(front, repo)));
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(100);
  expect(replies.find((reply) => reply.status === 403)?.headers.get('retry-after')).toBe('60');
  expect((await ask(front, repo)).status).toBe(200);
});

describe('access', () => {
  test('an unknown token is 401, no token and no access are 404', async () => {
    expect(await ask(front, repo, { token: 'ghp_other' })).toMatchObject({
      status: 401,
      body: { message: 'Bad credentials' },
    });
    expect((await ask(front, repo, { token: null })).status).toBe(404);
    front.setAccessible('acuops-heritage', false);
    expect((await ask(front, `${repo}/actions/runs`)).status).toBe(404);
    front.setAccessible('acuops-heritage', true);
    expect((await ask(front, `${repo}/actions/runs`)).status).toBe(200);
  });

  test('an unsupported API version is refused', async () => {
    const headers = { 'x-github-api-version': '2019-01-01' };
    expect((await ask(front, repo, { headers })).status).toBe(400);
  });
});

describe('faults', () => {
  test('a status, so many times, on that path and method only', async () => {
    front.faults.status({ path: '*/actions/runs', times: 2 }, 503, { headers: { 'retry-after': '7' } });
    const failed = await ask(front, `${repo}/actions/runs?per_page=1`);
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '7']);
    expect((await ask(front, `${repo}/actions/workflows`)).status).toBe(200);
    expect((await ask(front, `${repo}/actions/runs`)).status).toBe(503);
    expect((await ask(front, `${repo}/actions/runs`)).status).toBe(200);
    front.faults.status({ path: /workflows$/u, method: 'POST' }, 500);
    expect((await ask(front, `${repo}/actions/workflows`)).status).toBe(200);
  });

  test('a secondary limit on purpose', async () => {
    front.faults.secondaryLimit({ path: '*', times: 1 }, 30, 429);
    const refused = await ask(front, repo);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect((await ask(front, repo)).status).toBe(200);
  });

  test('malformed JSON', async () => {
    front.faults.malformedJson({ path: '*', times: 1 });
    await expect(ask(front, repo)).rejects.toThrow(SyntaxError);
  });

  test('silence does nothing and never answers; a lost answer did the work', async () => {
    const path = `${repo}/actions/workflows/acuops-deploy.yml/dispatches`;
    const post = (signal?: AbortSignal) =>
      fetch(`${front.apiUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${front.token}` },
        body: '{"ref":"main"}',
        ...(signal ? { signal } : {}),
      });
    const countQueued = async (): Promise<unknown> =>
      (await ask(front, `${repo}/actions/runs?status=queued`)).body;
    front.faults.silence({ path, times: 1 });
    await expect(post(AbortSignal.timeout(150))).rejects.toThrow('timeout');
    expect(await countQueued()).toMatchObject({ total_count: 0 });
    front.faults.loseAnswer({ path, times: 1 });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(await countQueued()).toMatchObject({ total_count: 1 });
    expect(front.calls().filter((call) => call.status === 0)).toHaveLength(2);
  });

  test('slow answers come, later', async () => {
    front.faults.slow({ path: repo, times: 1 }, 120);
    const started = performance.now();
    expect((await ask(front, repo)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(110);
  });
});
