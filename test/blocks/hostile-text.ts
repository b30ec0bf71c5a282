/** Texts that try to break out of a message: broadcasts, mentions, links, entities, code, hidden and halved characters. */
import * as fc from 'fast-check';

const nasty = [
  '<!channel>',
  '<!here|here>',
  '<@U0ADMIN>',
  '<#C123|general>',
  '<https://evil.example|Open>',
  '<!date^1^{time}|<!channel>>',
  '&amp;',
  '&',
  '&lt;!channel&gt;',
  '```',
  '`',
  '*bold*',
  '_under_',
  '~gone~',
  '\u0000',
  '\u202Egnp.exe',
  '\u2066x\u2069',
  '\uD83D',
  '\uDE00',
  '👩‍👩‍👧‍👦',
  '\r\n',
  '\n> quote',
  '|',
  '>',
  '<',
  ' ',
  'A',
  '"}',
  '日本語',
];

/** Short and long mixtures of nasty pieces and arbitrary text, sometimes far too long. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...nasty), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(...nasty), fc.integer({ min: 1, max: 800 }))
    .map(([part, times]) => part.repeat(times)),
);
