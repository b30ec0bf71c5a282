/** The reading half of `actions/*`: workflows, runs, attempts, jobs and logs. */
import type { Downloads } from './downloads.ts';
import { type Answer, type Route, type RouteRequest, refuseNotFound } from './routes.ts';
import { planRunList, toPage } from './run-filters.ts';
import { toJob, toRun, toWorkflow } from './run-shapes.ts';
import {
  type AttemptRow,
  findJob,
  findWorkflow,
  latestAttempt,
  type RunRow,
  type WorkflowRow,
} from './tables.ts';
import { toZip } from './zip.ts';

export const requireRun = (request: RouteRequest): RunRow => {
  const run = request.repository.runs.get(Number(request.params['run']));
  if (!run) throw refuseNotFound();
  return run;
};

export const requireWorkflow = (request: RouteRequest): WorkflowRow => {
  const workflow = findWorkflow(request.repository, request.params['workflow'] ?? '');
  if (!workflow) throw refuseNotFound();
  return workflow;
};

const requireAttempt = (request: RouteRequest): AttemptRow => {
  const attempt = requireRun(request).attempts.find(
    (one) => String(one.number) === request.params['attempt'],
  );
  if (!attempt) throw refuseNotFound();
  return attempt;
};

const toRedirect = (location: string): Answer => ({ status: 302, headers: { location } });

const toArchive = (attempt: AttemptRow): Buffer =>
  toZip(attempt.jobs.map((job, index) => ({ name: `${index}_${job.name}.txt`, text: job.log })));

export const createActionReads = (apiUrl: string, downloads: Downloads): readonly Route[] => {
  const listRuns = (request: RouteRequest, workflowId?: number): Answer => {
    const { repository, url } = request;
    const { runs, reachable } = planRunList(repository, url.searchParams, workflowId);
    const page = toPage(runs, url, reachable);
    const shown = page.items.map((run) => toRun(apiUrl, repository, run, latestAttempt(run)));
    return { status: 200, body: { total_count: runs.length, workflow_runs: shown }, headers: page.headers };
  };

  const listJobs = (request: RouteRequest, attempts: readonly AttemptRow[]): Answer => {
    const run = requireRun(request);
    const jobs = attempts.flatMap((attempt) =>
      attempt.jobs.map((job) => toJob(apiUrl, request.repository, run, attempt, job)),
    );
    const page = toPage(jobs, request.url);
    return { status: 200, body: { total_count: jobs.length, jobs: page.items }, headers: page.headers };
  };

  const get = (pattern: string, answer: (request: RouteRequest) => Answer): Route => ({
    method: 'GET',
    pattern: `actions/${pattern}`,
    permission: ['actions', 'read'],
    answer,
  });

  return [
    get('workflows', ({ repository, url }) => {
      const workflows = [...repository.workflows.values()];
      const page = toPage(workflows, url);
      const shown = page.items.map((workflow) => toWorkflow(apiUrl, repository, workflow));
      return {
        status: 200,
        body: { total_count: workflows.length, workflows: shown },
        headers: page.headers,
      };
    }),
    get('workflows/:workflow', (request) => ({
      status: 200,
      body: toWorkflow(apiUrl, request.repository, requireWorkflow(request)),
    })),
    get('workflows/:workflow/runs', (request) => listRuns(request, requireWorkflow(request).id)),
    get('runs', (request) => listRuns(request)),
    get('runs/:run', (request) => {
      const run = requireRun(request);
      return { status: 200, body: toRun(apiUrl, request.repository, run, latestAttempt(run)) };
    }),
    get('runs/:run/attempts/:attempt', (request) => ({
      status: 200,
      body: toRun(apiUrl, request.repository, requireRun(request), requireAttempt(request)),
    })),
    get('runs/:run/jobs', (request) => {
      const run = requireRun(request);
      const isAll = request.url.searchParams.get('filter') === 'all';
      return listJobs(request, isAll ? run.attempts.toReversed() : [latestAttempt(run)]);
    }),
    get('runs/:run/attempts/:attempt/jobs', (request) => listJobs(request, [requireAttempt(request)])),
    get('runs/:run/artifacts', (request) => {
      requireRun(request);
      return { status: 200, body: { total_count: 0, artifacts: [] } };
    }),
    get('runs/:run/logs', (request) =>
      toRedirect(downloads.offer('application/zip', toArchive(latestAttempt(requireRun(request))))),
    ),
    get('runs/:run/attempts/:attempt/logs', (request) =>
      toRedirect(downloads.offer('application/zip', toArchive(requireAttempt(request)))),
    ),
    get('jobs/:job', (request) => {
      const found = findJob(request.repository, Number(request.params['job']));
      if (!found) throw refuseNotFound();
      return { status: 200, body: toJob(apiUrl, request.repository, found.run, found.attempt, found.job) };
    }),
    get('jobs/:job/logs', (request) => {
      const found = findJob(request.repository, Number(request.params['job']));
      if (!found) throw refuseNotFound();
      return toRedirect(downloads.offer('text/plain; charset=utf-8', found.job.log));
    }),
  ];
};
