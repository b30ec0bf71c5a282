import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GitHubFront } from '../../../sandbox/github/front.ts';
import { createOpenApi, type OpenApi } from './open-api.ts';
import { ask, createClock, createLively, repo } from './support.ts';

let front: GitHubFront;
let openApi: OpenApi;
let ids: { deploy: number; ci: number; live: number };
const base = '/repos/{owner}/{repo}';

beforeAll(async () => {
  const lively = await createLively({ clock: createClock() });
  front = lively.front;
  ids = lively;
  openApi = createOpenApi();
});
afterAll(() => front.stop());

const jobIdOf = async (run: number): Promise<number> => {
  const { body } = await ask(front, `${repo}/actions/runs/${run}/jobs`);
  return (body as { jobs: { id: number }[] }).jobs[0]?.id ?? 0;
};

describe('answers fit the OpenAPI description', () => {
  test('the check itself finds a missing field', () => {
    const path = `${base}/actions/workflows`;
    expect(openApi.findFaults('GET', path, 200, { total_count: 0, workflows: [] })).toEqual([]);
    expect(openApi.findFaults('GET', path, 200, { total_count: 1, workflows: [{ id: 1 }] })).not.toEqual([]);
    expect(openApi.findFaults('GET', path, 200, { workflows: [] })).not.toEqual([]);
  });

  const reads: readonly [path: string, toPath: () => string | Promise<string>, status?: number][] = [
    [base, () => repo],
    [`${base}/actions/workflows`, () => `${repo}/actions/workflows`],
    [`${base}/actions/workflows/{workflow_id}`, () => `${repo}/actions/workflows/ci.yml`],
    [
      `${base}/actions/workflows/{workflow_id}/runs`,
      () => `${repo}/actions/workflows/acuops-deploy.yml/runs`,
    ],
    [`${base}/actions/runs`, () => `${repo}/actions/runs`],
    [`${base}/actions/runs/{run_id}`, () => `${repo}/actions/runs/${ids.live}`],
    [
      `${base}/actions/runs/{run_id}/attempts/{attempt_number}`,
      () => `${repo}/actions/runs/${ids.ci}/attempts/1`,
    ],
    [`${base}/actions/runs/{run_id}/jobs`, () => `${repo}/actions/runs/${ids.live}/jobs`],
    [
      `${base}/actions/runs/{run_id}/attempts/{attempt_number}/jobs`,
      () => `${repo}/actions/runs/${ids.deploy}/attempts/1/jobs`,
    ],
    [`${base}/actions/runs/{run_id}/artifacts`, () => `${repo}/actions/runs/${ids.deploy}/artifacts`],
    [`${base}/actions/jobs/{job_id}`, async () => `${repo}/actions/jobs/${await jobIdOf(ids.ci)}`],
    [
      `${base}/actions/jobs/{job_id}/logs`,
      async () => `${repo}/actions/jobs/${await jobIdOf(ids.ci)}/logs`,
      302,
    ],
    [`${base}/actions/runs/{run_id}/logs`, () => `${repo}/actions/runs/${ids.ci}/logs`, 302],
    [`${base}/git/matching-refs/{ref}`, () => `${repo}/git/matching-refs/tags/deploy/prod/`],
    [`${base}/git/ref/{ref}`, () => `${repo}/git/ref/tags/v1.0.0`],
    [`${base}/tags`, () => `${repo}/tags`],
    ['/rate_limit', () => '/rate_limit'],
    [base, () => '/repos/acuops-demo/nowhere', 404],
  ];

  test.each(reads)('GET %s', async (path, toPath, status = 200) => {
    const answer = await ask(front, await toPath());
    expect(answer.status).toBe(status);
    expect(openApi.findFaults('GET', path, status, answer.body)).toEqual([]);
  });

  test('a missing run is the common error', async () => {
    const { status, body } = await ask(front, `${repo}/actions/runs/7`);
    const documentation_url = 'https://docs.github.com/rest';
    expect([status, body]).toEqual([404, { message: 'Not Found', documentation_url, status: '404' }]);
  });

  test('dispatch, re-run and cancel', async () => {
    const dispatched = await ask(front, `${repo}/actions/workflows/acuops-deploy.yml/dispatches`, {
      method: 'POST',
      body: { ref: 'main', inputs: { environment: 'production' }, return_run_details: true },
    });
    expect(dispatched.status).toBe(200);
    expect(
      openApi.findFaults('POST', `${base}/actions/workflows/{workflow_id}/dispatches`, 200, dispatched.body),
    ).toEqual([]);
    const { workflow_run_id: run } = dispatched.body as { workflow_run_id: number };

    const cancelled = await ask(front, `${repo}/actions/runs/${run}/cancel`, { method: 'POST' });
    expect(cancelled.status).toBe(202);
    expect(openApi.findFaults('POST', `${base}/actions/runs/{run_id}/cancel`, 202, cancelled.body)).toEqual(
      [],
    );

    const again = await ask(front, `${repo}/actions/runs/${ids.ci}/rerun-failed-jobs`, { method: 'POST' });
    expect(again.status).toBe(201);
    expect(
      openApi.findFaults('POST', `${base}/actions/runs/{run_id}/rerun-failed-jobs`, 201, again.body),
    ).toEqual([]);

    const tag = await ask(front, `${repo}/git/refs`, {
      method: 'POST',
      body: { ref: 'refs/tags/v1.0.1', sha: 'a'.repeat(40) },
    });
    expect(tag.status).toBe(201);
    expect(openApi.findFaults('POST', `${base}/git/refs`, 201, tag.body)).toEqual([]);
  });

  test('every webhook of a run and its jobs', async () => {
    front.updateRun('acuops-heritage', ids.live, { status: 'completed', conclusion: 'failure' });
    const made = front.webhooks.deliveries();
    const names = made.map((delivery) => `${delivery.event}-${delivery.action}`.replaceAll('_', '-'));
    expect(new Set(names)).toEqual(
      new Set([
        'workflow-run-requested',
        'workflow-run-completed',
        'workflow-job-queued',
        'workflow-job-completed',
      ]),
    );
    const faults = made.flatMap((delivery, index) =>
      openApi.findWebhookFaults(names[index] ?? '', JSON.parse(delivery.body)),
    );
    expect(faults).toEqual([]);
  });
});
