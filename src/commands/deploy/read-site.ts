/** Asks the instance that would be deployed to, unless somebody publishes there or nobody can tell. */
import type { ItemContext } from '../../operations/operation.ts';
import type { Environment, Target } from '../../operations/target.ts';
import type { InstanceFacts } from '../../policy/deploy/facts.ts';
import type { DeployPowers } from './powers.ts';
import type { SiteFacts } from './read-facts.ts';

export const readSite = async (
  powers: Pick<DeployPowers, 'readInstance'>,
  context: ItemContext,
  target: Target,
  environment: Environment,
  asked: { readonly site: SiteFacts; readonly testTenant: string | null },
): Promise<InstanceFacts> => {
  const { site, testTenant } = asked;
  const at = context.now();
  switch (site.kind) {
    case 'free':
      return powers.readInstance(context, { environment, targetId: target.id, testTenant });
    case 'publishing':
      return {
        api: { kind: 'publishing', since: new Date(site.since), runUrl: site.runUrl, at },
        published: { kind: 'unknown', reason: 'held-back', say: 'not asked: publishing' },
        testTenant: null,
      };
    case 'unknown':
      return {
        api: { kind: 'not-asked', say: `whether somebody publishes there is not known (${site.say})`, at },
        published: { kind: 'unknown', reason: 'held-back', say: 'not asked: somebody may publish there' },
        testTenant: null,
      };
  }
};
