/** Pure planning of a health check: which clients, which items, under which keys. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ItemPlan, Operation } from '../../operations/operation.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Target } from '../../operations/target.ts';
import { type Publishing, toHeld } from '../../policy/publishing.ts';
import { tiers } from '../../policy/registry/registry-document.ts';

export const HealthInput = z
  .strictObject({
    who: z.string().trim().toLowerCase().max(40, 'is too long for a client or tier').optional(),
    all: z.boolean().default(false),
    failed: z.boolean().default(false),
    fresh: z.boolean().default(false),
  })
  // Whichever of the two were dropped in silence, somebody would read a card about other clients than they think.
  .refine(({ who, all }) => who === undefined || !all, {
    path: ['all'],
    error: `asks for all clients, the word before it for fewer. Allowed is one of the two: one client, one tier (${tiers.join(', ')}), or --all alone`,
  });
export type HealthInput = z.infer<typeof HealthInput>;

/** As it was asked, from what was written down. */
export const readAsked = ({ input }: Operation): HealthInput => HealthInput.parse(input);

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
  return only?.name ?? input.who ?? 'all clients';
};

/** Item keys; the part after the colon is the target's id. */
export const pipelineKey = (targetId: string): string => `pipeline:${targetId}`;
export const toTargetId = (key: string): string => key.split(':')[1] ?? '';
export const apiKey = (targetId: string, environment: string): string => `api:${targetId}:${environment}`;
export const controlKey = 'control';

/**
 * First everything GitHub knows: of the clients that are judged, and of everybody on one of their instances. A client that is being
 * offboarded still deploys there; an archived one has no repository that could.
 */
export const planPipelines = (
  targets: readonly Target[],
  neighbours: readonly Target[],
): readonly ItemPlan[] => {
  const judged = targets.filter((target) => target.status === 'active');
  const instances = new Set(judged.flatMap(toInstanceIds));
  const isThere = (target: Target): boolean => toInstanceIds(target).some((id) => instances.has(id));
  const others = [...targets, ...neighbours].filter(
    (target) => !judged.includes(target) && target.status !== 'archived' && isThere(target),
  );
  return [...judged, ...others].map((target) => ({
    key: pipelineKey(target.id),
    limitKey: 'github',
    input: { kind: 'pipeline', targetId: target.id },
  }));
};

const toInstanceIds = (target: Target): readonly string[] =>
  target.environments.map((environment) => environment.instanceId);

/** Then the instances; one at a time each, whoever's tenant it is. */
export const planApis = (
  targets: readonly Target[],
  publishing: readonly Publishing[],
): readonly ItemPlan[] => {
  const byInstance = Map.groupBy(publishing, (one) => one.instanceId);
  return targets
    .filter((target) => target.status === 'active')
    .flatMap((target) =>
      target.environments.map(({ name, instanceId }) => ({
        key: apiKey(target.id, name),
        limitKey: `instance:${instanceId}`,
        input: {
          kind: 'api',
          targetId: target.id,
          environment: name,
          publishing: toHeld(byInstance.get(instanceId) ?? [], target.id),
        },
      })),
    );
};
