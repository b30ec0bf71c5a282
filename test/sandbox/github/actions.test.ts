import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHubFront } from '../../../sandbox/github/front.ts';
import { ask, at, type Clock, createClock, createLively, repo } from './support.ts';

interface Run {
  readonly id: number;
  readonly run_attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
}
interface Job {
  readonly id: number;
  readonly name: string;
  readonly conclusion: string | null;
  readonly run_attempt: number;
}

let clock: Clock;
let front: GitHubFront;
let ids: { deploy: number; ci: number; live: number };

beforeEach(async () => {
  clock = createClock();
  const lively = await createLively({ clock });
  front = lively.front;
  ids = lively;
});
afterEach(() => front.stop());

const listRuns = async (query: string): Promise<number[]> => {
  const { body } = await ask(front, `${repo}/actions/runs?${query}`);
  return (body as { workflow_runs: Run[] }).workflow_runs.map((run) => run.id);
};
const readRun = async (id: number): Promise<Run> =>
  (await ask(front, `${repo}/actions/runs/${id}`)).body as Run;
const readJobs = async (id: number, rest = 'jobs'): Promise<Job[]> =>
  ((await ask(front, `${repo}/actions/runs/${id}/${rest}`)).body as { jobs: Job[] }).jobs;

describe('lists of runs', () => {
  test('newest first, and each filter on its own', async () => {
    const { deploy, ci, live } = ids;
    expect(await listRuns('')).toEqual([live, ci, deploy]);
    expect(await listRuns('branch=main')).toEqual([live, deploy]);
    expect(await listRuns('event=pull_request')).toEqual([ci]);
    expect(await listRuns('actor=sam-ortiz')).toEqual([ci]);
    expect(await listRuns('status=failure')).toEqual([ci]);
    expect(await listRuns('status=completed')).toEqual([ci, deploy]);
    expect(await listRuns('status=in_progress')).toEqual([live]);
    expect(await listRuns('status=nonsense')).toEqual([]);
  });

  test.each([
    ['>=2026-11-12', ['live', 'ci']],
    ['>2026-11-12', ['live']],
    ['<2026-11-12', ['deploy']],
    ['<=2026-11-12', ['ci', 'deploy']],
    ['2026-11-12', ['ci']],
    ['2026-11-10T20:45:00Z..2026-11-12T09:00:00Z', ['ci', 'deploy']],
    ['*..2026-11-11', ['deploy']],
    ['2026-11-13..*', ['live']],
  ] as const)('created %s', async (words, names) => {
    expect(await listRuns(`created=${encodeURIComponent(words)}`)).toEqual(names.map((name) => ids[name]));
  });

  test('head_sha, and the list of one workflow by file name and by id', async () => {
    const { body } = await ask(front, `${repo}/actions/workflows/ci.yml`);
    const { id } = body as { id: number };
    const runs = async (key: string | number): Promise<Run[]> =>
      ((await ask(front, `${repo}/actions/workflows/${key}/runs`)).body as { workflow_runs: Run[] })
        .workflow_runs;
    expect((await runs('ci.yml')).map((run) => run.id)).toEqual([ids.ci]);
    expect((await runs(id)).map((run) => run.id)).toEqual([ids.ci]);
    const run = (await ask(front, `${repo}/actions/runs/${ids.deploy}`)).body as { head_sha: string };
    expect(await listRuns(`head_sha=${run.head_sha}`)).toEqual([ids.deploy]);
  });

  test('pages carry a Link header that leads through all of them', async () => {
    const seen: number[] = [];
    let next: string | undefined = `${front.apiUrl}${repo}/actions/runs?per_page=2`;
    while (next) {
      const reply = await ask(front, next);
      const body = reply.body as { total_count: number; workflow_runs: Run[] };
      expect(body.total_count).toBe(3);
      seen.push(...body.workflow_runs.map((run) => run.id));
      next = /<([^>]+)>; rel="next"/u.exec(reply.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([ids.live, ids.ci, ids.deploy]);
  });

  test('a filtered list ends at 1,000 runs', async () => {
    for (let index = 0; index < 1005; index += 1) {
      front.addRun('acuops-heritage', {
        file: 'ci.yml',
        event: 'schedule',
        createdAt: at('2026-10-01T00:00'),
        jobs: [],
      });
    }
    expect(await listRuns('event=schedule&per_page=100&page=10')).toHaveLength(100);
    expect(await listRuns('event=schedule&per_page=100&page=11')).toEqual([]);
    expect(await listRuns('per_page=100&page=11')).toHaveLength(8);
  });
});

describe('logs', () => {
  test('a job log is a redirect to a text, good once, for a minute, and not with our token', async () => {
    const [, job] = await readJobs(ids.ci);
    const redirect = async (): Promise<string> => {
      const { status, headers } = await ask(front, `${repo}/actions/jobs/${job?.id ?? 0}/logs`);
      expect(status).toBe(302);
      return headers.get('location') ?? '';
    };
    const first = await redirect();
    expect(new URL(first).origin).not.toBe(front.apiUrl);
    expect((await ask(front, first, {})).status).toBe(401);
    expect(await ask(front, first, { token: null })).toMatchObject({ status: 200, body: '1 failed\n' });
    expect((await ask(front, first, { token: null })).status).toBe(403);
    const second = await redirect();
    clock.move(61_000);
    expect((await ask(front, second, { token: null })).status).toBe(403);
  });

  test('the log of a run is a redirect to a zip of its jobs', async () => {
    const { headers } = await ask(front, `${repo}/actions/runs/${ids.ci}/logs`);
    const { status, body } = await ask(front, headers.get('location') ?? '', { token: null });
    expect(status).toBe(200);
    expect(String(body).startsWith('PK')).toBe(true);
    expect(String(body)).toContain('1_test.txt');
  });
});

describe('changes', () => {
  test('re-running failed jobs keeps the id, counts the attempt, and keeps what went well', async () => {
    const { status } = await ask(front, `${repo}/actions/runs/${ids.ci}/rerun-failed-jobs`, {
      method: 'POST',
    });
    expect(status).toBe(201);
    expect(await readRun(ids.ci)).toMatchObject({
      id: ids.ci,
      run_attempt: 2,
      status: 'queued',
      conclusion: null,
    });
    const jobs = await readJobs(ids.ci);
    expect(jobs.map((job) => [job.name, job.conclusion, job.run_attempt])).toEqual([
      ['lint', 'success', 2],
      ['test', null, 2],
    ]);
    const before = await readJobs(ids.ci, 'attempts/1/jobs');
    expect(before.map((job) => job.conclusion)).toEqual(['success', 'failure']);
    expect(await readJobs(ids.ci, 'jobs?filter=all')).toHaveLength(4);
    expect((await ask(front, `${repo}/actions/runs/${ids.ci}/attempts/3`)).status).toBe(404);
    const again = await ask(front, `${repo}/actions/runs/${ids.ci}/rerun-failed-jobs`, { method: 'POST' });
    expect(again.status).toBe(403);
  });

  test('a run older than a month cannot be re-run', async () => {
    clock.move(30 * 86_400_000);
    const { status, body } = await ask(front, `${repo}/actions/runs/${ids.ci}/rerun-failed-jobs`, {
      method: 'POST',
    });
    expect([status, body]).toMatchObject([403, { message: expect.stringContaining('over a month ago') }]);
  });

  test('dispatch: 204 without details, refusals for an unknown ref, a disabled and an unknown workflow', async () => {
    const dispatch = (file: string, body: object) =>
      ask(front, `${repo}/actions/workflows/${file}/dispatches`, { method: 'POST', body });
    expect((await dispatch('acuops-deploy.yml', { ref: 'main' })).status).toBe(204);
    expect(await dispatch('acuops-deploy.yml', { ref: 'nowhere' })).toMatchObject({
      status: 422,
      body: { message: 'No ref found for: nowhere' },
    });
    expect((await dispatch('acuops-deploy.yml', {})).status).toBe(422);
    expect((await dispatch('none.yml', { ref: 'main' })).status).toBe(404);
    front.setWorkflowState('acuops-heritage', 'acuops-deploy.yml', 'disabled_inactivity');
    expect((await dispatch('acuops-deploy.yml', { ref: 'main' })).status).toBe(422);
    expect(await listRuns('status=queued')).toHaveLength(1);
  });

  test('cancel ends a live run once', async () => {
    const cancel = () => ask(front, `${repo}/actions/runs/${ids.live}/cancel`, { method: 'POST' });
    expect((await cancel()).status).toBe(202);
    expect(await readRun(ids.live)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect((await cancel()).status).toBe(409);
  });

  test('a removed workflow is gone by name and from the list, its runs stay', async () => {
    front.removeWorkflow('acuops-demo/acuops-heritage', 'ci.yml');
    expect((await ask(front, `${repo}/actions/workflows/ci.yml`)).status).toBe(404);
    expect((await ask(front, `${repo}/actions/workflows/ci.yml/runs`)).status).toBe(404);
    expect((await ask(front, `${repo}/actions/workflows`)).body).toMatchObject({ total_count: 1 });
    expect(await listRuns('status=failure')).toEqual([ids.ci]);
  });
});
