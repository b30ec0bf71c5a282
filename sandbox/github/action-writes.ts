/** The changing half of `actions/*`: dispatch, re-run, cancel, enable and disable. What happened is handed on, for the webhooks. */
import { requireRun, requireWorkflow } from './action-reads.ts';
import { findCommit } from './commits.ts';
import { type Answer, HttpRefusal, type Route, type RouteRequest } from './routes.ts';
import type { Happening, RunChanges } from './run-changes.ts';
import { toRepositoryUrl } from './shapes.ts';
import { latestAttempt, type RepositoryRow, type RunRow, type Tables, toSha } from './tables.ts';

export interface ActionWriteParts {
  readonly apiUrl: string;
  readonly clock: () => number;
  readonly tables: Tables;
  readonly changes: RunChanges;
  announce(row: RepositoryRow, run: RunRow, happenings: readonly Happening[]): void;
}

const rerunLimitMs = 30 * 86_400_000;

const parseInputs = (body: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const inputs = body['inputs'] ?? {};
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    throw new HttpRefusal(422, "Invalid request.\n\nFor 'properties/inputs', inputs is not an object.");
  }
  if (Object.keys(inputs).length > 25) {
    throw new HttpRefusal(
      422,
      'Invalid request.\n\nNo more than 25 properties are allowed; more were supplied for inputs.',
    );
  }
  return { ...inputs };
};

const parseRef = (body: Readonly<Record<string, unknown>>, row: RepositoryRow): string => {
  const ref = body['ref'];
  if (typeof ref !== 'string') throw new HttpRefusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  const name = ref.replace(/^refs\/(?:heads|tags)\//u, '');
  if (!row.branches.has(name) && !row.tags.has(name)) throw new HttpRefusal(422, `No ref found for: ${ref}`);
  return name;
};

export const createActionWrites = (parts: ActionWriteParts): readonly Route[] => {
  const dispatch = (request: RouteRequest): Answer => {
    const workflow = requireWorkflow(request);
    const branch = parseRef(request.body, request.repository);
    parseInputs(request.body);
    if (workflow.state !== 'active') {
      throw new HttpRefusal(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
    }
    const { repository } = request;
    const run = parts.tables.addRun(repository.name, {
      file: workflow.file,
      event: 'workflow_dispatch',
      branch,
      status: 'queued',
      createdAt: new Date(parts.clock()),
      actor: request.login,
      displayTitle: workflow.name,
      headSha: findCommit(repository, branch)?.sha ?? toSha(`${repository.name}@${branch}`),
      jobs: [],
    });
    parts.announce(repository, run, [{ event: 'workflow_run', action: 'requested' }]);
    const wantsDetails = request.body['return_run_details'] ?? request.version >= '2026-03-10';
    if (wantsDetails !== true) return { status: 204 };
    return {
      status: 200,
      body: {
        workflow_run_id: run.id,
        run_url: `${toRepositoryUrl(parts.apiUrl, repository)}/actions/runs/${run.id}`,
        html_url: `https://github.com/${repository.owner}/${repository.name}/actions/runs/${run.id}`,
      },
    };
  };

  const rerun = (request: RouteRequest, only: 'failed' | 'all'): Answer => {
    const run = requireRun(request);
    const attempt = latestAttempt(run);
    if (attempt.status !== 'completed') throw new HttpRefusal(403, 'This workflow is already running');
    if (parts.clock() - run.createdAt > rerunLimitMs) {
      throw new HttpRefusal(403, 'Unable to retry this workflow run because it was created over a month ago');
    }
    if (
      only === 'failed' &&
      attempt.jobs.every((job) => job.conclusion === 'success' || job.conclusion === 'skipped')
    ) {
      throw new HttpRefusal(403, 'This workflow run cannot be retried: it has no failed jobs');
    }
    parts.announce(request.repository, run, parts.changes.rerun(run, only));
    return { status: 201, body: {} };
  };

  const cancel = (request: RouteRequest): Answer => {
    const run = requireRun(request);
    if (latestAttempt(run).status === 'completed') {
      throw new HttpRefusal(409, 'Cannot cancel a workflow run that is completed.');
    }
    parts.announce(request.repository, run, parts.changes.cancel(run));
    return { status: 202, body: {} };
  };

  const switchTo = (request: RouteRequest, state: 'active' | 'disabled_manually'): Answer => {
    requireWorkflow(request).state = state;
    return { status: 204 };
  };

  const write = (
    method: 'POST' | 'PUT',
    pattern: string,
    answer: (request: RouteRequest) => Answer,
  ): Route => ({
    method,
    pattern: `actions/${pattern}`,
    permission: ['actions', 'write'],
    answer,
  });

  return [
    write('POST', 'workflows/:workflow/dispatches', dispatch),
    write('PUT', 'workflows/:workflow/enable', (request) => switchTo(request, 'active')),
    write('PUT', 'workflows/:workflow/disable', (request) => switchTo(request, 'disabled_manually')),
    write('POST', 'runs/:run/rerun-failed-jobs', (request) => rerun(request, 'failed')),
    write('POST', 'runs/:run/rerun', (request) => rerun(request, 'all')),
    write('POST', 'runs/:run/cancel', cancel),
    write('POST', 'runs/:run/force-cancel', cancel),
  ];
};
