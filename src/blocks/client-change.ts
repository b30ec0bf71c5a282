/** What the commands that change a client say alike: refused flags, and each field from → to. */
import type { Refusal } from '../operations/refusal.ts';
import type { FieldEdit } from '../policy/registry/diff-registry.ts';
import { sayValue } from '../policy/registry/say-change.ts';
import { refuseWords } from './answer.ts';
import { cutText, escapeLine } from './escape.ts';

/** All of them, each with what was given and what is allowed, and one whole line that works. `says` are plain text. */
export const refuseFlags = (says: readonly string[], example: string): Refusal => {
  const lines = says.map((say) => cutText(escapeLine(say), 400));
  return refuseWords(lines.length > 1 ? lines.map((line) => `• ${line}`) : lines, example);
};

export const renderEdit = ({ path, from, to }: FieldEdit): string =>
  `• ${escapeLine(path)}: ${cutText(escapeLine(sayValue(from)), 300)} → ${cutText(escapeLine(sayValue(to)), 300)}`;

/** From → to as plain text, for the audit and `--json`. */
export const toEditRecord = ({ path, from, to }: FieldEdit) => ({
  field: path,
  from: sayValue(from),
  to: sayValue(to),
});
