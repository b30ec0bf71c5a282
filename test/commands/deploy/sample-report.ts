/** A deploy's report that every gate lets pass, with every part replaceable. */
import { type Gate, type GateName, gateNames } from '../../../src/policy/deploy/facts.ts';
import { digestPlan } from '../../../src/policy/deploy/plan.ts';
import type { DeployReport } from '../../../src/policy/deploy/report.ts';
import { ago, hourMs, now } from '../../policy/health/sample-facts.ts';

export const sampleGates = (over: Partial<Record<GateName, Partial<Gate>>> = {}): readonly Gate[] =>
  gateNames.map((name) => ({
    name,
    verdict: 'pass',
    cause: 'well',
    say: 'well',
    moment: null,
    next: null,
    url: null,
    observedAt: now,
    ...over[name],
  }));

export const sampleReport = (over: Partial<DeployReport> = {}): DeployReport => ({
  schema: 'acuops.deploy/1',
  client: { targetId: 'id', key: 'heritage', name: 'Heritage Fabrics', zone: 'America/Chicago' },
  environment: 'production',
  ref: 'main',
  isDryRun: true,
  state: 'ready',
  startedAt: now,
  gatheredAt: now,
  commit: { sha: 'a'.repeat(40), title: 'Round half up', author: 'sam-ortiz', isVerified: true },
  live: { sha: 'b'.repeat(40), at: ago(48 * hourMs) },
  change: null,
  gates: sampleGates(),
  planned: null,
  missing: [],
  past: [],
  neighbours: 0,
  approval: null,
  ...over,
});

/** Plans of two letters differ in their version alone. */
export const samplePlanned = (letter: string): NonNullable<DeployReport['planned']> => {
  const plan = {
    schema: 'acuops.deploy-plan/1' as const,
    client: { id: 'id-heritage', key: 'heritage' },
    environment: 'production' as const,
    instance: { id: 'at-heritage', url: 'https://heritage.example.com', tenant: 'Heritage' },
    repo: 'acme/acuops-heritage',
    ref: 'main',
    sha: letter.repeat(40),
    live: null,
    workflow: { file: 'acuops-deploy.yml', blobSha: 'e'.repeat(40) },
    inputs: { environment: 'production' },
    projects: ['HeritageCustom'],
    engines: [],
    variables: {},
    merges: true,
  };
  return { plan, digest: digestPlan(plan) };
};
