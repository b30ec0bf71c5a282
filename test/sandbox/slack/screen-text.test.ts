import { expect, it } from 'vitest';
import { toScreenText } from '../../../sandbox/slack/screen-text.ts';

it.each([
  ['a &lt; b &amp; c &gt; d', 'a <\u2060 b & c > d'],
  ['&lt;!channel&gt; and &lt;@U1&gt;', '<\u2060!channel> and <\u2060@U1>'],
  ['&amp;lt;', '&lt;'],
  ['`help &lt;verb&gt;` and `&amp;lt;`', '`help <verb>` and `&lt;`'],
  ['<https://a.example|x &gt; y> of <@U1>', '<https://a.example|x &gt; y> of <@U1>'],
  ['since <!date^1^{time}|01:40 CST> by <!subteam^S1>', 'since 01:40 CST by *@S1*'],
])('%j is put on the page as %j: read as Slack shows it, and no token of its own', (text, screen) => {
  expect(toScreenText(text)).toBe(screen);
});
