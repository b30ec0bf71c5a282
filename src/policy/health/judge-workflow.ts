/** Judges whether the client's deploy workflow can run at all. Reading the list of workflows is left to the systems. */
import type { Fact, HealthClient, Observation, WorkflowFact } from './facts.ts';
import { observeUnknown } from './observe-unknown.ts';
import { joinSights } from './sight.ts';

/** GitHub's words for a switched-off workflow, as a person would say them. */
const disabledSays: Readonly<Record<string, string>> = {
  disabled_manually: 'deploy workflow switched off by a person',
  disabled_inactivity: 'deploy workflow switched off by GitHub, repository inactive',
  disabled_fork: 'deploy workflow off, repository is a fork',
};

const isFile = (workflow: WorkflowFact, file: string): boolean =>
  workflow.file === file || workflow.file.endsWith(`/${file}`);

/** Active passes; missing from a readable list or any `disabled_*` fails; a list that could not be read is unknown. */
export const judgeWorkflow = (
  client: Pick<HealthClient, 'deployWorkflow'>,
  workflows: Fact<readonly WorkflowFact[]>,
  now: Date,
): Observation => {
  if (workflows.kind === 'unknown') return observeUnknown('workflow', workflows, now);
  const file = client.deployWorkflow;
  const found = workflows.value.filter((workflow) => isFile(workflow, file));
  // A file that was deleted and added again is listed twice; the living entry counts.
  const workflow =
    found.find((entry) => entry.state === 'active') ?? found.find((entry) => entry.state !== 'deleted');
  const base = {
    criterion: 'workflow',
    url: workflow?.url ?? null,
    ...joinSights([workflows]),
  } as const;
  if (workflow === undefined) {
    const next = `restore .github/workflows/${file} on the production branch`;
    return {
      ...base,
      verdict: 'fail',
      cause: 'workflow-missing',
      say: `deploy workflow ${file} is missing`,
      next,
    };
  }
  if (workflow.state === 'active') {
    return { ...base, verdict: 'pass', cause: 'active', say: 'deploy workflow enabled', next: null };
  }
  if (workflow.state.startsWith('disabled_')) {
    const say = disabledSays[workflow.state] ?? `deploy workflow off (${workflow.state})`;
    return { ...base, verdict: 'fail', cause: workflow.state, say, next: `enable ${file} on GitHub` };
  }
  const say = `GitHub gave a state we do not know: ${workflow.state}`;
  return {
    ...base,
    verdict: 'unknown',
    cause: 'unexpected-state',
    say,
    next: 'look at the workflow on GitHub',
  };
};
