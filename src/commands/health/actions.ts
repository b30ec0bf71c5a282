/** What the buttons of a health card mean. Each re-reads the card and passes the same door as typed words; windows show only what the presser may see. */
import { parseActionValue, toActionId } from '../../blocks/action-id.ts';
import type { ActionDefinition, Click, SubmissionDefinition } from '../../operations/action.ts';
import type { Operation } from '../../operations/operation.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import { isInScope, type Scope } from '../../operations/scope.ts';
import { decideRights } from '../../policy/access.ts';
import { HealthReport } from '../../policy/health/report.ts';
import { type Claim, renderDetails, renderNoteModal } from './blocks.ts';
import { readAsked } from './plan.ts';

export interface HealthActionPowers {
  readonly readCard: (cardId: string) => Promise<Operation | null>;
  readonly readClaims: (scope: Scope) => Promise<readonly Claim[]>;
  readonly now: () => Date;
  readonly zone: string;
}

const gone = refuse('stale-card', 'That card is gone. Ask again with `/acuops health`.');

const readReport = async (
  powers: HealthActionPowers,
  click: Click,
): Promise<{ operation: Operation; report: HealthReport } | null> => {
  const operation = await powers.readCard(click.card.id);
  const report = HealthReport.safeParse(operation?.result);
  return operation?.verb === 'health' && report.success ? { operation, report: report.data } : null;
};

/** The element names a client; the door decides whether the presser may. */
const onClient = (verb: string) => async (click: Click) =>
  click.targetKey === null
    ? gone
    : ({ kind: 'ask', verb, input: { client: click.targetKey }, onCard: 'leave' } as const);

export const defineHealthActions = (powers: HealthActionPowers): readonly ActionDefinition[] => [
  {
    kind: 'ask',
    id: toActionId('health', 'again'),
    toCall: async (click) => {
      const operation = await powers.readCard(click.card.id);
      if (operation?.verb !== 'health') return gone;
      const { who, all, failed } = readAsked(operation);
      return {
        kind: 'ask',
        verb: 'health',
        input: { ...(who === undefined ? {} : { who }), all, failed, fresh: true },
        onCard: 'take-over',
      };
    },
  },
  { kind: 'ask', id: toActionId('health', 'claim'), toCall: onClient('take') },
  { kind: 'ask', id: toActionId('health', 'retry-sign-in'), toCall: onClient('retry-sign-in') },
  {
    kind: 'view',
    id: toActionId('health', 'details'),
    title: 'Details',
    render: async (click, access) => {
      const read = await readReport(powers, click);
      if (!read) return gone;
      const shown = visible(read.report, decideRights(access.grants, 'ask-status'));
      const key = click.targetKey ?? shown[0]?.client.key;
      const client = shown.find((entry) => entry.client.key === key);
      if (key === undefined || !client) return notYours;
      const operate = decideRights(access.grants, 'operate');
      return {
        kind: 'modal',
        view: renderDetails({ ...read.report, clients: shown }, key, {
          now: powers.now(),
          zone: powers.zone,
          cardId: click.card.id,
          version: click.card.version,
          // Who is on it is for the team.
          claims: isInScope(operate, client.client.targetId)
            ? await powers.readClaims(read.operation.scope)
            : [],
          canRetrySignIn: isInScope(operate, client.client.targetId),
        }),
      };
    },
  },
  {
    kind: 'view',
    id: toActionId('health', 'note'),
    title: 'Note',
    render: async (click, access) => {
      const read = await readReport(powers, click);
      if (!read) return gone;
      const shown = visible(read.report, decideRights(access.grants, 'operate')).map(({ client }) => ({
        key: client.key,
        name: client.name,
      }));
      if (shown.length === 0) return notYours;
      return {
        kind: 'modal',
        view: renderNoteModal(shown, { cardId: click.card.id, version: click.card.version }),
      };
    },
  },
];

const notYours: Refusal = refuse(
  'denied',
  'Your role does not include this for the clients on this card. Nothing was done.',
);

const visible = (report: HealthReport, rights: Scope) =>
  report.clients.filter(({ client }) => isInScope(rights, client.targetId));

export const defineNoteSubmission = (): SubmissionDefinition => ({
  callbackId: toActionId('health', 'note'),
  faultBlock: 'note',
  toCall: async ({ memo, values }) => {
    const client = values['client'] ?? parseActionValue(memo)?.targetKey;
    if (typeof client !== 'string') return { kind: 'faulty', faults: { client: 'Choose a client.' } };
    return { kind: 'ask', verb: 'note', input: { client, text: values['note'] ?? '' }, onCard: 'leave' };
  },
});
