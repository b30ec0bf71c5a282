// Asks on the page what Slack asks before it sends a press that carries a confirmation: local-slack would press at once.
// The window is the page's alone; the bot hears of the press, or of nothing.
import { findElements } from './block-ids.ts';
import { type Json, readObject, readText } from './json.ts';

/** What the pressed element asks first, if it asks anything. */
export const findConfirm = (
  blocks: readonly Json[],
  actionId: string,
  blockId: string | undefined,
): Json | undefined => {
  const pressed = findElements(blocks).find(
    (one) => one.actionId === actionId && (blockId === undefined || one.blockId === blockId),
  );
  return pressed && readObject(pressed.element, 'confirm');
};

const plainText = (text: string): Json => ({ type: 'plain_text', text });

const toWindow = (confirm: Json, id: string): Json => ({
  type: 'modal',
  title: confirm['title'] ?? plainText('Are you sure?'),
  submit: confirm['confirm'] ?? plainText('Yes'),
  close: confirm['deny'] ?? plainText('Cancel'),
  blocks: [{ type: 'section', block_id: id, text: confirm['text'] }],
  notify_on_close: true,
  front_confirm: id,
});

export interface Confirmations {
  readonly ask: (confirm: Json, press: () => Promise<void>) => void;
  /** The press that this window of the page stands for, once; undefined where it is another window. */
  readonly take: (payload: Json) => (() => Promise<void>) | undefined;
}

export const createConfirmations = (show: (view: Json) => void): Confirmations => {
  const waiting = new Map<string, () => Promise<void>>();
  let asked = 0;
  return {
    ask: (confirm, press) => {
      asked += 1;
      const id = `confirm-${asked}`;
      waiting.set(id, press);
      show(toWindow(confirm, id));
    },
    take: (payload) => {
      const id = readText(readObject(payload, 'view') ?? {}, 'front_confirm') ?? '';
      const press = waiting.get(id);
      waiting.delete(id);
      return press;
    },
  };
};
