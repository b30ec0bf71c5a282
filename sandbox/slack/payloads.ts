// Builds what Slack sends to an app: slash commands, clicks, submissions and events, in the shapes of its documentation.
// Sends nothing.
import { findElements, type Placed } from './block-ids.ts';
import { appId, botUserId, workspaceDomain } from './directory.ts';
import { findOption, readInitialState, type StateValues } from './input-state.ts';
import { type Json, readList, readText } from './json.ts';
import { type Slack, toMessageJson } from './slack.ts';
import type { StoredEphemeral, StoredMessage, StoredView } from './stored.ts';

const token = 'sandbox-verification-token';

export interface ButtonChoice {
  readonly actionId: string;
  /** Which of several elements with this action id, counted from 0. */
  readonly index?: number;
  /** Picks the element with this value; where none has it, the value is sent all the same (a click on an old picture). */
  readonly value?: string;
  /** The value of the option chosen in a select, overflow or radio group; a user id or date where those are picked. */
  readonly selectedOption?: string;
}

/** A payload and the response URL's key in it. */
export interface Built {
  readonly payload: Json;
  readonly responseId?: string;
}

export interface Payloads {
  readonly command: (userId: string, channelId: string, command: string, text: string) => Built;
  readonly click: (userId: string, message: StoredMessage, button: ButtonChoice) => Built;
  readonly clickEphemeral: (userId: string, ephemeral: StoredEphemeral, button: ButtonChoice) => Built;
  readonly clickView: (userId: string, view: StoredView, button: ButtonChoice) => Built;
  readonly submission: (userId: string, view: StoredView, state: StateValues) => Built;
  readonly closing: (userId: string, view: StoredView, isCleared: boolean) => Built;
  readonly event: (event: Json, isExtShared?: boolean) => Built;
}

const chooseElement = (pictures: readonly (readonly Json[])[], button: ButtonChoice): Placed => {
  for (const blocks of pictures) {
    const named = findElements(blocks).filter((one) => one.actionId === button.actionId);
    const exact = named.find((one) => one.element['value'] === button.value);
    const chosen = (button.value === undefined ? undefined : exact) ?? named[button.index ?? 0];
    if (chosen) return chosen;
  }
  const known = findElements(pictures[0] ?? []).map((one) => one.actionId);
  const which = button.index === undefined ? '' : ` number ${button.index}`;
  throw new Error(`No button ${button.actionId}${which} to press; there is ${known.join(', ') || 'none'}`);
};

/** Elements whose choice is a bare value, and the field it is sent in. */
const bareFields: Readonly<Record<string, string>> = {
  users_select: 'selected_user',
  channels_select: 'selected_channel',
  conversations_select: 'selected_conversation',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};

const toPress = (element: Json, button: ButtonChoice): Json => {
  const value = button.value ?? element['value'];
  const { text, style } = element;
  return { text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) };
};

const toChoice = (element: Json, kind: string, button: ButtonChoice): Json => {
  const bareField = bareFields[kind];
  if (bareField !== undefined) return { [bareField]: button.selectedOption ?? button.value ?? null };
  const [first] = readList(element, 'options');
  const option = button.selectedOption === undefined ? first : findOption(element, button.selectedOption);
  if (!option) throw new Error(`No option ${button.selectedOption ?? ''} in ${button.actionId}`);
  const isMany = kind === 'checkboxes' || kind.startsWith('multi_');
  return isMany ? { selected_options: [option] } : { selected_option: option };
};

const toAction = ({ element, actionId, blockId }: Placed, button: ButtonChoice, at: string): Json => {
  const kind = readText(element, 'type') ?? 'button';
  const what = kind === 'button' ? toPress(element, button) : toChoice(element, kind, button);
  return { action_id: actionId, block_id: blockId, type: kind, action_ts: at, ...what };
};

export const createPayloads = (slack: Slack): Payloads => {
  const { directory, ids, triggers } = slack;

  const userOf = (userId: string): Json => {
    const name = (directory.person(userId)?.name ?? userId).toLowerCase().replaceAll(' ', '.');
    return { id: userId, username: name, name, team_id: directory.teamOf(userId) };
  };
  // The team is that of the person acting: for someone of another workspace, theirs.
  const frame = (userId: string): Json => ({
    api_app_id: appId,
    token,
    team: {
      id: directory.teamOf(userId),
      domain: directory.teamOf(userId) === directory.teamId ? workspaceDomain : 'elsewhere',
    },
    user: userOf(userId),
    enterprise: null,
    is_enterprise_install: false,
  });
  const channelNameOf = (channelId: string): string => {
    const channel = directory.channel(channelId);
    return channel?.dmUserId === undefined ? (channel?.name ?? channelId) : 'directmessage';
  };
  const responseUrl = (kind: string, id: string) => `${slack.base()}/${kind}/${directory.teamId}/${id}`;

  /** A click on something in a channel. */
  const clickIn = (
    userId: string,
    channelId: string,
    container: Json,
    rest: Json,
    action: Json,
    responseId: string,
  ): Built => ({
    responseId,
    payload: {
      type: 'block_actions',
      ...frame(userId),
      container,
      trigger_id: triggers.makeTrigger({ userId }),
      channel: { id: channelId, name: channelNameOf(channelId) },
      response_url: responseUrl('actions', responseId),
      ...rest,
      actions: [action],
    },
  });

  return {
    command: (userId, channelId, command, text) => {
      const responseId = triggers.makeResponse({ userId, channelId });
      const payload = {
        token,
        team_id: directory.teamOf(userId),
        team_domain: workspaceDomain,
        channel_id: channelId,
        channel_name: channelNameOf(channelId),
        user_id: userId,
        user_name: String(userOf(userId)['name']),
        command,
        text,
        api_app_id: appId,
        is_enterprise_install: 'false',
        response_url: responseUrl('commands', responseId),
        trigger_id: triggers.makeTrigger({ userId }),
      };
      return { payload, responseId };
    },

    click: (userId, message, button) => {
      const placed = chooseElement([message.blocks, ...[...message.earlierBlocks].reverse()], button);
      const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
      const place = { userId, channelId: message.channelId, messageTs: message.ts, ...thread };
      const responseId = triggers.makeResponse({
        userId,
        channelId: message.channelId,
        messageTs: message.ts,
        ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
      });
      const container = {
        type: 'message',
        message_ts: place.messageTs,
        channel_id: place.channelId,
        is_ephemeral: false,
        ...thread,
      };
      const rest = {
        message: toMessageJson(message, slack, true),
        state: { values: readInitialState(message.blocks) },
      };
      return clickIn(
        userId,
        message.channelId,
        container,
        rest,
        toAction(placed, button, ids.ts()),
        responseId,
      );
    },

    clickEphemeral: (userId, ephemeral, button) => {
      const placed = chooseElement([ephemeral.blocks], button);
      const { channelId, ts } = ephemeral;
      const responseId = triggers.makeResponse({ userId, channelId, ephemeralTs: ts });
      const container = { type: 'message', message_ts: ts, channel_id: channelId, is_ephemeral: true };
      // No `message`: Slack does not keep what was whispered.
      const rest = { state: { values: readInitialState(ephemeral.blocks) } };
      return clickIn(userId, channelId, container, rest, toAction(placed, button, ids.ts()), responseId);
    },

    clickView: (userId, view, button) => {
      const placed = chooseElement([view.blocks], button);
      return {
        payload: {
          type: 'block_actions',
          ...frame(userId),
          container: { type: 'view', view_id: view.id },
          trigger_id: triggers.makeTrigger({ userId, viewId: view.id }),
          view: { ...view.json, state: { values: readInitialState(view.blocks) } },
          actions: [toAction(placed, button, ids.ts())],
        },
      };
    },

    submission: (userId, view, state) => ({
      payload: {
        type: 'view_submission',
        ...frame(userId),
        trigger_id: triggers.makeTrigger({ userId, viewId: view.id }),
        view: { ...view.json, state: { values: state } },
        response_urls: [],
      },
    }),

    closing: (userId, view, isCleared) => ({
      payload: {
        type: 'view_closed',
        ...frame(userId),
        view: { ...view.json, state: { values: {} } },
        is_cleared: isCleared,
      },
    }),

    event: (event, isExtShared = false) => ({
      payload: {
        token,
        team_id: directory.teamId,
        context_team_id: directory.teamId,
        api_app_id: appId,
        event,
        type: 'event_callback',
        event_id: ids.id('Ev'),
        event_time: Math.floor(slack.now() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: directory.teamId,
            user_id: botUserId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: isExtShared,
      },
    }),
  };
};
