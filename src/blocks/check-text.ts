/** Checks one text against its limit and against what must never reach Slack: broken entities, hidden characters, broadcasts. */

const hidden = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/u;
const broadcast = /<!(?:channel|here|everyone)/;
const bareAmpersand = /&(?!(?:amp|lt|gt);)/;
/** Every `<` of ours opens a date, a link or a mention and is closed on the same line. */
const foreignToken =
  /<(?!(?:!date\^\d+\^[^<>|]+\|[^<>|]+|https?:\/\/[^<>|\s]+(?:\|[^<>|]+)?|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>|]*)?)>)/;

/** `plain` texts are shown as they are; `mrkdwn` ones are read by Slack. */
export const checkText = (
  where: string,
  text: unknown,
  max: number,
  kind: 'plain' | 'mrkdwn',
): readonly string[] => {
  if (typeof text !== 'string' || text === '') return [`${where} is empty`];
  const found: string[] = [];
  if (text.length > max) found.push(`${where} has ${text.length} characters, at most ${max}`);
  if (hidden.test(text)) found.push(`${where} has hidden characters`);
  if (!text.isWellFormed()) found.push(`${where} has half a surrogate pair`);
  if (kind === 'plain') return found;
  if (broadcast.test(text)) found.push(`${where} would call everyone`);
  if (bareAmpersand.test(text)) found.push(`${where} has an unescaped or cut &`);
  const foreign = foreignToken.exec(text);
  if (foreign !== null)
    found.push(`${where} has an unknown or cut token: ${text.slice(foreign.index, foreign.index + 30)}`);
  return found;
};
