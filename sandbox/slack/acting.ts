// What people do: type commands, press buttons, fill in forms, mention the bot; and what Slack then makes of the answer.
// The payloads come from `payloads.ts`, their way to the bot from `delivery.ts`.

import type { Ack, DeliverOptions, Delivery } from './delivery.ts';
import { botUserId } from './directory.ts';
import type { DeliveryKind } from './faults.ts';
import { fillState, findMissing } from './input-state.ts';
import { isJson, type Json, readObject, readText } from './json.ts';
import { readView } from './methods/views.ts';
import type { Built, ButtonChoice, Payloads } from './payloads.ts';
import { takeAckBody } from './responses.ts';
import { blankMessage, type Slack } from './slack.ts';
import { SlackRefusal, type StoredMessage, type StoredView } from './stored.ts';

export interface Repeat {
  /** How often the person does it; each time is a new delivery with ids of its own. */
  readonly times?: number;
  /** All at once instead of one after the other's answer. */
  readonly concurrently?: boolean;
  /** The same delivery `times` times, byte for byte with the same ids, instead of doing it again. */
  readonly replay?: boolean;
}

export interface CommandOptions extends Repeat {
  readonly command?: string;
}

export interface MentionOptions extends Repeat {
  readonly threadTs?: string;
}

export type FormValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Acting {
  readonly command: (
    userId: string,
    channelId: string,
    text: string,
    options?: CommandOptions,
  ) => Promise<Ack[]>;
  readonly click: (
    userId: string,
    channelId: string,
    messageTs: string,
    button: ButtonChoice,
    options?: Repeat,
  ) => Promise<Ack[]>;
  readonly clickView: (
    userId: string,
    view: StoredView,
    button: ButtonChoice,
    options?: Repeat,
  ) => Promise<Ack[]>;
  readonly submitView: (
    userId: string,
    view: StoredView,
    values: FormValues,
    options?: Repeat,
  ) => Promise<Ack[]>;
  readonly closeView: (userId: string, view: StoredView) => Promise<void>;
  readonly mention: (
    userId: string,
    channelId: string,
    text: string,
    options?: MentionOptions,
  ) => Promise<Ack[]>;
  /** Says something in a channel; only in the bot's own conversation does the bot hear of it. */
  readonly say: (
    userId: string,
    channelId: string,
    text: string,
    options?: { readonly threadTs?: string },
  ) => Promise<StoredMessage>;
  readonly openHome: (userId: string) => Promise<Ack>;
  readonly deliver: (kind: DeliveryKind, payload: object, options?: DeliverOptions) => Promise<Ack>;
}

const defaultCommand = '/acuops';

export const createActing = (slack: Slack, payloads: Payloads, delivery: Delivery): Acting => {
  const knowPerson = (userId: string): void => {
    if (slack.directory.person(userId)) return;
    throw new Error(`No person ${userId} in the pretend Slack; use deliver() for someone it does not know`);
  };
  const knowChannel = (channelId: string) => {
    const channel = slack.directory.channel(channelId);
    if (!channel) throw new Error(`No channel ${channelId} in the pretend Slack`);
    return channel;
  };

  const repeat = async (
    options: Repeat,
    build: () => Built,
    send: (built: Built) => Promise<Ack>,
  ): Promise<Ack[]> => {
    const count = options.times ?? 1;
    const first = build();
    const all = Array.from({ length: count }, (_, at) => (at === 0 || options.replay ? first : build()));
    if (options.concurrently) return Promise.all(all.map(send));
    const acks: Ack[] = [];
    for (const built of all) acks.push(await send(built));
    return acks;
  };

  const sendCommand = async (built: Built, userId: string, channelId: string): Promise<Ack> => {
    const ack = await delivery.deliver('command', built.payload);
    if (!ack.ok || ack.body === '') return ack;
    const body = isJson(ack.body) ? ack.body : { text: ack.body };
    const problem = takeAckBody(body, { userId, channelId }, slack);
    return problem === undefined ? ack : { ...ack, problem };
  };
  const sendClick = (built: Built): Promise<Ack> => delivery.deliver('interaction', built.payload);

  /** Carries out the `response_action` of a submission; throws what Slack would complain about. */
  const followAction = (view: StoredView, body: Json): void => {
    const next = () => readView(body['view'], 'modal', slack.strict);
    switch (readText(body, 'response_action')) {
      case undefined:
        return slack.views.close(view);
      case 'clear':
        return slack.views.clear(view.userId);
      case 'update':
        return void slack.views.update(view, next());
      case 'push':
        return void slack.views.push(view.userId, next());
      case 'errors': {
        const errors = readObject(body, 'errors') ?? {};
        const stray = Object.keys(errors).find(
          (id) => !view.blocks.some((one) => one['block_id'] === id && one['type'] === 'input'),
        );
        if (stray !== undefined && slack.strict)
          throw new SlackRefusal(`no input block ${stray} to show an error at`);
        return slack.views.showErrors(
          view,
          Object.fromEntries(Object.entries(errors).map(([id, text]) => [id, String(text)])),
        );
      }
      default:
        throw new SlackRefusal(`unknown response_action ${String(body['response_action'])}`);
    }
  };

  const sendSubmission = async (built: Built, view: StoredView): Promise<Ack> => {
    const ack = await delivery.deliver('interaction', built.payload);
    if (!ack.ok) return ack;
    try {
      followAction(view, isJson(ack.body) ? ack.body : {});
      return ack;
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      return { ...ack, problem: `${error.error} ${JSON.stringify(error.extra)}` };
    }
  };

  const say = (
    userId: string,
    channelId: string,
    text: string,
    threadTs: string | undefined,
  ): StoredMessage => {
    knowPerson(userId);
    const thread = threadTs === undefined ? {} : { threadTs };
    return slack.record.post({
      ...blankMessage,
      isBot: false,
      userId,
      text,
      channelId: knowChannel(channelId).id,
      ts: slack.ids.ts(),
      ...thread,
    });
  };
  const toEvent = (message: StoredMessage, type: string): Json => ({
    type,
    user: message.userId,
    team: slack.directory.teamOf(message.userId),
    text: message.text,
    ts: message.ts,
    event_ts: message.ts,
    channel: message.channelId,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  });

  return {
    command: async (userId, channelId, text, options = {}) => {
      knowPerson(userId);
      knowChannel(channelId);
      const build = () => payloads.command(userId, channelId, options.command ?? defaultCommand, text);
      return repeat(options, build, (built) => sendCommand(built, userId, channelId));
    },

    click: async (userId, channelId, messageTs, button, options = {}) => {
      knowPerson(userId);
      const message = slack.record.message(channelId, messageTs);
      const ephemeral = slack.record.ephemeral(userId, messageTs);
      const build = () => {
        if (message) return payloads.click(userId, message, button);
        if (ephemeral) return payloads.clickEphemeral(userId, ephemeral, button);
        throw new Error(`No message ${messageTs} in ${channelId} that ${userId} could click`);
      };
      return repeat(options, build, sendClick);
    },

    clickView: async (userId, view, button, options = {}) =>
      repeat(options, () => payloads.clickView(userId, view, button), sendClick),

    submitView: async (userId, view, values, options = {}) => {
      const state = fillState(view.blocks, values);
      const missing = findMissing(view.blocks, state);
      if (slack.strict && missing.length) {
        throw new Error(`Slack would not send this form: ${missing.join(', ')} is required and empty`);
      }
      return repeat(
        options,
        () => payloads.submission(userId, view, state),
        (built) => sendSubmission(built, view),
      );
    },

    closeView: async (userId, view) => {
      slack.views.close(view);
      if (view.json['notify_on_close'] === true) await sendClick(payloads.closing(userId, view, false));
    },

    mention: async (userId, channelId, text, options = {}) => {
      const isExtShared = knowChannel(channelId).isExtShared;
      const whole = text.includes(`<@${botUserId}>`) ? text : `<@${botUserId}> ${text}`;
      const build = () =>
        payloads.event(toEvent(say(userId, channelId, whole, options.threadTs), 'app_mention'), isExtShared);
      return repeat(options, build, (built) => delivery.deliver('event', built.payload));
    },

    say: async (userId, channelId, text, options = {}) => {
      const message = say(userId, channelId, text, options.threadTs);
      if (knowChannel(channelId).dmUserId !== undefined) {
        const event = { ...toEvent(message, 'message'), channel_type: 'im' };
        await delivery.deliver('event', payloads.event(event).payload);
      }
      return message;
    },

    openHome: async (userId) => {
      knowPerson(userId);
      const channel = slack.directory.dm(userId);
      const view = slack.views.home(userId);
      const event = {
        type: 'app_home_opened',
        user: userId,
        channel: channel.id,
        tab: 'home',
        event_ts: slack.ids.ts(),
      };
      return delivery.deliver('event', payloads.event(view ? { ...event, view: view.json } : event).payload);
    },

    deliver: (kind, payload, options = {}) => delivery.deliver(kind, payload as Json, options),
  };
};
