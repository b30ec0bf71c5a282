/** From what Slack sends for a press or a form to our own words. Of the message that was pressed nothing is believed but the opaque id and version. */
import { z } from 'zod';
import { parseActionValue } from '../blocks/action-id.ts';
import type { Click, Submission } from '../operations/action.ts';
import type { Actor, Place } from '../operations/call.ts';
import { readMemo } from './modal.ts';
import { toPlace } from './receive-command.ts';
import type { ReplyTarget } from './reply.ts';

const Id = z.string().min(1).max(64);
const Who = {
  user: z.object({ id: Id, team_id: Id.optional() }),
  team: z.object({ id: Id }).nullish(),
};
const View = z.object({
  id: Id,
  hash: z.string().optional(),
  callback_id: z.string().optional(),
  private_metadata: z.string().optional(),
});

const Press = z.object({
  ...Who,
  trigger_id: z.string().min(1),
  response_url: z.url().optional(),
  channel: z.object({ id: Id }).optional(),
  container: z
    .object({
      channel_id: Id.optional(),
      message_ts: z.string().optional(),
      thread_ts: z.string().optional(),
    })
    .optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  view: View.optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
type Press = z.infer<typeof Press>;

export interface ReadPress {
  readonly actionId: string;
  readonly triggerId: string;
  /** Null where the element's value was not made by us. */
  readonly click: Click | null;
  readonly target: ReplyTarget;
  /** The window that was pressed in, if it was one. */
  readonly viewId: string | null;
}

/** Null for anything that is no press as Slack sends it. */
export const readPress = (body: unknown, ourTeam: string): ReadPress | null => {
  const read = Press.safeParse(body);
  if (!read.success) return null;
  const press = read.data;
  const actor = readActor(press);
  const where = readWhere(press);
  const [action] = press.actions;
  if (!actor || !where || !action) return null;
  return {
    actionId: action.action_id,
    triggerId: press.trigger_id,
    click: readClick(action, actor, toPlace(ourTeam, where.channel, where.thread)),
    target: {
      responseUrl: press.response_url ?? null,
      channel: where.channel,
      user: actor.user,
      thread: where.thread ?? null,
    },
    viewId: press.view?.id ?? null,
  };
};

const readClick = (action: Press['actions'][number], actor: Actor, place: Place): Click | null => {
  const value = parseActionValue(action.selected_option?.value ?? action.value ?? '');
  if (!value) return null;
  const card = { id: value.cardId, version: value.version };
  return { actor, place, card, targetKey: value.targetKey ?? null, stamp: value.stamp };
};

interface Where {
  readonly channel: string;
  readonly thread: string | undefined;
}

/** A window remembers where it was opened; a message says where it is. */
const readWhere = (press: Press): Where | null => {
  if (press.view) {
    const memo = readMemo(press.view.private_metadata);
    return memo && { channel: memo.channel, thread: memo.thread };
  }
  const channel = press.container?.channel_id ?? press.channel?.id;
  return channel === undefined ? null : { channel, thread: readThread(press) };
};

/** The first message of a thread names itself as its thread; it stands in the channel. */
const readThread = ({ container, message }: Press): string | undefined => {
  const thread = container?.thread_ts ?? message?.thread_ts;
  return thread === (container?.message_ts ?? message?.ts) ? undefined : thread;
};

/** The person's own team, where Slack names it: in shared channels it is not ours. */
const readActor = ({ user, team }: Pick<Press, 'user' | 'team'>): Actor | null => {
  const own = user.team_id ?? team?.id;
  return own === undefined ? null : { team: own, user: user.id };
};

const Choice = z.object({ value: z.string() });
const Field = z.object({
  value: z.string().nullish(),
  selected_option: Choice.nullish(),
  selected_options: z.array(Choice).optional(),
  selected_user: z.string().nullish(),
  selected_date: z.string().nullish(),
  selected_time: z.string().nullish(),
});

const Sent = z.object({
  ...Who,
  trigger_id: z.string().min(1).optional(),
  view: View.extend({
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Field)) }).optional(),
  }),
});

export interface ReadSubmission {
  readonly callbackId: string;
  readonly deliveryKey: string;
  readonly submission: Submission;
  readonly target: ReplyTarget;
}

/** Null for anything that is no form of ours. */
export const readSubmission = (body: unknown, ourTeam: string): ReadSubmission | null => {
  const read = Sent.safeParse(body);
  if (!read.success) return null;
  const { view, trigger_id: triggerId } = read.data;
  const actor = readActor(read.data);
  const memo = readMemo(view.private_metadata);
  if (!actor || !memo) return null;
  return {
    callbackId: view.callback_id ?? '',
    deliveryKey:
      triggerId === undefined ? `slack:view:${view.id}:${view.hash ?? ''}` : `slack:trigger:${triggerId}`,
    submission: {
      actor,
      place: toPlace(ourTeam, memo.channel, memo.thread),
      card: memo.card ?? null,
      memo: memo.memo,
      values: readValues(view.state?.values ?? {}),
    },
    target: { responseUrl: null, channel: memo.channel, user: actor.user, thread: memo.thread ?? null },
  };
};

type Fields = Readonly<Record<string, Readonly<Record<string, z.infer<typeof Field>>>>>;

const readValues = (blocks: Fields): Submission['values'] =>
  Object.fromEntries(
    Object.entries(blocks).map(([blockId, fields]) => {
      const [field] = Object.values(fields);
      return [blockId, field ? readField(field) : null];
    }),
  );

const readField = (field: z.infer<typeof Field>): string | readonly string[] | null =>
  field.selected_options?.map((option) => option.value) ??
  field.selected_option?.value ??
  field.value ??
  field.selected_user ??
  field.selected_date ??
  field.selected_time ??
  null;
