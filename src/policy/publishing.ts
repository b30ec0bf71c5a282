/** Who publishes where: nobody signs in while a run deploys, whichever tenant of the site it is for. Pure. */
import type { Target } from '../operations/target.ts';
import { readTitle } from './health/deploy-runs.ts';
import type { PipelineFacts, RunFact } from './health/facts.ts';
import { isPullRequest, toLatestAttempts } from './health/runs.ts';

/** A deploy that goes on at an instance, and whose it is: its link leads to that client's repository. */
export interface Publishing {
  readonly instanceId: string;
  readonly targetId: string;
  readonly since: string;
  readonly runUrl: string;
}

/** Runs as somebody read them. */
export interface KnownRuns {
  readonly list: readonly RunFact[];
  readonly readAt: Date;
}

/** GitHub starts a queued run within seconds. One that waits for longer waits for a runner or a person, and nothing restarts. */
const queueMs = 3 * 60_000;
const queued: ReadonlySet<string> = new Set(['queued', 'pending', 'requested']);
/**
 * A deploy is over within the hour (contracts 1b: 20 minutes of gate, 10 of polling, alarm at 15). An older list must not hide
 * an outage behind a deploy that ended long ago.
 */
const believedMs = 60 * 60_000;

/** `waiting` is not among them: a run that a person has yet to approve may stand like that for days. */
const isUnderWay = (run: RunFact, readAt: Date): boolean =>
  run.status === 'in_progress' ||
  (queued.has(run.status) && readAt.getTime() - run.updatedAt.getTime() <= queueMs);

const dispatches: ReadonlySet<string> = new Set(['workflow_dispatch', 'repository_dispatch']);

/** A push goes where its branch goes. A dispatch is told where by an input that no list shows, so only its title may rule one out. */
const isFor = (run: RunFact, target: Target, environment: Target['environments'][number]): boolean => {
  if (dispatches.has(run.event)) return (readTitle(run.title) ?? environment.name) === environment.name;
  const branch = environment.branch ?? (environment.name === 'production' ? target.branch : 'staging');
  return run.branch === branch;
};

/** Deploys of this client that go on now, one for each of its environments. */
export const findPublishing = (target: Target, runs: KnownRuns | null, now: Date): readonly Publishing[] => {
  if (runs === null || now.getTime() - runs.readAt.getTime() > believedMs) return [];
  const underWay = toLatestAttempts(runs.list).filter(
    (run) => run.file === target.deployWorkflow && isUnderWay(run, runs.readAt) && !isPullRequest(run),
  );
  return target.environments.flatMap((environment) => {
    const run = underWay.find((candidate) => isFor(candidate, target, environment));
    if (!run) return [];
    const { instanceId } = environment;
    return [{ instanceId, targetId: target.id, since: run.createdAt.toISOString(), runUrl: run.url }];
  });
};

export const toKnownRuns = (facts: PipelineFacts): KnownRuns | null =>
  facts.runs.kind === 'known' ? { list: facts.runs.value, readAt: facts.runs.observedAt } : null;

/** What one client may know of a deploy at its instance: since when, and by which run only where the run is its own. */
export type Held = { readonly since: string; readonly runUrl: string | null };

/** Of the deploys that go on at one instance; null where there are none. */
export const toHeld = (there: readonly Publishing[], targetId: string): Held | null => {
  const run = there.find((one) => one.targetId === targetId) ?? there[0];
  return run ? { since: run.since, runUrl: run.targetId === targetId ? run.runUrl : null } : null;
};
