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

/**
 * mrkdwn has no escape for its own marks: each becomes a sign that looks like it, and plain text gets the mark back. A backtick always,
 * since it would open code and so switch off links and dates in the rest of our own text; the others only in pairs, so that
 * `disabled_manually`, `*.yml` and `~/app` can be copied.
 */
const twins = [
  ['*', '\u2217'],
  ['_', '\u02CD'],
  ['~', '\u223C'],
] as const;
const backtickTwin = '\u02CB';

const paired = twins.map(([mark, twin]) => {
  const open = `(?<![\\p{L}\\p{N}])[${mark}](?=\\S)`;
  const close = `(?<=\\S)[${mark}](?![\\p{L}\\p{N}])`;
  return {
    mark,
    twin,
    open: new RegExp(open, 'u'),
    close: new RegExp(close, 'gu'),
    either: new RegExp(`${open}|${close}`, 'gu'),
  };
});

/** Nothing before the first mark of a line that could open, or after the last that could close, makes a pair. */
const disarmLine = (line: string): string => {
  let text = line;
  for (const { mark, twin, open, close, either } of paired) {
    if (!text.includes(mark)) continue;
    const first = text.search(open);
    const last = Array.from(text.matchAll(close)).at(-1)?.index ?? -1;
    if (first === -1 || last <= first) continue;
    text = text.replace(either, (found, at: number) => (at < first || at > last ? found : twin));
  }
  return text;
};

const escapeMarks = (text: string): string =>
  text
    .split('\n')
    .map(disarmLine)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', backtickTwin);

/** What was typed, where no mark means anything any more. */
export const restoreMarks = (text: string): string =>
  twins
    .reduce((restored, [mark, twin]) => restored.replaceAll(twin, mark), text)
    .replaceAll(backtickTwin, '`');

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

/** Shortened after escaping, because Slack counts the escapes; the cut never breaks one. */
export const escapeShort = (text: string, max: number): string => cutText(escapeLine(text), max);

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
