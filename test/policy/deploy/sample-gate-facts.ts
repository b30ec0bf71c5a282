/** A deploy to production that every gate lets pass, with every part replaceable. The tests' world stands still at `now`, a Friday, 02:00 in Chicago. */
import type {
  ChangeFact,
  CheckFact,
  Gate,
  GateName,
  InstanceFacts,
  PastDeploy,
  ProjectSettings,
  SourceFacts,
  WorkflowFileFact,
} from '../../../src/policy/deploy/facts.ts';
import { type GateFacts, judgeGates } from '../../../src/policy/deploy/gates.ts';
import { ago, hourMs, known, now, signedIn } from '../health/sample-facts.ts';

export const wantedSha = 'a'.repeat(40);
export const liveSha = 'b'.repeat(40);

export const change = (over: Partial<ChangeFact> = {}): ChangeFact => ({
  base: liveSha,
  standing: 'ahead',
  aheadBy: 2,
  behindBy: 0,
  commits: [],
  files: ['Customization/Prices/project.xml'],
  areFilesCut: false,
  pulls: [],
  url: 'https://github.example/compare',
  ...over,
});

export const check = (name: string, conclusion: string | null = 'success'): CheckFact => ({
  name,
  conclusion,
  url: `https://github.example/checks/${name}`,
  runId: null,
});

export const workflowFile = (over: Partial<WorkflowFileFact> = {}): WorkflowFileFact => ({
  blobSha: 'c'.repeat(40),
  isDispatchable: true,
  inputs: [],
  variables: [],
  readsAllVariables: false,
  engines: [],
  unpinned: [],
  isOpaque: null,
  doesMerge: true,
  ...over,
});

export const settings = (over: Partial<ProjectSettings> = {}): ProjectSettings => ({
  project: 'Heritage',
  coPublish: [],
  known: [],
  isTestTenantEnabled: false,
  businessHours: { start: 6, end: 18 },
  cooldownMinutes: 15,
  ...over,
});

export const past = (runId: number, over: Partial<PastDeploy> = {}): PastDeploy => ({
  runId,
  attempt: 1,
  sha: liveSha,
  environment: 'production',
  outcome: 'success',
  at: ago((1000 - runId) * hourMs),
  url: `https://github.example/runs/${runId}`,
  ...over,
});

export const onStaging = past(998, { sha: wantedSha, environment: 'staging' });

export const source = (over: Partial<SourceFacts> = {}): SourceFacts => ({
  commit: known({
    sha: wantedSha,
    title: 'Publish prices',
    author: 'ada',
    isVerified: true,
  }),
  change: known(change()),
  onBranch: null,
  checks: known([check('test'), check('lint')]),
  workflow: known(workflowFile()),
  engines: known([]),
  variables: known({}),
  settings: known(null),
  manifest: known(null),
  ...over,
});

export const instance = (over: Partial<InstanceFacts> = {}): InstanceFacts => ({
  api: signedIn,
  published: known({ projects: ['Heritage'] }),
  testTenant: null,
  ...over,
});

export const gateFacts = (over: Partial<GateFacts> = {}): GateFacts => ({
  now,
  environment: 'production',
  client: {
    key: 'heritage',
    name: 'Heritage Fabrics',
    zone: 'America/Chicago',
    status: 'active',
    hasStaging: true,
    deployWorkflow: 'acuops-deploy.yml',
  },
  branch: 'main',
  source: source(),
  deployRunIds: known([900, 998]),
  settings: known(settings()),
  manifest: known(null),
  projects: known(['Heritage']),
  past: known([onStaging, past(900)]),
  olderDeploys: null,
  live: known({ sha: liveSha, ref: liveSha, at: ago(100 * hourMs) }),
  instance: instance(),
  testTenant: known(null),
  workflowState: known('active'),
  inputs: { kind: 'planned' },
  killswitch: known(null),
  ...over,
});

export const judgeOne = (name: GateName, over: Partial<GateFacts> = {}): Gate => {
  const found = judgeGates(gateFacts(over)).find((gate) => gate.name === name);
  if (found === undefined) throw new Error(`no gate ${name}`);
  return found;
};
