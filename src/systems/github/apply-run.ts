/**
 * What a webhook makes out of date. Deliveries come late, twice and out of order: one that tells nothing newer than what was read
 * changes nothing. The next read asks again; nothing is copied from the event itself.
 */
import type { Clock } from '../../runtime/clock.ts';
import { JobsPage, type Run, RunsPage, WorkflowsPage } from './answers.ts';
import {
  type CachedAnswer,
  createMark,
  type GitHubCache,
  toJobsKey,
  toRunsKey,
  toTagsKey,
  toWorkflowRunsKey,
  toWorkflowsKey,
} from './cached-answer.ts';
import { isNewer, toFile } from './to-facts.ts';
import type { GitHubEvent, JobChanged, RunChanged } from './webhooks.ts';

type Followed = RunChanged | JobChanged;

const toRunListKeys = (event: RunChanged): readonly string[] => {
  const own = event.branch === null ? [] : [toWorkflowRunsKey(event.repo, event.branch, event.file)];
  return [toRunsKey(event.repo), ...own];
};

/** What has to be read of the cache to decide about an event. */
export const toKeysToLookAt = (event: Followed): readonly string[] => [
  ...(event.kind === 'run-changed' ? [...toRunListKeys(event), toWorkflowsKey(event.repo)] : []),
  toJobsKey(event.repo, event.runId, event.attempt),
];

const findRun = (entry: CachedAnswer | undefined, runId: number): Run | undefined =>
  RunsPage.safeParse(entry?.body).data?.workflow_runs.find((run) => run.id === runId);

/** Whether this list shows the run as the event tells it, or later. */
const knows = (entry: CachedAnswer | undefined, event: RunChanged): boolean => {
  const run = findRun(entry, event.runId);
  if (run === undefined) return false;
  const seen = {
    attempt: run.run_attempt,
    updatedAt: new Date(run.updated_at),
    status: run.status ?? 'queued',
  };
  return !isNewer(event, seen);
};

/** A run proves that its workflow is there and on: a list that says otherwise is out of date. */
const findWrongWorkflows = (
  event: RunChanged,
  cached: ReadonlyMap<string, CachedAnswer>,
): readonly string[] => {
  const key = toWorkflowsKey(event.repo);
  const page = WorkflowsPage.safeParse(cached.get(key)?.body);
  if (!page.success) return [];
  const known = page.data.workflows.find((workflow) => toFile(workflow.path) === event.file);
  return known?.state === 'active' ? [] : [key];
};

const isFinalJobs = (entry: CachedAnswer | undefined): boolean =>
  JobsPage.safeParse(entry?.body).data?.is_final === true;

/** Keys whose cached answers no longer hold; empty for an event that is older than what was read. */
export const decideStale = (
  event: Followed,
  cached: ReadonlyMap<string, CachedAnswer>,
): readonly string[] => {
  const jobs = toJobsKey(event.repo, event.runId, event.attempt);
  const staleJobs = cached.has(jobs) && !isFinalJobs(cached.get(jobs)) ? [jobs] : [];
  if (event.kind === 'job-changed') return staleJobs;
  const keys = toRunListKeys(event);
  const isKnown = keys.some((key) => knows(cached.get(key), event));
  // A list that was never read cannot be out of date once another shows the event; before that, one may be on its way.
  const lists = keys.filter((key) => (cached.has(key) ? !knows(cached.get(key), event) : !isKnown));
  if (lists.length === 0) return [];
  // The pipeline pushes its tag before its run ends.
  return [
    ...lists,
    ...findWrongWorkflows(event, cached),
    ...staleJobs,
    ...(event.status === 'completed' ? [toTagsKey(event.repo)] : []),
  ];
};

/** Says which keys were marked. A mark, not a change of the entry: a read that began before the event may still be writing its answer. */
export const createRunApplier =
  ({ cache, clock }: { readonly cache: GitHubCache; readonly clock: Clock }) =>
  async (event: GitHubEvent): Promise<readonly string[]> => {
    if (event.kind === 'ignored') return [];
    const at = clock.now();
    const stale = decideStale(event, await cache.read(toKeysToLookAt(event)));
    if (stale.length > 0) await cache.write(stale.map((key) => createMark(key, at)));
    return stale;
  };
