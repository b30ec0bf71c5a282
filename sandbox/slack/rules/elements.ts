// Slack's documented limits of interactive elements: buttons, selects, inputs, options and confirmations.
import { isJson, type Json, readText } from '../json.ts';
import { checkLength, checkList, checkString, checkText, type FaultList } from './faultlist.ts';

/** Where an element stands; only some are allowed in each. */
export type Slot = 'section' | 'actions' | 'input' | 'context' | 'context_actions' | 'card';

const selects = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
];
const choices = [...selects, ...selects.map((name) => `multi_${name}`)];
const pickers = ['datepicker', 'timepicker', 'datetimepicker'];
const marks = ['checkboxes', 'radio_buttons'];
const typed = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input'];

const allowed: Readonly<Record<Slot, readonly string[]>> = {
  section: [
    'button',
    'overflow',
    'image',
    'workflow_button',
    ...choices,
    ...marks,
    'datepicker',
    'timepicker',
  ],
  actions: [
    'button',
    'overflow',
    'workflow_button',
    'rich_text_input',
    'plain_text_input',
    ...choices,
    ...marks,
    ...pickers,
  ],
  input: [...typed, 'file_input', 'rich_text_input', ...choices, ...marks, ...pickers],
  context: ['image', 'mrkdwn', 'plain_text'],
  context_actions: ['feedback_buttons', 'icon_button'],
  card: ['button', 'workflow_button'],
};

export const isInteractive = (element: Json): boolean =>
  !['image', 'mrkdwn', 'plain_text', 'feedback_buttons'].includes(readText(element, 'type') ?? '');

const checkConfirm = (list: FaultList, confirm: unknown, pointer: string): void => {
  if (confirm === undefined) return;
  if (!isJson(confirm)) return list.add('must be an object', pointer);
  checkText(list, confirm['title'], { most: 100, plainOnly: true }, `${pointer}/title`);
  checkText(list, confirm['text'], { most: 300 }, `${pointer}/text`);
  checkText(list, confirm['confirm'], { most: 30, plainOnly: true }, `${pointer}/confirm`);
  checkText(list, confirm['deny'], { most: 30, plainOnly: true }, `${pointer}/deny`);
};

const checkButton = (list: FaultList, button: Json, pointer: string): void => {
  checkText(list, button['text'], { most: 75, plainOnly: true }, `${pointer}/text`);
  checkLength(list, button['value'], 2000, `${pointer}/value`);
  checkLength(list, button['url'], 3000, `${pointer}/url`);
  checkLength(list, button['accessibility_label'], 75, `${pointer}/accessibility_label`);
  const style = button['style'];
  if (style !== undefined && style !== 'primary' && style !== 'danger') {
    list.add('must be a valid enum value', `${pointer}/style`);
  }
};

const checkOptions = (list: FaultList, value: unknown, most: number, pointer: string): readonly Json[] => {
  const options = checkList(list, value, { least: 1, most }, pointer);
  options.forEach((option, at) => {
    checkText(list, option['text'], { most: 75 }, `${pointer}/${at}/text`);
    checkString(list, option['value'], 150, `${pointer}/${at}/value`);
    checkText(list, option['description'], { most: 75, isOptional: true }, `${pointer}/${at}/description`);
  });
  return options;
};

const checkStaticSelect = (list: FaultList, select: Json, pointer: string): void => {
  const groups = select['option_groups'];
  if (groups !== undefined && select['options'] === undefined) {
    checkList(list, groups, { least: 1, most: 100 }, `${pointer}/option_groups`).forEach((group, at) => {
      checkText(list, group['label'], { most: 75, plainOnly: true }, `${pointer}/option_groups/${at}/label`);
      checkOptions(list, group['options'], 100, `${pointer}/option_groups/${at}/options`);
    });
    return;
  }
  const options = checkOptions(list, select['options'], 100, `${pointer}/options`);
  const initial = select['initial_option'];
  if (isJson(initial) && !options.some((option) => option['value'] === initial['value'])) {
    list.add('must be one of the provided options', `${pointer}/initial_option`);
  }
};

const checkTextInput = (list: FaultList, input: Json, pointer: string): void => {
  const most = input['max_length'];
  const isLawful = most === undefined || (typeof most === 'number' && most >= 1 && most <= 3000);
  if (!isLawful) list.add('must be between 1 and 3000', `${pointer}/max_length`);
  checkLength(
    list,
    input['initial_value'],
    typeof most === 'number' ? most : 3000,
    `${pointer}/initial_value`,
  );
};

type ElementRule = (list: FaultList, element: Json, pointer: string) => void;

const rules: Readonly<Record<string, ElementRule>> = {
  button: checkButton,
  overflow: (list, element, pointer) => void checkOptions(list, element['options'], 5, `${pointer}/options`),
  checkboxes: (list, element, pointer) =>
    void checkOptions(list, element['options'], 10, `${pointer}/options`),
  radio_buttons: (list, element, pointer) =>
    void checkOptions(list, element['options'], 10, `${pointer}/options`),
  static_select: checkStaticSelect,
  multi_static_select: checkStaticSelect,
  plain_text_input: checkTextInput,
  image: (list, element, pointer) => {
    checkString(list, element['alt_text'], 2000, `${pointer}/alt_text`);
    if (element['slack_file'] === undefined)
      checkString(list, element['image_url'], 3000, `${pointer}/image_url`);
  },
  mrkdwn: (list, element, pointer) => checkText(list, element, { most: 3000 }, pointer),
  plain_text: (list, element, pointer) => checkText(list, element, { most: 3000 }, pointer),
};

/** One element in its slot. */
export const checkElement = (list: FaultList, element: Json, slot: Slot, pointer: string): void => {
  const kind = readText(element, 'type') ?? '';
  if (!allowed[slot].includes(kind))
    return list.add(`unsupported type: ${kind || 'none'}`, `${pointer}/type`);
  checkLength(list, element['action_id'], 255, `${pointer}/action_id`);
  checkText(
    list,
    element['placeholder'],
    { most: 150, plainOnly: true, isOptional: true },
    `${pointer}/placeholder`,
  );
  checkConfirm(list, element['confirm'], `${pointer}/confirm`);
  rules[kind]?.(list, element, pointer);
};

/** Several elements of one block; action ids must differ among them. */
export const checkElements = (
  list: FaultList,
  value: unknown,
  slot: Slot,
  most: number,
  pointer: string,
): readonly Json[] => {
  const elements = checkList(list, value, { least: 1, most }, pointer);
  const seen = new Set<string>();
  elements.forEach((element, at) => {
    checkElement(list, element, slot, `${pointer}/${at}`);
    const id = readText(element, 'action_id');
    if (id === undefined) return;
    if (seen.has(id))
      list.add(`\`action_id\` "${id}" already exists in this block`, `${pointer}/${at}/action_id`);
    seen.add(id);
  });
  return elements;
};
