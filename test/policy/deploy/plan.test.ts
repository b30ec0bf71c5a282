import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceFacts } from '../../../src/policy/deploy/facts.ts';
import {
  type DeployParts,
  DeployPlan,
  digestPlan,
  type PlannedDeploy,
  planDeploy,
  planProjects,
} from '../../../src/policy/deploy/plan.ts';
import { ago, dayMs, known, now, unknownFact } from '../health/sample-facts.ts';
import {
  input,
  sampleParts,
  sampleSettings,
  sampleSource,
  sampleWorkflow,
  toFingerprint,
} from './sample-plan.ts';

const plan = (over: Partial<DeployParts> = {}): Extract<PlannedDeploy, { kind: 'planned' }> => {
  const planned = planDeploy(sampleParts(over));
  if (planned.kind === 'incomplete') throw new Error(planned.missing.join('; '));
  return planned;
};
const planWith = (over: Partial<SourceFacts>) => plan({ source: sampleSource(over) });
const findMissing = (over: Partial<DeployParts>): readonly string[] => {
  const planned = planDeploy(sampleParts(over));
  return planned.kind === 'incomplete' ? planned.missing : [];
};

describe('the plan of a deploy', () => {
  it('says all that the deploy will do, and fits its schema', () => {
    const { plan: made, digest } = planWith({
      variables: known({ CI_METRICS_URL: 'https://metrics.example.com' }),
    });
    expect(made).toEqual({
      schema: 'acuops.deploy-plan/1',
      client: { id: 'target-1', key: 'heritage' },
      environment: 'production',
      instance: { id: 'instance-1', url: 'https://heritage.example.com/erp', tenant: 'Heritage' },
      repo: 'acme/acuops-heritage',
      ref: 'main',
      sha: 'a'.repeat(40),
      live: 'c'.repeat(40),
      workflow: { file: 'acuops-deploy.yml', blobSha: 'b'.repeat(40) },
      inputs: {
        environment: 'production',
        dry_run: 'false',
        skip_backup: 'false',
        skip_countdown: 'false',
        force_qualify: 'false',
        countdown_complete: 'false',
      },
      projects: ['FromFile', 'Payments'],
      engines: [{ repo: 'acme/engine', ref: 'v1', sha: 'e'.repeat(40) }],
      variables: {
        CI_METRICS_URL: toFingerprint('sample key')(
          'acme/acuops-heritage',
          'CI_METRICS_URL',
          'https://metrics.example.com',
        ).slice(0, 16),
      },
      merges: true,
    });
    expect(DeployPlan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect(digest).toMatch(/^[0-9a-f]{64}$/u);
    expect(digest).toBe(digestPlan(made));
  });

  it('goes without an engine and without a live version where there are none', () => {
    const source = sampleSource({
      engines: known([]),
      workflow: known({ ...sampleWorkflow, engines: [] }),
    });
    const { plan: made } = plan({ source, live: null });
    expect([made.engines, made.live]).toEqual([[], null]);
    expect(DeployPlan.safeParse(made).success).toBe(true);
  });

  it('takes in only variables that the workflow reads, in any case, and no blank ones', () => {
    const { plan: made } = planWith({
      variables: known({ ACUOPS_PIPELINE_VERSION: 'v2', OTHER: 'x', CI_METRICS_URL: ' ' }),
    });
    expect(Object.keys(made.variables)).toEqual(['ACUOPS_PIPELINE_VERSION']);
  });

  it('takes in all variables where the workflow may read any of them', () => {
    const workflow = known({ ...sampleWorkflow, readsAllVariables: true });
    const { plan: made } = planWith({ workflow, variables: known({ OTHER: 'x', MORE: 'y', BLANK: '' }) });
    expect(Object.keys(made.variables)).toEqual(['OTHER', 'MORE']);
  });

  it('fingerprints a value so that nobody without the key of the desk can guess it', () => {
    const read = known({ ...sampleWorkflow, variables: ['A', 'B'] });
    const make = (variables: Readonly<Record<string, string>>, over: Partial<DeployParts> = {}) =>
      plan({ source: sampleSource({ workflow: read, variables: known(variables) }), ...over }).plan.variables;
    const one = make({ A: 'on', B: 'on' });
    expect(make({ A: 'on', B: 'on' })).toEqual(one);
    expect(one['A']).not.toBe(createHash('sha256').update('on').digest('hex').slice(0, 16));
    const { target } = sampleParts();
    const all = [
      ...Object.values(one),
      make({ A: 'off' })['A'],
      make({ A: 'on' }, { fingerprint: toFingerprint('another desk') })['A'],
      make({ A: 'on' }, { target: { ...target, repo: 'acme/other' } })['A'],
    ];
    expect(new Set(all).size).toBe(5);
    expect(all).not.toContain(undefined);
  });

  it('holds no value of a variable', () => {
    const value = fc.stringMatching(/^[g-z]{12,40}$/u);
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/u), value, { minKeys: 1 }), (variables) => {
        const workflow = known({ ...sampleWorkflow, variables: Object.keys(variables) });
        const { plan: made } = planWith({ workflow, variables: known(variables) });
        expect(Object.keys(made.variables).toSorted()).toEqual(Object.keys(variables).toSorted());
        const text = JSON.stringify(made);
        expect(Object.values(variables).filter((one) => text.includes(one))).toEqual([]);
      }),
    );
  });
});

describe('the projects of a deploy', () => {
  const say = (variables: Readonly<Record<string, string>>, settings = sampleSettings) =>
    planProjects(known(variables), known(settings));

  it.each([
    [{}, ['FromFile', 'Payments']],
    [{ CUSTOMIZATION_PROJECT_NAME: ' Core ' }, ['Core', 'Payments']],
    [
      { ALSO_PUBLISH_PROJECTS: 'WMS, Avalara  Velixo,,WMS FromFile' },
      ['FromFile', 'WMS', 'Avalara', 'Velixo'],
    ],
    [{ ALSO_PUBLISH_PROJECTS: ' ', CUSTOMIZATION_PROJECT_NAME: '' }, ['FromFile', 'Payments']],
    [{ ALSO_PUBLISH_PROJECTS: ',' }, ['FromFile']],
    [{ CUSTOMIZATION_PROJECT_NAME: 'Payments' }, ['Payments']],
  ])('with %o are %o', (variables, projects) => {
    expect(say(variables)).toEqual({ kind: 'known', value: projects, observedAt: now });
  });

  it('are as old as the older of what names them', () => {
    const old = ago(dayMs);
    expect(planProjects(known({}, old), known(sampleSettings))).toMatchObject({ observedAt: old });
  });

  it('are unknown where nothing names one, or what would cannot be read', () => {
    expect(say({}, { ...sampleSettings, project: null })).toMatchObject({ reason: 'not-configured' });
    expect(planProjects(unknownFact, known(sampleSettings))).toEqual(unknownFact);
    expect(planProjects(known({ CUSTOMIZATION_PROJECT_NAME: 'Core' }), unknownFact)).toEqual(unknownFact);
  });
});

describe('a plan that cannot be made', () => {
  const faulty = {
    kind: 'unknown',
    reason: 'malformed',
    say: 'acuops.yaml: project must be a name',
  } as const;

  it.each<[string, Partial<DeployParts>, readonly string[]]>([
    ['no version', { source: sampleSource({ commit: unknownFact }) }, ['the version: GitHub answered 503']],
    [
      'no workflow',
      { source: sampleSource({ workflow: unknownFact }) },
      ['the workflow file: GitHub answered 503'],
    ],
    [
      'no such file',
      { source: sampleSource({ workflow: known(null) }) },
      ['the workflow file: this version has no acuops-deploy.yml'],
    ],
    ['no engine', { source: sampleSource({ engines: unknownFact }) }, ['the engine: GitHub answered 503']],
    [
      'no variables',
      { source: sampleSource({ variables: unknownFact }) },
      ['the variables: GitHub answered 503'],
    ],
    ['faulty settings', { settings: faulty }, ['the settings: acuops.yaml: project must be a name']],
    [
      'no project',
      { settings: known({ ...sampleSettings, project: null }) },
      ['the project: neither CUSTOMIZATION_PROJECT_NAME nor project.name in acuops.yaml names one'],
    ],
    [
      'a wish that the workflow does not know',
      {
        source: sampleSource({ workflow: known({ ...sampleWorkflow, inputs: [input('environment')] }) }),
        wish: { isDryRun: true, skipsBackup: false },
      },
      ['the workflow offers no dry run'],
    ],
  ])('says so: %s', (_name, over, missing) => {
    expect(findMissing(over)).toEqual(missing);
  });

  it('names everything at once, and nothing that it does not need', () => {
    const unknown = {
      commit: unknownFact,
      workflow: unknownFact,
      engines: unknownFact,
      variables: unknownFact,
    };
    expect(findMissing({ source: sampleSource(unknown), settings: faulty })).toHaveLength(5);
    const unneeded = { change: unknownFact, checks: unknownFact, manifest: unknownFact };
    expect(findMissing({ source: sampleSource(unneeded) })).toEqual([]);
  });
});
