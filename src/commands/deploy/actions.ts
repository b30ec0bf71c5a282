/** What the buttons of a deploy's card mean: each re-reads the card and passes the same door as typed words. A decision carries the round that its button was drawn for. */
import { parseActionValue, toActionId } from '../../blocks/action-id.ts';
import type { ActionDefinition, Ask, Click, SubmissionDefinition } from '../../operations/action.ts';
import type { Operation } from '../../operations/operation.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import { isInScope } from '../../operations/scope.ts';
import { decideRights } from '../../policy/access.ts';
import { renderRejectModal } from './approval-blocks.ts';
import { readAsked, readReport } from './plan.ts';

export interface DeployActionPowers {
  readonly readCard: (cardId: string) => Promise<Operation | null>;
}

const gone = refuse('stale-card', 'That card is gone. Ask again with `/acuops deploy`.');

const readDeploy = async ({ readCard }: DeployActionPowers, cardId: string): Promise<Operation | null> => {
  const operation = await readCard(cardId);
  return operation?.verb === 'deploy' ? operation : null;
};

const changed = refuse(
  'stale-card',
  'What you saw is not what this card asks by now, so your press did nothing. Look at it again, and decide on that.',
);

/** Such a button carries the round and, in its stamp, the operation and the digest that it was drawn for: the same card may show another question later. */
const toDecision = (
  operation: Operation,
  { round, stamp }: { readonly round: number; readonly stamp: string | undefined },
  said: { readonly verdict: 'approve' | 'reject' | 'withdraw'; readonly reason?: string },
): Ask | Refusal => {
  const [spokenId, digest] = (stamp ?? '').split('.');
  if (spokenId !== operation.spokenId || digest === undefined) return changed;
  return {
    kind: 'ask',
    verb: 'decide',
    input: { client: readAsked(operation).client, operation: operation.id, round, digest, ...said },
    onCard: 'leave',
  };
};

const onRound =
  (powers: DeployActionPowers, verdict: 'approve' | 'withdraw') =>
  async ({ card, stamp }: Click): Promise<Ask | Refusal> => {
    const operation = await readDeploy(powers, card.id);
    return operation === null ? gone : toDecision(operation, { round: card.version, stamp }, { verdict });
  };

const notYours = refuse('denied', 'Your role does not include deciding on this client. Nothing was done.');

export const defineDeployActions = (powers: DeployActionPowers): readonly ActionDefinition[] => [
  {
    kind: 'ask',
    id: toActionId('deploy', 'again'),
    toCall: async ({ card }) => {
      const operation = await readDeploy(powers, card.id);
      return operation === null
        ? gone
        : { kind: 'ask', verb: 'deploy', input: readAsked(operation), onCard: 'take-over' };
    },
  },
  { kind: 'ask', id: toActionId('deploy', 'approve'), toCall: onRound(powers, 'approve') },
  { kind: 'ask', id: toActionId('deploy', 'withdraw'), toCall: onRound(powers, 'withdraw') },
  {
    kind: 'view',
    id: toActionId('deploy', 'reject'),
    title: 'Reject',
    render: async ({ card, stamp }, { grants }) => {
      const operation = await readDeploy(powers, card.id);
      const report = operation && readReport(operation);
      if (!report) return gone;
      return isInScope(decideRights(grants, 'decide'), report.client.targetId)
        ? { kind: 'modal', view: renderRejectModal(report, { cardId: card.id, round: card.version, stamp }) }
        : notYours;
    },
  },
];

export const defineRejectSubmission = (powers: DeployActionPowers): SubmissionDefinition => ({
  callbackId: toActionId('deploy', 'reject'),
  faultBlock: 'reason',
  toCall: async ({ memo, values }) => {
    const pressed = parseActionValue(memo);
    const operation = pressed && (await readDeploy(powers, pressed.cardId));
    if (!pressed || !operation) return gone;
    const { reason } = values;
    if (typeof reason !== 'string' || reason.trim().length < 3)
      return { kind: 'faulty', faults: { reason: 'Say why, in a few words: whoever asked will read it.' } };
    const { version: round, stamp } = pressed;
    return toDecision(operation, { round, stamp }, { verdict: 'reject', reason });
  },
});
