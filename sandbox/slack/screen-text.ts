// Rewrites for the page of local-slack the marks in texts that it does not understand: dates, user groups and entities.
import type { Json } from './json.ts';
import { isJson } from './json.ts';

const dateToken = /<!date\^\d+\^[^|>]*\|([^>]*)>/gu;
const groupToken = /<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>/gu;
const codeTokenOrEntity = /`[^`\n]+`|<[^<>]*>|&(?:lt|gt|amp);/gu;

const decode = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Outside code the page would take `<` for the beginning of a mention or a link; behind it stands a sign that nobody sees. */
const toScreenSign = (found: string): string => {
  if (found.startsWith('<')) return found;
  return found === '&lt;' ? '<\u2060' : decode(found);
};

/** A date becomes its fallback, which names its zone: Slack would show the reader's own. */
export const toScreenText = (text: string): string =>
  text
    .replaceAll(dateToken, '$1')
    .replaceAll(groupToken, (_whole, id: string, label: string | undefined) => `*@${label ?? id}*`)
    .replaceAll(codeTokenOrEntity, toScreenSign);

/** Every mrkdwn text in a block or element, however deep. */
export const withScreenTexts = (part: Json): Json =>
  Object.fromEntries(
    Object.entries(part).map(([key, value]) => {
      if (key === 'text' && part['type'] === 'mrkdwn' && typeof value === 'string')
        return [key, toScreenText(value)];
      if (Array.isArray(value))
        return [key, value.map((one: unknown) => (isJson(one) ? withScreenTexts(one) : one))];
      return [key, isJson(value) ? withScreenTexts(value) : value];
    }),
  );
