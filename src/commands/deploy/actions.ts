/** What the buttons of a deploy's card mean: each re-reads the card and passes the same door as typed words. */
import { toActionId } from '../../blocks/action-id.ts';
import type { ActionDefinition } from '../../operations/action.ts';
import type { Operation } from '../../operations/operation.ts';
import { refuse } from '../../operations/refusal.ts';
import { readAsked } from './plan.ts';

export interface DeployActionPowers {
  readonly readCard: (cardId: string) => Promise<Operation | null>;
}

const gone = refuse('stale-card', 'That card is gone. Ask again with `/acuops deploy`.');

export const defineDeployActions = (powers: DeployActionPowers): readonly ActionDefinition[] => [
  {
    kind: 'ask',
    id: toActionId('deploy', 'again'),
    toCall: async (click) => {
      const operation = await powers.readCard(click.card.id);
      if (operation?.verb !== 'deploy') return gone;
      return { kind: 'ask', verb: 'deploy', input: readAsked(operation), onCard: 'take-over' };
    },
  },
];
