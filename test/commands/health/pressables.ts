/** What a person could press on a message, with the values that a click would send. */
import type { RenderedMessage } from '../../../src/blocks/message.ts';

export interface Pressable {
  readonly label: string;
  readonly actionId: string;
  readonly values: readonly string[];
}

export const findPressables = ({ blocks }: RenderedMessage): Pressable[] => {
  const found: Pressable[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const {
      action_id: actionId,
      text,
      placeholder,
      value: own,
      options,
    } = value as {
      action_id?: string;
      text?: { text: string };
      placeholder?: { text: string };
      value?: string;
      options?: { value: string }[];
    };
    if (actionId !== undefined) {
      const values = options === undefined ? [own ?? ''] : options.map((option) => option.value);
      found.push({ label: text?.text ?? placeholder?.text ?? '', actionId, values });
      return;
    }
    for (const part of Object.values(value)) visit(part);
  };
  visit(blocks);
  return found;
};
