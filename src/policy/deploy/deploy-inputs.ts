/** What a dispatch hands to the client's deploy workflow for one wish, or why that workflow cannot do it. Whether the wish is a good one is judged elsewhere. */
import type { EnvironmentName } from '../health/facts.ts';
import type { WorkflowFileFact } from './facts.ts';

export interface DeployWish {
  readonly environment: EnvironmentName;
  readonly isDryRun: boolean;
  readonly skipsBackup: boolean;
}

export type PlannedInputs =
  | { readonly kind: 'planned'; readonly inputs: Readonly<Record<string, string>> }
  | { readonly kind: 'impossible'; readonly say: string };

/** The countdown and the second qualification belong to the workflow: the desk never asks it to leave them out. */
const toKnownInputs = (wish: DeployWish): ReadonlyMap<string, string> =>
  new Map([
    ['environment', wish.environment],
    ['dry_run', String(wish.isDryRun)],
    ['skip_backup', String(wish.skipsBackup)],
    ['skip_countdown', 'false'],
    ['force_qualify', 'false'],
    ['countdown_complete', 'false'],
  ]);

const impossible = (say: string): PlannedInputs => ({ kind: 'impossible', say });

/** GitHub refuses a dispatch with an input that the workflow does not declare: only declared ones go in, all as text. */
export const planInputs = (workflow: WorkflowFileFact, wish: DeployWish): PlannedInputs => {
  const declares = (name: string): boolean => workflow.inputs.some((input) => input.name === name);
  // Its branch or a guess of its own would decide where it deploys, whatever was agreed to.
  if (!declares('environment')) return impossible('the workflow has no input that says which environment');
  if (wish.isDryRun && !declares('dry_run')) return impossible('the workflow offers no dry run');
  if (wish.skipsBackup && !declares('skip_backup'))
    return impossible('the workflow offers no way to skip the backup');
  const known = toKnownInputs(wish);
  const inputs: [name: string, value: string][] = [];
  for (const { name, isRequired, hasDefault, options } of workflow.inputs) {
    const value = known.get(name);
    if (value === undefined) {
      if (isRequired && !hasDefault)
        return impossible(`the workflow requires the input ${name}, which the desk does not know`);
    } else if (options !== null && !options.includes(value)) {
      return impossible(`the workflow's input ${name} has no option ${value}`);
    } else inputs.push([name, value]);
  }
  return { kind: 'planned', inputs: Object.fromEntries(inputs) };
};
