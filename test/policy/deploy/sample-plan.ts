/** The parts of a deploy that can be planned, every one replaceable. */
import { createHmac } from 'node:crypto';
import type {
  ProjectSettings,
  SourceFacts,
  WorkflowFileFact,
  WorkflowInputFact,
} from '../../../src/policy/deploy/facts.ts';
import type { DeployParts } from '../../../src/policy/deploy/plan.ts';
import { known } from '../health/sample-facts.ts';

export const input = (name: string, over: Partial<WorkflowInputFact> = {}): WorkflowInputFact => ({
  name,
  isRequired: false,
  hasDefault: false,
  options: null,
  ...over,
});

export const sampleWorkflow: WorkflowFileFact = {
  blobSha: 'b'.repeat(40),
  isDispatchable: true,
  inputs: [
    input('environment', { isRequired: true, options: ['staging', 'production'] }),
    ...['dry_run', 'skip_backup', 'skip_countdown', 'force_qualify', 'countdown_complete'].map((name) =>
      input(name, { hasDefault: true }),
    ),
  ],
  variables: [
    'CUSTOMIZATION_PROJECT_NAME',
    'ALSO_PUBLISH_PROJECTS',
    'CI_METRICS_URL',
    'acuops_pipeline_version',
  ],
  readsAllVariables: false,
  engines: [
    { repo: 'acme/engine', ref: { kind: 'variable', name: 'ACUOPS_PIPELINE_VERSION', fallback: 'v1' } },
  ],
  unpinned: [],
  isOpaque: null,
  doesMerge: true,
};

export const sampleSettings: ProjectSettings = {
  project: 'FromFile',
  coPublish: ['Payments'],
  known: [],
  isTestTenantEnabled: false,
  businessHours: { start: 6, end: 18 },
  cooldownMinutes: 15,
};

export const sampleSource = (over: Partial<SourceFacts> = {}): SourceFacts => ({
  commit: known({
    sha: 'a'.repeat(40),
    title: 'feat: shipping screen',
    author: 'mia',
    isVerified: true,
  }),
  change: null,
  onBranch: null,
  checks: known([]),
  workflow: known(sampleWorkflow),
  engines: known([{ repo: 'acme/engine', ref: 'v1', sha: 'e'.repeat(40) }]),
  variables: known({}),
  settings: known(null),
  manifest: known(null),
  ...over,
});

/** As a desk makes them, with the key that only this desk has. */
export const toFingerprint =
  (key: string): DeployParts['fingerprint'] =>
  (...parts) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');

export const sampleParts = (over: Partial<DeployParts> = {}): DeployParts => ({
  target: {
    id: 'target-1',
    key: 'heritage',
    repo: 'acme/acuops-heritage',
    deployWorkflow: 'acuops-deploy.yml',
  },
  environment: {
    name: 'production',
    instanceId: 'instance-1',
    url: 'https://heritage.example.com/erp',
    tenant: 'Heritage',
  },
  ref: 'main',
  source: sampleSource(),
  settings: known(sampleSettings),
  live: 'c'.repeat(40),
  wish: { isDryRun: false, skipsBackup: false },
  fingerprint: toFingerprint('sample key'),
  ...over,
});
