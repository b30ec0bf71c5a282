/** Checks one interactive element (button, select, overflow, text input) against Slack's limits. */
import { checkText } from './check-text.ts';
import { limits } from './limit-figures.ts';

type Shape = Readonly<Record<string, unknown>>;
type Check = (element: Shape, where: string) => readonly string[];

const toShape = (value: unknown): Shape => (typeof value === 'object' && value !== null ? { ...value } : {});
const toShapes = (value: unknown): readonly Shape[] => (Array.isArray(value) ? value.map(toShape) : []);

const checkPlain = (value: unknown, where: string, max: number): readonly string[] => {
  const { type, text } = toShape(value);
  if (type !== 'plain_text') return [`${where} must be plain_text`];
  return checkText(where, text, max, 'plain');
};

const checkLength = (value: unknown, where: string, max: number): readonly string[] =>
  typeof value === 'string' && value.length > max
    ? [`${where} has ${value.length} characters, at most ${max}`]
    : [];

const checkConfirm = (value: unknown, where: string): readonly string[] => {
  if (value === undefined) return [];
  const { title, text, confirm, deny } = toShape(value);
  return [
    ...checkPlain(title, `${where}.title`, limits.confirmTitle),
    ...checkText(`${where}.text`, toShape(text)['text'], limits.confirmText, 'plain'),
    ...checkPlain(confirm, `${where}.confirm`, limits.confirmButton),
    ...checkPlain(deny, `${where}.deny`, limits.confirmButton),
  ];
};

const checkButton: Check = (element, where) => [
  ...checkPlain(element['text'], `${where}.text`, limits.buttonText),
  ...checkLength(element['value'], `${where}.value`, limits.buttonValue),
  ...checkLength(element['url'], `${where}.url`, limits.url),
];

const checkOptions = (value: unknown, where: string, max: number): readonly string[] => {
  const options = toShapes(value);
  const found = options.flatMap((option, index) => [
    ...checkPlain(option['text'], `${where}[${index}].text`, limits.optionText),
    ...checkLength(option['value'], `${where}[${index}].value`, limits.optionValue),
  ]);
  const values = options.map((option) => option['value']);
  if (new Set(values).size !== values.length) found.push(`${where} has a value twice`);
  if (options.length === 0) found.push(`${where} is empty`);
  if (options.length > max) found.push(`${where} has ${options.length} options, at most ${max}`);
  return found;
};

const checkSelect: Check = (element, where) => {
  const placeholder =
    element['placeholder'] === undefined
      ? []
      : checkPlain(element['placeholder'], `${where}.placeholder`, limits.placeholder);
  if (element['option_groups'] === undefined) {
    return [...placeholder, ...checkOptions(element['options'], `${where}.options`, limits.options)];
  }
  const groups = toShapes(element['option_groups']);
  const found = groups.flatMap((group, index) => [
    ...checkPlain(group['label'], `${where}.groups[${index}].label`, limits.optionText),
    ...checkOptions(group['options'], `${where}.groups[${index}]`, limits.options),
  ]);
  if (groups.length > limits.optionGroups)
    found.push(`${where} has ${groups.length} groups, at most ${limits.optionGroups}`);
  return [...placeholder, ...found];
};

const checkTextInput: Check = (element, where) => {
  const max = element['max_length'];
  const found = [...checkLength(element['initial_value'], `${where}.initial_value`, limits.inputText)];
  if (typeof max === 'number' && (max < 1 || max > limits.inputText))
    found.push(`${where}.max_length ${max}`);
  if (element['placeholder'] !== undefined)
    found.push(...checkPlain(element['placeholder'], `${where}.placeholder`, limits.placeholder));
  return found;
};

const checks: Readonly<Record<string, Check>> = {
  button: checkButton,
  static_select: checkSelect,
  overflow: (element, where) => checkOptions(element['options'], `${where}.options`, limits.overflowOptions),
  plain_text_input: checkTextInput,
};

export const checkElement = (element: Shape, where: string): readonly string[] => {
  const type = String(element['type']);
  const check = checks[type];
  if (check === undefined) return [`${where} is of kind ${type}, which is not checked`];
  const id = element['action_id'];
  const named =
    typeof id === 'string' && id !== '' && id.length <= limits.id
      ? []
      : [`${where} has no action_id of 1 to ${limits.id}`];
  return [
    ...named,
    ...check(element, `${where} ${type}`),
    ...checkConfirm(element['confirm'], `${where}.confirm`),
  ];
};
