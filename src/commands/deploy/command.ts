/** `deploy <client> [--dry-run]`: what a deploy would change and what is in its way, on one card; without `--dry-run` people are asked to agree. */
import { type AnyCommand, type CardView, defineCommand } from '../../operations/command.ts';
import type { Message } from '../../operations/message.ts';
import { renderDeployCard } from './blocks.ts';
import { createDeployItems, createDeploySteps } from './job.ts';
import { DeployInput, environmentNames, readReport } from './plan.ts';
import type { DeployPowers } from './powers.ts';

export const defineDeploy = (powers: DeployPowers): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'deploy',
    aliases: ['d'],
    summary: 'Plan a deploy, judge it, and ask a second person',
    words: {
      positionals: [{ name: 'client', about: 'which client', required: true }],
      flags: {
        'dry-run': { kind: 'switch', about: 'plan and judge only: nobody is asked' },
        env: { kind: 'text', about: `${environmentNames.join(' or ')}; left out, production` },
        ref: { kind: 'text', about: "a branch, tag or commit; left out, the environment's branch" },
      },
    },
    example: 'deploy acme --ref v1.4.2',
    input: DeployInput,
    permission: () => 'operate',
    effect: 'none',
    readers: 'team',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    // One question at a time for each environment, whatever the version: people are not asked twice at once.
    joinKey: ({ client, env, ref, dryRun }) =>
      dryRun ? `deploy:dry:${client}:${env}:${ref ?? ''}` : `deploy:ask:${client}:${env}`,
    firstStep: 'gather',
    deadlineMs: null,
    steps: createDeploySteps(powers),
    items: createDeployItems(powers),
    render: async (view) => render(view),
    toJson: ({ result }) => result,
  });

/** Asked, but no worker has begun yet. */
const renderBegun = ({ operation }: CardView): Message => {
  const text = `${operation.verb} ${operation.spokenId}: waits for a worker`;
  return { text, blocks: [] };
};

const render = (view: CardView): Message => {
  const report = readReport(view.operation);
  return report === null
    ? renderBegun(view)
    : renderDeployCard(report, { ...view, spokenId: view.operation.spokenId });
};
