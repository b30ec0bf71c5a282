// Takes what a person does on the page of local-slack, which delivers it as if the front were the bot, and does the
// same in the front, under that person's name.
import type { Acting, FormValues } from './acting.ts';
import { findElements } from './block-ids.ts';
import type { Ack } from './delivery.ts';
import { botUserId } from './directory.ts';
import { fillState, findMissing } from './input-state.ts';
import { isJson, type Json, parseJson, readList, readObject, readText } from './json.ts';
import type { ButtonChoice } from './payloads.ts';
import { createConfirmations, findConfirm } from './screen-confirm.ts';
import type { Slack } from './slack.ts';
import type { StoredView } from './stored.ts';

/** What the input needs to know of the picture on the page. */
export interface ScreenLinks {
  /** The front's timestamp of a message on the page. */
  readonly toFrontTs: (pageTs: string) => string | undefined;
  /** True, once, for a message that the front itself put on the page under a person's name. */
  readonly isEcho: (channelId: string, userId: string, text: string) => boolean;
  /** The next message posted in `act` is on the page already, under this timestamp. */
  readonly adopt: <Result>(pageTs: string, act: () => Result) => Result;
  readonly keepTrigger: (triggerId: string) => void;
  /** Resolves when the page shows everything up to now. */
  readonly painted: () => Promise<void>;
  /** Shows a window that only the page knows. */
  readonly showWindow: (view: Json) => void;
}

const readPayload = (body: Buffer, type: string): Json => {
  const text = body.toString('utf8');
  if (type.includes('application/json')) {
    const event = parseJson(text);
    return isJson(event) ? event : {};
  }
  const fields = Object.fromEntries(new URLSearchParams(text));
  const payload = parseJson(fields['payload'] ?? '');
  return isJson(payload) ? payload : fields;
};

const toButton = (action: Json): ButtonChoice => {
  const value = readText(action, 'value') ?? readText(action, 'selected_date');
  const option = readText(readObject(action, 'selected_option') ?? {}, 'value');
  return {
    actionId: readText(action, 'action_id') ?? '',
    ...(value === undefined ? {} : { value }),
    ...(option === undefined ? {} : { selectedOption: option }),
  };
};

/** The page's way of holding a value to the plain one that any kind of input understands. */
const toPlain = (held: unknown): unknown => {
  if (!isJson(held)) return undefined;
  const option = readObject(held, 'selected_option');
  if (option) return option['value'];
  if (Array.isArray(held['selected_options']))
    return readList(held, 'selected_options').map((one) => one['value']);
  return held['selected_date'] ?? held['value'] ?? undefined;
};

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

const readValues = (view: StoredView, state: Json): FormValues => {
  const values: Record<string, Record<string, unknown>> = {};
  for (const { blockId, actionId } of findElements(view.blocks)) {
    const value = toPlain(readObject(state, blockId)?.[actionId]);
    if (isFilled(value)) values[blockId] = { ...values[blockId], [actionId]: value };
  }
  return values;
};

export const createScreenInput = (
  slack: Slack,
  acting: Acting,
  links: ScreenLinks,
  draw: (view: StoredView) => Json,
) => {
  const confirmations = createConfirmations(links.showWindow);

  /** What the page is told after a submission: the faults, the form shown now, or nothing, which closes it. */
  const toPageAnswer = (ack: Ack, view: StoredView): Json | undefined => {
    const [firstInput] = view.blocks.filter((block) => block['type'] === 'input');
    const trouble = ack.ok ? ack.problem : `AcuOps did not answer (${ack.kind}).`;
    const firstId = readText(firstInput ?? {}, 'block_id') ?? 'form';
    if (trouble !== undefined) return { response_action: 'errors', errors: { [firstId]: trouble } };
    const now = slack.views.find({ viewId: view.id });
    if (now && Object.keys(now.errors).length) return { response_action: 'errors', errors: now.errors };
    const top = slack.views.stack(view.userId).at(-1);
    return top && { response_action: 'update', view: draw(top) };
  };

  const topView = (userId: string, payload: Json): StoredView | undefined => {
    const named = readText(readObject(payload, 'view') ?? {}, 'front_view_id');
    return slack.views.find({ viewId: named }) ?? slack.views.stack(userId).at(-1);
  };

  /** Tells the person, in the page only, what Slack itself would have said. */
  const complain = (userId: string, channelId: string, ack: Ack | undefined): void => {
    const trouble = ack && (ack.ok ? ack.problem : `AcuOps did not answer in time (${ack.kind}).`);
    if (trouble === undefined) return;
    slack.record.tell({
      kind: 'ephemeral posted',
      ephemeral: {
        channelId,
        ts: slack.ids.ts(),
        userId,
        text: `:warning: ${trouble}`,
        blocks: [],
        via: 'ack',
      },
    });
  };

  const takeCommand = async (payload: Json): Promise<undefined> => {
    const userId = readText(payload, 'user_id') ?? '';
    const channelId = readText(payload, 'channel_id') ?? '';
    const command = readText(payload, 'command') ?? '';
    const [ack] = await acting.command(userId, channelId, readText(payload, 'text') ?? '', { command });
    complain(userId, channelId, ack);
  };

  const takeMessage = async (event: Json): Promise<undefined> => {
    const userId = readText(event, 'user') ?? '';
    const channelId = readText(event, 'channel') ?? '';
    const text = readText(event, 'text') ?? '';
    if (event['subtype'] !== undefined || links.isEcho(channelId, userId, text)) return;
    const threadTs = links.toFrontTs(readText(event, 'thread_ts') ?? '');
    const thread = threadTs === undefined ? {} : { threadTs };
    const act = text.includes(`<@${botUserId}>`) ? acting.mention : acting.say;
    await links.adopt(readText(event, 'ts') ?? '', () => act(userId, channelId, text, thread));
  };

  const takePress = async (userId: string, channelId: string, ts: string, action: Json): Promise<void> => {
    const button = toButton(action);
    const press = async (): Promise<void> => {
      const [ack] = await acting.click(userId, channelId, ts, button);
      complain(userId, channelId, ack);
    };
    const message = slack.record.message(channelId, ts) ?? slack.record.ephemeral(userId, ts);
    const confirm = findConfirm(message?.blocks ?? [], button.actionId, readText(action, 'block_id'));
    if (confirm) confirmations.ask(confirm, press);
    else await press();
  };

  const takeClick = async (payload: Json, userId: string): Promise<undefined> => {
    const [action = {}] = readList(payload, 'actions');
    const container = readObject(payload, 'container') ?? {};
    const channelId = readText(container, 'channel_id') ?? '';
    const ts = links.toFrontTs(readText(container, 'message_ts') ?? '');
    if (ts !== undefined) {
      await takePress(userId, channelId, ts, action);
      return;
    }
    const view = topView(userId, payload) ?? slack.views.home(userId);
    if (view) await acting.clickView(userId, view, toButton(action));
  };

  const takeSubmission = async (payload: Json, userId: string): Promise<Json | undefined> => {
    const confirmed = confirmations.take(payload);
    if (confirmed) {
      await confirmed();
      await links.painted();
      const top = slack.views.stack(userId).at(-1);
      return top && { response_action: 'update', view: draw(top) };
    }
    const view = topView(userId, payload);
    if (!view) return undefined;
    const state = readObject(readObject(readObject(payload, 'view') ?? {}, 'state') ?? {}, 'values') ?? {};
    const values = readValues(view, state);
    const missing = findMissing(view.blocks, fillState(view.blocks, values));
    if (missing.length) {
      const errors = missing.map((name) => [name.split('/')[0] ?? '', 'Please fill this in.'] as const);
      return { response_action: 'errors', errors: Object.fromEntries(errors) };
    }
    const [ack] = await acting.submitView(view.userId, view, values);
    // local-slack follows the answer whenever it comes; drawn before it, nothing is wiped away afterwards.
    await links.painted();
    return ack && toPageAnswer(ack, view);
  };

  const takeClosing = async (payload: Json): Promise<undefined> => {
    // Whoever says no pressed nothing.
    if (confirmations.take(payload)) return;
    const named = readText(readObject(payload, 'view') ?? {}, 'front_view_id');
    const view = named === undefined ? undefined : slack.views.find({ viewId: named });
    if (view) await acting.closeView(view.userId, view);
  };

  const takeEvent = async (event: Json): Promise<undefined> => {
    if (event['type'] === 'message') return takeMessage(event);
    if (event['type'] === 'app_home_opened') await acting.openHome(readText(event, 'user') ?? '');
    return undefined;
  };

  return async (body: Buffer, type: string): Promise<unknown> => {
    const payload = readPayload(body, type);
    const trigger = readText(payload, 'trigger_id');
    if (trigger !== undefined) links.keepTrigger(trigger);
    const event = readObject(payload, 'event');
    if (event) return takeEvent(event);
    const userId = readText(readObject(payload, 'user') ?? {}, 'id') ?? '';
    switch (payload['type']) {
      case 'block_actions':
        return takeClick(payload, userId);
      case 'view_submission':
        return takeSubmission(payload, userId);
      case 'view_closed':
        return takeClosing(payload);
      default:
        return payload['command'] === undefined || payload['command'] === primingCommand
          ? undefined
          : takeCommand(payload);
    }
  };
};

/** Sent once by the screen itself, for the trigger id in it: without one local-slack opens no form. */
export const primingCommand = '/acuops-screen';
