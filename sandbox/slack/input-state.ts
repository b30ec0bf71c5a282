// The `state.values` of a message or modal: what its inputs hold before and after a person filled them in.
import { findElements, type Placed } from './block-ids.ts';
import { isJson, type Json, readList, readText } from './json.ts';

export type StateValues = Record<string, Record<string, unknown>>;

const emptyOf: Readonly<Record<string, Json>> = {
  plain_text_input: { value: null },
  email_text_input: { value: null },
  url_text_input: { value: null },
  number_input: { value: null },
  checkboxes: { selected_options: [] },
  datepicker: { selected_date: null },
  timepicker: { selected_time: null },
  datetimepicker: { selected_date_time: null },
  static_select: { selected_option: null },
  external_select: { selected_option: null },
  radio_buttons: { selected_option: null },
  users_select: { selected_user: null },
  channels_select: { selected_channel: null },
  conversations_select: { selected_conversation: null },
  multi_static_select: { selected_options: [] },
  multi_external_select: { selected_options: [] },
  multi_users_select: { selected_users: [] },
  multi_channels_select: { selected_channels: [] },
  multi_conversations_select: { selected_conversations: [] },
  rich_text_input: { rich_text_value: null },
  file_input: { files: [] },
};

/** From the field that an element names its first value in to the field that the state holds it in. */
const initials: readonly (readonly [string, string])[] = [
  ['initial_value', 'value'],
  ['initial_option', 'selected_option'],
  ['initial_options', 'selected_options'],
  ['initial_date', 'selected_date'],
  ['initial_time', 'selected_time'],
  ['initial_date_time', 'selected_date_time'],
  ['initial_user', 'selected_user'],
  ['initial_users', 'selected_users'],
  ['initial_channel', 'selected_channel'],
  ['initial_conversation', 'selected_conversation'],
];

const kindOf = (placed: Placed): string => readText(placed.element, 'type') ?? '';

const startOf = ({ element }: Placed, kind: string): Json => {
  const given = initials.flatMap(([from, to]) => (element[from] === undefined ? [] : [[to, element[from]]]));
  return { type: kind, ...emptyOf[kind], ...Object.fromEntries(given) };
};

const optionsOf = (element: Json): readonly Json[] => [
  ...readList(element, 'options'),
  ...readList(element, 'option_groups').flatMap((group) => readList(group, 'options')),
];

/** The option of an element with this value, as Slack would send it back. */
export const findOption = (element: Json, value: string): Json | undefined =>
  optionsOf(element).find((option) => option['value'] === value);

const pickOption = (element: Json, value: unknown): Json => {
  const option = findOption(element, String(value));
  if (option) return option;
  const known = optionsOf(element).map((one) => String(one['value']));
  throw new Error(
    `No option "${String(value)}" in ${readText(element, 'action_id') ?? 'this select'}; it has ${known.join(', ')}`,
  );
};

/** What a person put in, in Slack's shape; a plain string, or list of strings, is enough. */
const toFilled = (placed: Placed, given: unknown): Json => {
  const kind = kindOf(placed);
  if (isJson(given)) return { type: kind, ...given };
  const [field] = Object.keys(emptyOf[kind] ?? { value: null });
  const optionLists = ['checkboxes', 'multi_static_select'];
  if (optionLists.includes(kind)) {
    const wanted: readonly unknown[] = Array.isArray(given) ? given : [given];
    return { type: kind, selected_options: wanted.map((value) => pickOption(placed.element, value)) };
  }
  if (field === 'selected_option') return { type: kind, selected_option: pickOption(placed.element, given) };
  return { type: kind, [field ?? 'value']: given };
};

const isInput = (placed: Placed): boolean => emptyOf[kindOf(placed)] !== undefined;

const isEmpty = (state: Json): boolean =>
  Object.entries(state).every(
    ([name, value]) =>
      name === 'type' || value === null || value === '' || (Array.isArray(value) && value.length === 0),
  );

export const readInitialState = (blocks: readonly Json[]): StateValues => fillState(blocks, {});

/**
 * The state after a person filled in `values` (block id → action id → value).
 * @throws Error where a value names no input of these blocks
 */
export const fillState = (
  blocks: readonly Json[],
  values: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): StateValues => {
  const inputs = findElements(blocks).filter(isInput);
  for (const [blockId, actions] of Object.entries(values)) {
    for (const actionId of Object.keys(actions)) {
      if (inputs.some((one) => one.blockId === blockId && one.actionId === actionId)) continue;
      const known = inputs.map((one) => `${one.blockId}/${one.actionId}`).join(', ');
      throw new Error(`No input ${blockId}/${actionId} to fill in; there is ${known || 'none'}`);
    }
  }
  const state: StateValues = {};
  for (const one of inputs) {
    const given = values[one.blockId]?.[one.actionId];
    const filled = given === undefined ? startOf(one, kindOf(one)) : toFilled(one, given);
    state[one.blockId] = { ...state[one.blockId], [one.actionId]: filled };
  }
  return state;
};

/** Labels of required inputs that are still empty: Slack's client would not send the form. */
export const findMissing = (blocks: readonly Json[], state: StateValues): readonly string[] =>
  findElements(blocks)
    .filter((one) => one.block['type'] === 'input' && one.block['optional'] !== true)
    .filter((one) => {
      const held = state[one.blockId]?.[one.actionId];
      return !isJson(held) || isEmpty(held);
    })
    .map((one) => `${one.blockId}/${one.actionId}`);
