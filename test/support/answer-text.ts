/** What a person reads of a receipt, in any kind, as plain text. */
import { toPlainMrkdwn, toPlainText } from '../../src/blocks/plain.ts';
import type { Receipt } from '../../src/operations/request.ts';

export const toText = (receipt: Receipt): string => {
  if (receipt.kind === 'answered') return toPlainText(receipt.answer.message);
  return receipt.kind === 'refused'
    ? toPlainMrkdwn(receipt.refusal.say)
    : `started ${receipt.operation.verb}`;
};
