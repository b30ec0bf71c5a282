/** Workflows, runs and jobs as GitHub writes them in JSON, in answers and in webhooks alike. */
import { type Json, toMinimalRepository, toNodeId, toRepositoryUrl, toTime, toUser } from './shapes.ts';
import {
  type AttemptRow,
  type JobRow,
  type RepositoryRow,
  type RunRow,
  toSha,
  type WorkflowRow,
} from './tables.ts';

export const toWorkflow = (apiUrl: string, row: RepositoryRow, workflow: WorkflowRow): Json => {
  const page = `https://github.com/${row.owner}/${row.name}`;
  return {
    id: workflow.id,
    node_id: toNodeId('Workflow', workflow.id),
    name: workflow.name,
    path: `.github/workflows/${workflow.file}`,
    state: workflow.state,
    created_at: toTime(workflow.createdAt),
    updated_at: toTime(workflow.createdAt),
    url: `${toRepositoryUrl(apiUrl, row)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/main/.github/workflows/${workflow.file}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
};

/** One run as its `attempt` was; the list and the plain get show the newest one. */
export const toRun = (apiUrl: string, row: RepositoryRow, run: RunRow, attempt: AttemptRow): Json => {
  const url = `${toRepositoryUrl(apiUrl, row)}/actions/runs/${run.id}`;
  const suite = run.id + 7_000_000_000;
  const repository = toMinimalRepository(apiUrl, row);
  const person = { name: run.actor, email: `${run.actor}@users.noreply.github.com` };
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: toNodeId('WorkflowRun', run.id),
    head_branch: run.branch,
    head_sha: run.headSha,
    path: `.github/workflows/${run.workflow.file}`,
    display_title: run.displayTitle,
    run_number: run.number,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: suite,
    check_suite_node_id: toNodeId('CheckSuite', suite),
    url,
    html_url: `https://github.com/${row.owner}/${row.name}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: toTime(run.createdAt),
    updated_at: toTime(attempt.updatedAt),
    actor: toUser(apiUrl, run.actor),
    triggering_actor: toUser(apiUrl, run.actor),
    run_attempt: attempt.number,
    referenced_workflows: [],
    run_started_at: toTime(attempt.startedAt),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${toRepositoryUrl(apiUrl, row)}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${toRepositoryUrl(apiUrl, row)}/actions/workflows/${run.workflow.id}`,
    head_commit: {
      id: run.headSha,
      tree_id: toSha(`tree of ${run.headSha}`),
      message: run.displayTitle,
      timestamp: toTime(run.createdAt),
      author: person,
      committer: person,
    },
    repository,
    head_repository: repository,
  };
};

/** A step's times: the job's own, cut into equal parts. */
const toSteps = (job: JobRow): Json[] => {
  const span = (job.completedAt ?? job.startedAt) - job.startedAt;
  const each = span / Math.max(1, job.steps.length);
  return job.steps.map((step, index) => {
    const status = step.status ?? (step.conclusion === null ? 'queued' : 'completed');
    const at = (part: number): string => new Date(job.startedAt + part * each).toISOString();
    return {
      name: step.name,
      status,
      conclusion: step.conclusion,
      number: index + 1,
      started_at: status === 'queued' ? null : at(index),
      completed_at: status === 'completed' ? at(index + 1) : null,
    };
  });
};

export const toJob = (
  apiUrl: string,
  row: RepositoryRow,
  run: RunRow,
  attempt: AttemptRow,
  job: JobRow,
): Json => {
  const base = toRepositoryUrl(apiUrl, row);
  const hasRunner = job.status !== 'queued' && job.conclusion !== 'skipped';
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflow.name,
    head_branch: run.branch,
    run_url: `${base}/actions/runs/${run.id}`,
    run_attempt: attempt.number,
    node_id: toNodeId('CheckRun', job.id),
    head_sha: run.headSha,
    url: `${base}/actions/jobs/${job.id}`,
    html_url: `https://github.com/${row.owner}/${row.name}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: toTime(attempt.startedAt),
    started_at: toTime(job.startedAt),
    completed_at: job.completedAt === null ? null : toTime(job.completedAt),
    name: job.name,
    steps: toSteps(job),
    check_run_url: `${base}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: hasRunner ? 21 : null,
    runner_name: hasRunner ? 'GitHub Actions 21' : null,
    runner_group_id: hasRunner ? 0 : null,
    runner_group_name: hasRunner ? 'GitHub Actions' : null,
  };
};
