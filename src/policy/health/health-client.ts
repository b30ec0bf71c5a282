/** A target as the rules of health and deploys see it: one client, its pipeline and its figures. */
import type { Target } from '../../operations/target.ts';
import { defaultThresholds, type HealthClient } from './facts.ts';

export const toHealthClient = (target: Target): HealthClient => ({
  targetId: target.id,
  key: target.key,
  name: target.name,
  repo: target.repo,
  tier: target.tier,
  status: target.status,
  zone: target.zone,
  deployWorkflow: target.deployWorkflow,
  ciWorkflows: target.ciWorkflows,
  productionBranch:
    target.environments.find((environment) => environment.name === 'production')?.branch ?? target.branch,
  defaultBranch: target.branch,
  thresholds: { ...defaultThresholds, ...target.thresholds },
  productionUrl: target.environments.find((environment) => environment.name === 'production')?.url ?? null,
});
