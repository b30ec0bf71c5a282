// Collects what is wrong with blocks or a view, each with a pointer to the place, in the words a bot's log will show.
// The rules themselves are in the files beside it.
import { isJson, type Json } from '../json.ts';

export interface FaultList {
  readonly found: readonly string[];
  add(what: string, pointer: string): void;
}

export const createFaultList = (): FaultList => {
  const found: string[] = [];
  return {
    found,
    add: (what, pointer) => {
      found.push(`[ERROR] ${what} [json-pointer:${pointer}]`);
    },
  };
};

/** Characters as Slack counts them: code points, not UTF-16 units. */
export const lengthOf = (text: string): number => Array.from(text).length;

export const checkLength = (list: FaultList, value: unknown, most: number, pointer: string): void => {
  if (value === undefined) return;
  if (typeof value !== 'string') list.add('must be a string', pointer);
  else if (lengthOf(value) > most) list.add(`must be less than ${most + 1} characters`, pointer);
};

/** A required text field that is no text object. */
export const checkString = (list: FaultList, value: unknown, most: number, pointer: string): void => {
  if (typeof value !== 'string' || value === '') list.add('must provide a string', pointer);
  else checkLength(list, value, most, pointer);
};

export interface TextRule {
  readonly most: number;
  readonly plainOnly?: boolean;
  readonly isOptional?: boolean;
}

const textKinds = ['plain_text', 'mrkdwn'];

/** A text object `{ type, text }`. */
export const checkText = (list: FaultList, value: unknown, rule: TextRule, pointer: string): void => {
  if (value === undefined || value === null) {
    if (!rule.isOptional) list.add('missing required field', pointer);
    return;
  }
  if (!isJson(value)) return list.add('must be a text object', pointer);
  const kind = value['type'];
  if (rule.plainOnly && kind !== 'plain_text') list.add('must be of type plain_text', `${pointer}/type`);
  else if (!textKinds.includes(String(kind)))
    list.add(`unsupported type: ${String(kind)}`, `${pointer}/type`);
  const text = value['text'];
  if (typeof text !== 'string' || text === '') list.add('must be more than 0 characters', `${pointer}/text`);
  else checkLength(list, text, rule.most, `${pointer}/text`);
};

/** A list between `least` and `most` long; answers its objects. */
export const checkList = (
  list: FaultList,
  value: unknown,
  range: { readonly least: number; readonly most: number },
  pointer: string,
): readonly Json[] => {
  if (!Array.isArray(value)) {
    list.add('must provide an array', pointer);
    return [];
  }
  if (value.length < range.least) list.add(`no less than ${range.least} items required`, pointer);
  if (value.length > range.most) list.add(`no more than ${range.most} items allowed`, pointer);
  value.forEach((item, at) => {
    if (!isJson(item)) list.add('must be an object', `${pointer}/${at}`);
  });
  return value.filter(isJson);
};
