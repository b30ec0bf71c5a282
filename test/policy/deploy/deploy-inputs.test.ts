import { describe, expect, it } from 'vitest';
import { planInputs } from '../../../src/policy/deploy/deploy-inputs.ts';
import { input, sampleWorkflow } from './sample-plan.ts';

const wish = { environment: 'production', isDryRun: false, skipsBackup: false } as const;

describe('the inputs of a dispatch', () => {
  it('say everything that the workflow asks, as text', () => {
    expect(planInputs(sampleWorkflow, { ...wish, isDryRun: true })).toEqual({
      kind: 'planned',
      inputs: {
        environment: 'production',
        dry_run: 'true',
        skip_backup: 'false',
        skip_countdown: 'false',
        force_qualify: 'false',
        countdown_complete: 'false',
      },
    });
  });

  it('are only those that the workflow declares', () => {
    const workflow = { ...sampleWorkflow, inputs: [input('environment'), input('colour')] };
    expect(planInputs(workflow, wish)).toEqual({ kind: 'planned', inputs: { environment: 'production' } });
  });

  it('leave one alone that we do not know where it can be left out', () => {
    const inputs = [
      input('environment'),
      input('reason', { isRequired: true, hasDefault: true }),
      input('colour'),
    ];
    expect(planInputs({ ...sampleWorkflow, inputs }, wish)).toEqual({
      kind: 'planned',
      inputs: { environment: 'production' },
    });
  });

  it('skip the backup where that is wished', () => {
    expect(planInputs(sampleWorkflow, { ...wish, skipsBackup: true })).toMatchObject({
      inputs: { skip_backup: 'true' },
    });
  });

  it.each([
    [[], wish, 'the workflow has no input that says which environment'],
    [
      [input('environment'), input('dry_run')],
      { ...wish, skipsBackup: true },
      'the workflow offers no way to skip the backup',
    ],
    [[input('environment')], { ...wish, isDryRun: true }, 'the workflow offers no dry run'],
    [
      [input('environment', { options: ['prod', 'staging'] })],
      wish,
      "the workflow's input environment has no option production",
    ],
    [
      [input('environment'), input('force_qualify', { options: ['yes', 'no'] })],
      wish,
      "the workflow's input force_qualify has no option false",
    ],
    [
      [input('environment'), input('ticket', { isRequired: true })],
      wish,
      'the workflow requires the input ticket, which the desk does not know',
    ],
  ])('are impossible for %o', (inputs, wished, say) => {
    expect(planInputs({ ...sampleWorkflow, inputs }, wished)).toEqual({ kind: 'impossible', say });
  });
});
