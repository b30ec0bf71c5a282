/** The criteria that a repository tells of: workflow, last deploy and each CI workflow; also where it told nothing in time. */
import type { HealthClient, Observation, PipelineFacts } from './facts.ts';
import { judgeCi } from './judge-ci.ts';
import { judgeLastDeploy } from './judge-last-deploy.ts';
import { judgeWorkflow } from './judge-workflow.ts';

export const judgePipeline = (
  client: HealthClient,
  facts: PipelineFacts,
  now: Date,
): readonly Observation[] => [
  judgeWorkflow(client, facts.workflows, now),
  judgeLastDeploy(client, facts, now),
  ...judgeCi(client, facts.runs, now),
];

/**
 * What stands for a repository whose facts were not in when the check had to end (issue: then `unknown: timed out`). The same
 * subjects as if it had answered: a clock whose subject is missing would be taken for one that is over.
 */
export const judgeLatePipeline = (client: HealthClient, now: Date): readonly Observation[] => {
  const late = { kind: 'unknown', reason: 'timed-out', say: 'timed out' } as const;
  const facts = {
    repo: client.repo,
    workflows: late,
    runs: late,
    deployTags: late,
    deployJobs: new Map(),
  };
  return judgePipeline(client, facts, now);
};
