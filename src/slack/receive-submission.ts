/** Forms: read, asked at the door before they close; input at fault is shown under its field and the form stays open. */
import type { types, ViewSubmitAction } from '@slack/bolt';
import { escapeLine } from '../blocks/escape.ts';
import { toPlainMrkdwn } from '../blocks/plain.ts';
import type { ActionList, FieldFaults, SubmissionDefinition } from '../operations/action.ts';
import type { Receipt, RequestDoor } from '../operations/request.ts';
import type { SlackApp } from './create-slack-app.ts';
import { askInTime, type Ended, explainFailure } from './in-time.ts';
import type { Log } from './log.ts';
import { renderReplyModal } from './modal.ts';
import { type ReadSubmission, readSubmission } from './read-interaction.ts';
import { renderLine, renderReceipt, tooSlow } from './receipts.ts';
import { toCall } from './receive-action.ts';
import { createSendReply, type Reply, type SendReply } from './reply.ts';

export interface ReceiveSubmissionParts {
  readonly door: RequestDoor;
  readonly actions: ActionList;
  readonly log: Log;
  readonly withinMs?: number;
}

/** What the form does when it was sent. */
type Response =
  | { readonly kind: 'close' }
  | { readonly kind: 'faults'; readonly faults: Readonly<Record<string, string>> }
  /** The form turns into a window with words. */
  | { readonly kind: 'say'; readonly reply: Reply };

interface Heard {
  readonly response: Response;
  readonly after: (() => Promise<void>) | null;
}

const title = 'AcuOps';
const unknownForm = renderLine('This version of the desk does not know that form. Nothing was done.');

export const receiveSubmissions = (slack: SlackApp, parts: ReceiveSubmissionParts): void => {
  const sendReply = createSendReply(slack.clients.replies, parts.log);
  slack.bolt.view<ViewSubmitAction>(
    { callback_id: /.*/u, type: 'view_submission' },
    async ({ body, ack }) => {
      const heard = await hear(slack, parts, sendReply, body);
      try {
        await acknowledge(ack, heard.response);
      } catch (error) {
        parts.log('warn', 'a form could not be acknowledged', { error });
      }
      if (heard.after) void slack.running.follow(heard.after());
    },
  );
};

type Ack = (
  response?:
    | { response_action: 'errors'; errors: Record<string, string> }
    | { response_action: 'update'; view: types.ModalView },
) => Promise<void>;

const acknowledge = (ack: Ack, response: Response): Promise<void> => {
  switch (response.kind) {
    case 'close':
      return ack();
    case 'faults':
      return ack({ response_action: 'errors', errors: { ...response.faults } });
    case 'say':
      return ack({ response_action: 'update', view: renderReplyModal(title, response.reply) });
  }
};

const say = (reply: Reply): Heard => ({ response: { kind: 'say', reply }, after: null });

/** Never throws. */
const hear = async (
  slack: SlackApp,
  parts: ReceiveSubmissionParts,
  sendReply: SendReply,
  body: unknown,
): Promise<Heard> => {
  try {
    const { teamId } = await slack.identity();
    const read = readSubmission(body, teamId);
    const definition = read && parts.actions.findSubmission(read.callbackId);
    if (!read || !definition) return say(unknownForm);
    return await hearForm(parts, sendReply, read, definition);
  } catch (error) {
    return say(explainFailure(error, parts.log));
  }
};

const hearForm = async (
  parts: ReceiveSubmissionParts,
  sendReply: SendReply,
  read: ReadSubmission,
  definition: SubmissionDefinition,
): Promise<Heard> => {
  const work = async (): Promise<Receipt | FieldFaults> => {
    const asked = await definition.toCall(read.submission);
    if (asked.kind === 'refused') return { kind: 'refused', refusal: asked, operation: null };
    return asked.kind === 'faulty'
      ? asked
      : parts.door.request(toCall(asked, read.submission, read.deliveryKey));
  };
  const asked = await askInTime(work, parts.log, parts.withinMs);
  const tell = (end: Ended<Receipt | FieldFaults>): Promise<void> =>
    sendReply(read.target, renderEnd(end, read));
  if (asked.kind === 'late')
    return { response: { kind: 'say', reply: tooSlow }, after: async () => tell(await asked.end) };
  if (asked.kind === 'failed') return say(asked.reply);
  const { receipt } = asked;
  if (receipt.kind === 'faulty') return { response: { kind: 'faults', faults: receipt.faults }, after: null };
  if (receipt.kind !== 'refused') return { response: { kind: 'close' }, after: () => tell(asked) };
  if (receipt.refusal.reason !== 'usage') return say(renderEnd(asked, read));
  const words = toPlainMrkdwn(receipt.refusal.say).split('\nUsage:')[0] ?? '';
  return { response: { kind: 'faults', faults: { [definition.faultBlock]: words } }, after: null };
};

const renderEnd = (end: Ended<Receipt | FieldFaults>, read: ReadSubmission): Reply => {
  if (end.kind === 'failed') return end.reply;
  return end.receipt.kind === 'faulty'
    ? renderLine(Object.values(end.receipt.faults).map(escapeLine).join('\n'))
    : renderReceipt(end.receipt, read.submission.place);
};
