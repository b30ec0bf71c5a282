/** Makes foreign text harmless in Slack's mrkdwn and shortens text visibly. Whoever renders passes every foreign string through here. */

/**
 * Control characters, direction overrides and isolates, zero-width and line-separator characters: they hide or reorder text,
 * and NUL cannot be stored in Postgres. Zero-width joiners stay, emoji need them.
 */
const hiddenPattern = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u200B\u2028\u2029\u2060-\u2064\uFEFF]/gu;

/** Well-formed Unicode without hidden characters; newlines and tabs stay. */
export const cleanText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(hiddenPattern, '').toWellFormed();

/** The same on one line, trimmed: for names, titles and causes. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim();

const escapeMarks = (text: string): string =>
  // A backtick would open code and so switch off links and dates in the rest of our own text; mrkdwn has no escape for it.
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', '\u02CB');

/** For mrkdwn, keeps lines. `<!channel>`, `<@U…>` and `<url|text>` in it become plain text. */
export const escapeText = (text: string): string => escapeMarks(cleanText(text));

/** For mrkdwn, on one line. */
export const escapeLine = (text: string): string => escapeMarks(cleanLine(text));

/** How far back a cut has to go so that it breaks no `&amp;`, no `<token>` and no surrogate pair. */
const findCut = (text: string, at: number): number => {
  let cut = at;
  const high = text.charCodeAt(cut - 1);
  if (high >= 0xd800 && high <= 0xdbff) cut -= 1;
  const head = text.slice(0, cut);
  const entity = head.lastIndexOf('&');
  if (
    entity !== -1 &&
    cut - entity < 6 &&
    /^&(?:amp|lt|gt);/.test(text.slice(entity)) &&
    !head.slice(entity).includes(';')
  ) {
    cut = entity;
  }
  const token = text.slice(0, cut).lastIndexOf('<');
  return token !== -1 && !text.slice(token, cut).includes('>') ? token : cut;
};

/** At most `max` UTF-16 units, the last one `…` where something was left out. Works on escaped and on plain text. */
export const cutText = (text: string, max: number): string => {
  if (text.length <= max) return text;
  if (max <= 0) return '';
  return `${text.slice(0, findCut(text, max - 1)).trimEnd()}…`;
};

/** Plain-text fields (buttons, options, titles) take no escapes; one clean line of at most `max`. */
export const toPlainField = (text: string, max: number): string => cutText(cleanLine(text), max);

/** A link, or the label alone where the address is not http(s): a link must never carry a foreign token or script. */
export const renderLink = (url: string | null, label: string): string => {
  const text = escapeLine(label);
  const parsed = url === null ? null : URL.parse(url);
  if (
    parsed === null ||
    (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') ||
    parsed.href.length > 2000
  )
    return text;
  const safe = parsed.href
    .replaceAll('|', '%7C')
    .replaceAll('<', '%3C')
    .replaceAll('>', '%3E')
    .replaceAll('&', '&amp;');
  return `<${safe}|${text.replaceAll('|', '¦')}>`;
};
