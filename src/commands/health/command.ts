/** `health [client|tier] [--all] [--failed] [--fresh]`: the true state of the fleet in one card. */
import { type AnyCommand, type CardView, defineCommand } from '../../operations/command.ts';
import { toJson } from '../../operations/json.ts';
import type { Message } from '../../operations/message.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Scope } from '../../operations/scope.ts';
import { HealthReport } from '../../policy/health/report.ts';
import { type Claim, renderHealthCard, toHealthJson } from './blocks.ts';
import { createHealthItems } from './items.ts';
import { createHealthSteps } from './job.ts';
import { HealthInput, isTier, readAsked, toJoinKey } from './plan.ts';
import type { HealthPowers } from './powers.ts';

export interface HealthCardPowers {
  readonly readClaims: (scope: Scope) => Promise<readonly Claim[]>;
}

export const defineHealth = (powers: HealthPowers & HealthCardPowers): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'health',
    aliases: ['h', 'check'],
    summary: 'Check clients now: API, workflow, last deploy, CI',
    words: {
      positionals: [{ name: 'who', about: 'a client or a tier; without it, all that you may see' }],
      flags: {
        all: { kind: 'switch', about: 'all clients' },
        failed: { kind: 'switch', about: 'list only what fails' },
        fresh: {
          kind: 'switch',
          about: "ask for every fact again; where GitHub's limit forbids it, the card says so",
        },
      },
    },
    example: 'health acme',
    input: HealthInput,
    permission: (input) => (input.fresh ? 'operate' : 'look'),
    effect: 'none',
    asks: (input) => {
      if (input.who === undefined) return { kind: 'visible' };
      return isTier(input.who) ? { kind: 'tier', tier: input.who } : { kind: 'key', key: input.who };
    },
    joinKey: toJoinKey,
    firstStep: 'start',
    deadlineMs: 60_000,
    steps: createHealthSteps(powers),
    items: createHealthItems(powers),
    render: (view) => render(powers, view),
    toJson: (operation) => {
      const report = HealthReport.safeParse(operation.result);
      return report.success ? toJson(toHealthJson(report.data)) : operation.result;
    },
  });

const render = async (powers: HealthCardPowers, view: CardView): Promise<Message> => {
  const { operation } = view;
  const report = HealthReport.safeParse(operation.result);
  // Asked, but no worker has begun yet: an empty report says just that.
  const shown = report.success ? report.data : startingReport(operation);
  return renderHealthCard(shown, {
    now: view.now,
    zone: view.zone,
    spokenId: operation.spokenId,
    cardId: view.cardId,
    version: view.version,
    claims: nameNobody(await powers.readClaims(operation.scope), view),
    supersededBy: view.supersededBy,
    failedOnly: readAsked(operation).failed,
  });
};

const nameNobody = (claims: readonly Claim[], { internal }: CardView): readonly Claim[] =>
  internal ? claims : claims.map((claim) => ({ ...claim, by: 'The team' }));

const startingReport = (operation: Operation): HealthReport => ({
  schema: 'acuops.health/1',
  scope: 'clients',
  startedAt: operation.createdAt.toISOString(),
  finishedAt: null,
  progress: { done: 0, total: 0 },
  clients: [],
  previous: null,
  changes: { appeared: [], recovered: [], hidden: [], visible: [] },
  commonCause: null,
  githubTrouble: null,
  exitCode: 0,
});
