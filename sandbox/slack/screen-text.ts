// Rewrites for the page of local-slack the marks in texts that it does not understand: dates, user groups, and entities within code.
import type { Json } from './json.ts';
import { isJson } from './json.ts';

const dateToken = /<!date\^\d+\^[^|>]*\|([^>]*)>/gu;
const groupToken = /<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>/gu;
const code = /`[^`\n]+`/gu;

/** A date becomes its fallback, which names its zone: Slack would show the reader's own. */
export const toScreenText = (text: string): string =>
  text
    .replaceAll(dateToken, '$1')
    .replaceAll(groupToken, (_whole, id: string, label: string | undefined) => `*@${label ?? id}*`)
    .replaceAll(code, (span) =>
      span.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    );

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
