/** A refused value as it may stand in a fault: short, quoted, inert, and hidden where it may be a secret. */
import { createRedactor } from '../runtime/redact.ts';
import { mask } from '../runtime/secret-names.ts';

export const hidden = '(hidden)';

const longestShown = 60;
const redactor = createRedactor({ secrets: () => [] });

/** A long run of mixed letters and digits, or of hex or base64, is more likely a key than a word. */
const isRandomLooking = (text: string): boolean =>
  text
    .split(/[\s,;:"'()[\]{}<>]+/u)
    .some(
      (word) =>
        /^[0-9a-f]{32,}$/iu.test(word) ||
        /^[A-Za-z0-9+/=_-]{40,}$/u.test(word) ||
        (/^[A-Za-z0-9+=_!@#$%^&*~-]{12,}$/u.test(word) &&
          /[a-z]/u.test(word) &&
          /[A-Z]/u.test(word) &&
          /\d/u.test(word)),
    );

export const isSecretLooking = (text: string): boolean =>
  redactor.text(text).includes(mask) || isRandomLooking(text);

const toInert = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });

const showText = (text: string): string => {
  if (text === '') return 'empty';
  if (isSecretLooking(text)) return hidden;
  const letters = Array.from(text);
  const cut = letters.length > longestShown ? `${letters.slice(0, longestShown).join('')}…` : text;
  return `"${toInert(cut)}"`;
};

/** A path whole, since it is what somebody must mend; known forms of secrets are taken out all the same. */
export const showPath = (path: string): string => toInert(redactor.text(path));

/** Lists and groups are named by their kind only: what they hold is judged field by field. */
export const showValue = (value: unknown): string => {
  if (typeof value === 'string') return showText(value);
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of fields';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
};
