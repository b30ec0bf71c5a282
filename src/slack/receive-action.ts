/** Buttons and selects: read, looked up in the registry, asked at the same door as typed words, and answered to the presser alone. */
import { parseActionId } from '../blocks/action-id.ts';
import type { ActionDefinition, ActionList, Ask, Click, Modal } from '../operations/action.ts';
import type { Call } from '../operations/call.ts';
import type { AccessReader } from '../operations/ports.ts';
import { refuse } from '../operations/refusal.ts';
import type { Receipt, RequestDoor } from '../operations/request.ts';
import type { RecordWindowDenial, WindowDenial } from '../operations/window-denial.ts';
import type { SlackApp } from './create-slack-app.ts';
import { askInTime, type Ended, explainFailure } from './in-time.ts';
import type { Log } from './log.ts';
import { renderModal, renderPlaceholder, renderReplyModal } from './modal.ts';
import { type ReadPress, readPress } from './read-interaction.ts';
import { renderLine, renderRefusal, tooSlow } from './receipts.ts';
import { toReply } from './receive-command.ts';
import { createSendReply, type Reply } from './reply.ts';

export interface ReceiveActionParts {
  readonly door: RequestDoor;
  readonly access: AccessReader;
  readonly actions: ActionList;
  readonly recordDenial: RecordWindowDenial;
  readonly log: Log;
  readonly withinMs?: number;
}

const unknownPress = refuse(
  'stale-card',
  'This version of the desk does not know that button. Nothing was done; ask again with `/acuops health`.',
);
const notOpened = renderLine('The window could not be opened in time. Press again.');

export const receiveActions = (slack: SlackApp, parts: ReceiveActionParts): void => {
  const tell = createTell(slack, parts.log);
  // Every press must be acknowledged, also that of a plain link.
  slack.bolt.action(/.*/u, async ({ body, ack }) => {
    const after = await hear(slack, parts, tell, body);
    try {
      await ack();
    } catch (error) {
      parts.log('warn', 'a press could not be acknowledged', { error });
    }
    // Slack waits for the listener; what is only told can follow.
    if (after) void slack.running.follow(after());
  });
};

type After = (() => Promise<void>) | null;

/** To the presser alone: beside the message that was pressed, or in the window that was. */
type Tell = (press: ReadPress, reply: Reply) => Promise<void>;

const createTell = (slack: SlackApp, log: Log): Tell => {
  const sendReply = createSendReply(slack.clients.replies, log);
  return async (press, reply) => {
    if (press.viewId === null) return sendReply(press.target, reply);
    try {
      const view = renderReplyModal('AcuOps', reply);
      await slack.clients.replies.views.update({ view_id: press.viewId, view });
    } catch (error) {
      log('warn', 'a window could not show an answer', { error });
      await sendReply(press.target, reply);
    }
  };
};

/** Does what must precede the acknowledgement and answers what may follow it. Never throws. */
const hear = async (
  slack: SlackApp,
  parts: ReceiveActionParts,
  tell: Tell,
  body: unknown,
): Promise<After> => {
  try {
    const { teamId } = await slack.identity();
    const press = readPress(body, teamId);
    if (!press?.actionId.startsWith('acuops:')) return null;
    const definition = parts.actions.findAction(press.actionId);
    if (!definition || !press.click) return () => tell(press, renderRefusal(unknownPress));
    const known = { press, click: press.click };
    return definition.kind === 'ask'
      ? await hearAsk(parts, tell, definition, known)
      : hearWindow(slack, parts, tell, definition, known);
  } catch (error) {
    parts.log('error', 'a press could not be read', { error });
    return null;
  }
};

interface Known {
  readonly press: ReadPress;
  readonly click: Click;
}

export const toCall = (
  asked: Ask,
  from: Pick<Click, 'actor' | 'place'> & { readonly card: Click['card'] | null },
  deliveryKey: string,
): Call => ({
  deliveryKey,
  via: 'slack',
  actor: from.actor,
  place: from.place,
  verb: asked.verb,
  input: asked.input,
  ...toCard(asked.onCard, from.card),
});

const toCard = (onCard: Ask['onCard'], card: Click['card'] | null): Pick<Call, 'card' | 'pressed'> => {
  if (card === null) return {};
  return onCard === 'leave' ? { pressed: card.id } : { card: { ...card, takeOver: onCard === 'take-over' } };
};

const toDeliveryKey = ({ triggerId }: ReadPress): string => `slack:trigger:${triggerId}`;

const askBy =
  (
    parts: ReceiveActionParts,
    definition: Extract<ActionDefinition, { kind: 'ask' | 'show' }>,
    { press, click }: Known,
  ) =>
  async (): Promise<Receipt> => {
    const asked = await definition.toCall(click);
    if (asked.kind === 'refused') return { kind: 'refused', refusal: asked, operation: null };
    return parts.door.request(toCall(asked, click, toDeliveryKey(press)));
  };

const hearAsk = async (
  parts: ReceiveActionParts,
  tell: Tell,
  definition: Extract<ActionDefinition, { kind: 'ask' }>,
  known: Known,
): Promise<After> => {
  const asked = await askInTime(askBy(parts, definition, known), parts.log, parts.withinMs);
  if (asked.kind !== 'late') return tellResult(tell, known, asked);
  return async () => {
    await tell(known.press, tooSlow);
    await tellResult(tell, known, await asked.end)?.();
  };
};

/** The card itself shows what a press started here; only what it does not show is said. */
const tellResult = (tell: Tell, { press, click }: Known, asked: Ended): After => {
  if (press.viewId === null && asked.kind === 'receipt' && asked.receipt.kind === 'started') {
    const { joined, where } = asked.receipt;
    if (!joined && where === 'place') return null;
  }
  return () => tell(press, toReply(asked, click.place));
};

/** Opened first, filled later: the trigger lives for three seconds. A window asks nothing that changes anything, so it is acknowledged at once. */
const hearWindow = (
  slack: SlackApp,
  parts: ReceiveActionParts,
  tell: Tell,
  definition: Extract<ActionDefinition, { kind: 'show' | 'view' }>,
  known: Known,
): After => {
  const { press, click } = known;
  const opened = press.viewId === null ? open(slack, definition.title, known) : Promise.resolve(press.viewId);
  opened.catch(() => undefined);
  return async () => {
    let viewId: string;
    try {
      viewId = await opened;
    } catch (error) {
      parts.log('warn', 'a window could not be opened', { action: definition.id, error });
      return tell(press, notOpened);
    }
    const filled = await fill(parts, definition, known);
    const view =
      filled.kind === 'modal' ? renderModal(filled, click) : renderReplyModal(definition.title, filled.reply);
    try {
      await slack.clients.replies.views.update({ view_id: viewId, view });
    } catch (error) {
      parts.log('warn', 'a window could not be filled', { action: definition.id, error });
      if (filled.kind === 'reply') await tell({ ...press, viewId: null }, filled.reply);
    }
  };
};

const open = async (slack: SlackApp, title: string, { press, click }: Known): Promise<string> => {
  const { view } = await slack.clients.replies.views.open({
    trigger_id: press.triggerId,
    view: renderPlaceholder(title, click),
  });
  if (!view?.id) throw new Error('views.open named no view');
  return view.id;
};

type Filled = Modal | { readonly kind: 'reply'; readonly reply: Reply };

const fill = async (
  parts: ReceiveActionParts,
  definition: Extract<ActionDefinition, { kind: 'show' | 'view' }>,
  known: Known,
): Promise<Filled> => {
  try {
    if (definition.kind === 'show') {
      const receipt = await askBy(parts, definition, known)();
      // A window is seen by its opener alone, so nothing need be sent elsewhere.
      const shown = receipt.kind === 'answered' ? ({ ...receipt, where: 'place' } as const) : receipt;
      return toFilled(toReply({ kind: 'receipt', receipt: shown }, known.click.place));
    }
    const access = await parts.access.readAccess(known.click.actor, known.click.place);
    const rendered = await definition.render(known.click, access);
    if (rendered.kind !== 'refused') return rendered;
    if (rendered.reason === 'denied')
      await parts.recordDenial(toDenial(definition.id, known, access.grants.length > 0));
    return toFilled(renderRefusal(rendered));
  } catch (error) {
    return toFilled(explainFailure(error, parts.log));
  }
};

/** The door was not asked, so it could not write this down. */
const toDenial = (actionId: string, { press, click }: Known, hasRole: boolean): WindowDenial => {
  const { actor, place, targetKey } = click;
  const action = parseActionId(actionId);
  return {
    deliveryKey: toDeliveryKey(press),
    actor,
    place,
    verb: action?.verb ?? actionId,
    window: action?.action ?? actionId,
    reason: hasRole ? 'not-allowed' : 'no-role',
    targetKey,
  };
};

const toFilled = (reply: Reply): Filled => ({ kind: 'reply', reply });
