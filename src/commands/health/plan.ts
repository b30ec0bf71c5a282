/** Pure planning of a health check: which clients, which items, who publishes where. */
import { createHash } from 'node:crypto';
import type { ItemPlan } from '../../operations/operation.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Target } from '../../operations/target.ts';
import { defaultThresholds, type HealthClient, type PipelineFacts } from '../../policy/health/facts.ts';

export interface HealthInput {
  readonly who?: string | undefined;
  readonly all: boolean;
  readonly failed: boolean;
  readonly fresh: boolean;
}

export const tiers = ['premium', 'standard', 'self-service'] as const;
export const isTier = (word: string): word is (typeof tiers)[number] =>
  (tiers as readonly string[]).includes(word);

/** What is asked and what may be seen decide which running check one may join, and which earlier one it is compared with. */
export const toScopeKey = (input: HealthInput, scope: Scope): string => {
  const tier = input.who !== undefined && isTier(input.who) ? input.who : '';
  return `health:${tier}:${scope.kind === 'all' ? 'all' : toShortKey(scope.targetIds)}`;
};

/** The same ids give the same key, whatever their order and however many: an index holds no row of a thousand ids. */
const toShortKey = (targetIds: readonly string[]): string =>
  createHash('sha256').update(targetIds.toSorted().join(',')).digest('hex').slice(0, 32);

/** A fresh check must not be answered by one that used older facts, nor a failing-only picture by a whole one. */
export const toJoinKey = (input: HealthInput, scope: Scope): string =>
  `${toScopeKey(input, scope)}:${input.fresh ? 'fresh' : ''}:${input.failed ? 'failed' : ''}`;

export const sayScope = (input: HealthInput, targets: readonly Target[]): string => {
  const only = targets.length === 1 ? targets[0] : undefined;
  if (input.who !== undefined && isTier(input.who)) return `${input.who} clients`;
  return only ? only.name : 'all clients';
};

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
  thresholds: { ...defaultThresholds, ...target.thresholds },
  productionUrl: target.environments.find((environment) => environment.name === 'production')?.url ?? null,
});

/** Item keys; the part after the colon is the target's id. */
export const pipelineKey = (targetId: string): string => `pipeline:${targetId}`;
export const apiKey = (targetId: string, environment: string): string => `api:${targetId}:${environment}`;
export const controlKey = 'control';

export interface Publishing {
  readonly since: string;
  readonly runUrl: string;
}

/** First everything GitHub knows: of the clients asked for, and of those who share an instance with them. */
export const planPipelines = (
  targets: readonly Target[],
  neighbours: readonly Target[],
): readonly ItemPlan[] =>
  [...targets, ...neighbours]
    .filter((target) => target.status === 'active')
    .map((target) => ({
      key: pipelineKey(target.id),
      limitKey: 'github',
      input: { kind: 'pipeline', targetId: target.id },
    }));

/** Then the instances; one at a time each, whoever's tenant it is. */
export const planApis = (
  targets: readonly Target[],
  publishing: ReadonlyMap<string, Publishing>,
): readonly ItemPlan[] =>
  targets
    .filter((target) => target.status === 'active')
    .flatMap((target) =>
      target.environments.map((environment) => {
        const run = publishing.get(environment.instanceId);
        return {
          key: apiKey(target.id, environment.name),
          limitKey: `instance:${environment.instanceId}`,
          input: {
            kind: 'api',
            targetId: target.id,
            environment: environment.name,
            publishing: run ? { since: run.since, runUrl: run.runUrl } : null,
          },
        };
      }),
    );

/** A deploy run of this client that has not ended: the branch says which environment it restarts. */
export const findPublishing = (
  target: Target,
  facts: PipelineFacts,
): readonly { readonly instanceId: string; readonly run: Publishing }[] => {
  if (facts.runs.kind === 'unknown') return [];
  const running = facts.runs.value.filter(
    (run) =>
      run.file === target.deployWorkflow &&
      run.status !== 'completed' &&
      !run.event.startsWith('pull_request'),
  );
  return target.environments.flatMap((environment) => {
    const branch = environment.branch ?? (environment.name === 'production' ? target.branch : 'staging');
    const run = running.find((candidate) => candidate.branch === branch);
    return run
      ? [{ instanceId: environment.instanceId, run: { since: run.createdAt.toISOString(), runUrl: run.url } }]
      : [];
  });
};
