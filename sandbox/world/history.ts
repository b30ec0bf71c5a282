/** A repository's past in a few words: deploys, dry runs and CI runs so many days ago, as runs with jobs and as deploy tags. */
import { toSha } from '../github/tables.ts';
import type { JobInput, RunInput } from '../github/types.ts';
import { ciFile, deployFile } from './client.ts';

const dayMs = 86_400_000;

export const daysBefore = (now: Date, days: number): Date =>
  new Date(now.getTime() - Math.round(days * dayMs));

const pad = (value: number): string => String(value).padStart(2, '0');

/** `deploy/prod/YYYYMMDD-HHMMSS`, in UTC as the pipeline's runners write it. */
export const toDeployTag = (at: Date): string => {
  const day = `${at.getUTCFullYear()}${pad(at.getUTCMonth() + 1)}${pad(at.getUTCDate())}`;
  return `deploy/prod/${day}-${pad(at.getUTCHours())}${pad(at.getUTCMinutes())}${pad(at.getUTCSeconds())}`;
};

const deploySteps = ['Check out engine', 'Snapshot', 'Countdown', 'Import package', 'Publish', 'Verify'];

const publishFailedLog = `[import] package accepted, 14 items
[publish] publishBegin answered 204
[publish] publishEnd: isFailed
[publish] error: Invalid column name 'UsrLotGrade'
Error: publish failed, rolling back to the snapshot of this run
`;

const toDeployJob = (end: 'success' | 'failure' | 'skipped'): JobInput => ({
  name: 'deploy',
  conclusion: end,
  log: end === 'failure' ? publishFailedLog : '[publish] completed in 118 s\n[verify] 23/23\n',
  steps: deploySteps.map((name, index) => {
    const isReached = end === 'success' || index < 4;
    const conclusion =
      end === 'skipped' ? 'skipped' : isReached ? 'success' : index === 4 ? 'failure' : 'skipped';
    return { name, conclusion };
  }),
});

export interface DeployPlan {
  readonly now: Date;
  readonly daysAgo: number;
  readonly actor: string;
  /** `rolled-back`: published badly and undone. `dry-run`: nothing published. */
  readonly end?: 'success' | 'rolled-back' | 'dry-run';
}

/** Eleven minutes, the deploy job done shortly before the end. */
export const toDeployRun = ({ now, daysAgo, actor, end = 'success' }: DeployPlan): RunInput => {
  const doneAt = daysBefore(now, daysAgo);
  const startedAt = new Date(doneAt.getTime() - 9 * 60_000);
  const isDry = end === 'dry-run';
  const deployed = end === 'rolled-back' ? 'failure' : isDry ? 'skipped' : 'success';
  return {
    file: deployFile,
    event: isDry ? 'workflow_dispatch' : 'push',
    branch: 'main',
    actor,
    displayTitle: isDry ? 'Deploy production (dry run)' : 'Publish customization package',
    headSha: toSha(`deploy ${actor} ${doneAt.toISOString()}`),
    createdAt: startedAt,
    updatedAt: new Date(doneAt.getTime() + 2 * 60_000),
    conclusion: deployed === 'failure' ? 'failure' : 'success',
    jobs: [
      { name: 'build', conclusion: 'success' },
      { name: 'qualify', conclusion: 'success' },
      { name: 'test-tenant-gate', conclusion: 'success' },
      { ...toDeployJob(deployed), completedAt: doneAt },
      { name: 'validate', conclusion: 'skipped' },
      { name: 'post-deploy-validation', conclusion: deployed === 'success' ? 'success' : 'skipped' },
    ],
  };
};

/** The tag the pipeline sets when a deploy is done, with its suffix where it was undone. */
export const toTag = (plan: DeployPlan): { name: string; sha: string } => {
  const name = toDeployTag(daysBefore(plan.now, plan.daysAgo));
  const sha = toDeployRun(plan).headSha ?? '';
  return { name: plan.end === 'rolled-back' ? `${name}-ROLLED-BACK` : name, sha };
};

const testFailedLog = `tests/test_price_rules.py::test_tier_break FAILED
E   AssertionError: assert Decimal('10.40') == Decimal('10.45')
1 failed, 86 passed in 41.20s
Error: Process completed with exit code 1.
`;

export interface CiPlan {
  readonly now: Date;
  readonly daysAgo: number;
  readonly actor: string;
  readonly isRed?: boolean;
  /** Left out: a push to main. */
  readonly pullRequestBranch?: string;
}

export const toCiRun = ({ now, daysAgo, actor, isRed = false, pullRequestBranch }: CiPlan): RunInput => {
  const createdAt = daysBefore(now, daysAgo);
  return {
    file: ciFile,
    event: pullRequestBranch === undefined ? 'push' : 'pull_request',
    branch: pullRequestBranch ?? 'main',
    actor,
    displayTitle: pullRequestBranch === undefined ? 'Merge price rules' : 'Tier breaks for price rules',
    createdAt,
    updatedAt: new Date(createdAt.getTime() + 4 * 60_000),
    jobs: [
      { name: 'lint', conclusion: 'success', log: 'shellcheck: 0 warnings\nruff: all checks passed\n' },
      isRed
        ? { name: 'test', conclusion: 'failure', log: testFailedLog }
        : { name: 'test', conclusion: 'success', log: '87 passed in 40.83s\n' },
    ],
  };
};
