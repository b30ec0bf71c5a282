// Gives blocks and elements the ids that Slack gives where an app left them out, and finds elements again by them.
import type { Ids } from './ids.ts';
import { isJson, type Json, readList, readObject, readText } from './json.ts';
import { isInteractive } from './rules/elements.ts';

const nameElement = (element: unknown, ids: Ids): unknown =>
  isJson(element) && isInteractive(element) ? { action_id: ids.id('').slice(0, 5), ...element } : element;

export const nameBlocks = (blocks: readonly Json[], ids: Ids): readonly Json[] =>
  blocks.map((block) => ({
    block_id: ids.id('').slice(0, 5),
    ...block,
    ...(Array.isArray(block['elements']) && block['type'] === 'actions'
      ? { elements: block['elements'].map((element: unknown) => nameElement(element, ids)) }
      : {}),
    ...(isJson(block['accessory']) ? { accessory: nameElement(block['accessory'], ids) } : {}),
    ...(isJson(block['element']) ? { element: nameElement(block['element'], ids) } : {}),
  }));

export interface Placed {
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Json;
  readonly block: Json;
}

/** Every interactive element with its block, in the order a person sees them. */
export const findElements = (blocks: readonly Json[]): readonly Placed[] =>
  blocks.flatMap((block) => {
    const nested = readList(block, 'child_blocks').length ? readList(block, 'child_blocks') : [];
    const own = [
      ...readList(block, 'elements'),
      ...readList(block, 'actions'),
      ...[readObject(block, 'accessory'), readObject(block, 'element')].filter((one) => one !== undefined),
    ];
    const here = own
      .filter((element) => readText(element, 'action_id') !== undefined)
      .map((element) => ({
        blockId: readText(block, 'block_id') ?? '',
        actionId: readText(element, 'action_id') ?? '',
        element,
        block,
      }));
    return [
      ...here,
      ...findElements([...nested, ...readList(block, 'elements').filter((one) => one['type'] === 'card')]),
    ];
  });
