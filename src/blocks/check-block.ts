/** Checks one block against Slack's limits. Block kinds that no card of ours uses are violations until somebody adds their limits here. */
import { checkElement } from './check-element.ts';
import { checkText } from './check-text.ts';
import { limits } from './limit-figures.ts';

type Shape = Readonly<Record<string, unknown>>;
type Surface = 'message' | 'view';
type Check = (block: Shape, where: string) => readonly string[];

const toShape = (value: unknown): Shape => (typeof value === 'object' && value !== null ? { ...value } : {});
const toShapes = (value: unknown): readonly Shape[] => (Array.isArray(value) ? value.map(toShape) : []);

const checkTextObject = (
  value: unknown,
  where: string,
  max: number,
  only?: 'plain_text',
): readonly string[] => {
  const { type, text } = toShape(value);
  if (type !== 'plain_text' && (only !== undefined || type !== 'mrkdwn'))
    return [`${where} has text of kind ${String(type)}`];
  return checkText(where, text, max, type === 'plain_text' ? 'plain' : 'mrkdwn');
};

const checkSection: Check = (block, where) => {
  const fields = toShapes(block['fields']);
  const found = fields.flatMap((field, index) =>
    checkTextObject(field, `${where}.fields[${index}]`, limits.sectionField),
  );
  if (block['text'] !== undefined) found.push(...checkTextObject(block['text'], where, limits.sectionText));
  if (block['text'] === undefined && fields.length === 0) found.push(`${where} is empty`);
  if (fields.length > limits.sectionFields)
    found.push(`${where} has ${fields.length} fields, at most ${limits.sectionFields}`);
  if (block['accessory'] !== undefined)
    found.push(...checkElement(toShape(block['accessory']), `${where}.accessory`));
  return found;
};

const checkContext: Check = (block, where) => {
  const elements = toShapes(block['elements']);
  const found = elements.flatMap((element, index) =>
    element['type'] === 'image'
      ? []
      : checkTextObject(element, `${where}.elements[${index}]`, limits.contextText),
  );
  if (elements.length === 0) found.push(`${where} is empty`);
  if (elements.length > limits.contextElements)
    found.push(`${where} has ${elements.length} elements, at most ${limits.contextElements}`);
  return found;
};

const checkActions: Check = (block, where) => {
  const elements = toShapes(block['elements']);
  const found = elements.flatMap((element, index) => checkElement(element, `${where}.elements[${index}]`));
  const ids = elements.map((element) => element['action_id']);
  if (new Set(ids).size !== ids.length) found.push(`${where} has an action_id twice`);
  if (elements.length === 0) found.push(`${where} is empty`);
  if (elements.length > limits.actionElements)
    found.push(`${where} has ${elements.length} elements, at most ${limits.actionElements}`);
  return found;
};

const checkInput: Check = (block, where) => {
  const found = [
    ...checkTextObject(block['label'], `${where}.label`, limits.inputLabel, 'plain_text'),
    ...checkElement(toShape(block['element']), `${where}.element`),
  ];
  if (block['hint'] !== undefined)
    found.push(...checkTextObject(block['hint'], `${where}.hint`, limits.inputHint, 'plain_text'));
  return found;
};

const checks: Readonly<Record<string, Check>> = {
  section: checkSection,
  context: checkContext,
  actions: checkActions,
  input: checkInput,
  divider: () => [],
  header: (block, where) => checkTextObject(block['text'], where, limits.headerText, 'plain_text'),
  markdown: (block, where) => checkText(where, block['text'], limits.markdownTotal, 'plain'),
  alert: (block, where) => checkTextObject(block['text'], where, limits.alertText),
};

const surfaces: Readonly<Record<string, Surface>> = { alert: 'view', input: 'view' };

export const checkBlock = (block: Shape, where: string, surface: Surface): readonly string[] => {
  const type = String(block['type']);
  const check = checks[type];
  if (check === undefined) return [`${where} is of kind ${type}, which is not checked`];
  const id = block['block_id'];
  const found = [...check(block, `${where} ${type}`)];
  if (typeof id === 'string' && (id === '' || id.length > limits.id))
    found.push(`${where} block_id of ${id.length} characters`);
  const only = surfaces[type];
  if (only !== undefined && only !== surface) found.push(`${where}: ${type} stands only in a ${only}`);
  return found;
};
