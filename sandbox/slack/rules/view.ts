// Slack's documented limits of modals and the App Home.
import { type Json, readText } from '../json.ts';
import { checkBlocksInto } from './blocks.ts';
import { checkLength, checkText, createFaultList, type FaultList } from './faultlist.ts';

const mostBytes = 250 * 1024;

const checkModal = (list: FaultList, view: Json, blocks: readonly Json[]): void => {
  checkText(list, view['title'], { most: 24, plainOnly: true }, '/view/title');
  checkText(list, view['submit'], { most: 24, plainOnly: true, isOptional: true }, '/view/submit');
  checkText(list, view['close'], { most: 24, plainOnly: true, isOptional: true }, '/view/close');
  const asks = blocks.some((block) => block['type'] === 'input');
  if (asks && view['submit'] === undefined) list.add('submit is required with input blocks', '/view/submit');
};

/** What is wrong with this view; empty means Slack takes it. */
export const checkView = (view: Json, kind: 'modal' | 'home'): readonly string[] => {
  const list = createFaultList();
  if (readText(view, 'type') !== kind) list.add(`must be of type ${kind}`, '/view/type');
  checkLength(list, view['private_metadata'], 3000, '/view/private_metadata');
  checkLength(list, view['callback_id'], 255, '/view/callback_id');
  checkLength(list, view['external_id'], 255, '/view/external_id');
  const blocks = checkBlocksInto(list, view['blocks'], kind, '/view/blocks');
  if (kind === 'modal') checkModal(list, view, blocks);
  return list.found;
};

export const isViewTooLarge = (view: Json): boolean => Buffer.byteLength(JSON.stringify(view)) > mostBytes;
