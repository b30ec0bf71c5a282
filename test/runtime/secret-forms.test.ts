import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/runtime/redact.ts';

const printable = (min: number, max: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code))),
    minLength: min,
    maxLength: max,
  });
const around = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('configured secrets', () => {
  const forms: readonly (readonly [name: string, write: (secret: string) => string])[] = [
    ['as it is', (secret) => secret],
    ['URL-encoded', encodeURIComponent],
    ['as a form field', (secret) => new URLSearchParams({ q: secret }).toString()],
    ['in JSON', (secret) => JSON.stringify({ note: secret })],
    ['in JSON in JSON', (secret) => JSON.stringify({ body: JSON.stringify({ note: secret }) })],
    ['in HTML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
  ];
  it.each(forms)('never survive anywhere %s', (_name, write) => {
    fc.assert(
      fc.property(printable(6, 40), around, around, (secret, before, after) => {
        const redactor = createRedactor({ secrets: () => ['another-secret', secret] });
        const written = write(secret);
        const clean = redactor.text(`${before}${written}${after}`);
        expect(clean).not.toContain(secret);
        expect(clean).not.toContain(written);
        expect(redactor.text(clean)).toBe(clean);
      }),
      { numRuns: 300 },
    );
  });

  it('never survive in base64, alone or inside something longer', () => {
    fc.assert(
      fc.property(printable(6, 40), printable(0, 5), printable(0, 5), (secret, before, after) => {
        const redactor = createRedactor({ secrets: () => [secret] });
        const clean = redactor.text(`x ${Buffer.from(before + secret + after).toString('base64')} y`);
        const left = clean
          .slice(2, -2)
          .split('•••')
          .map((part) => Buffer.from(part, 'base64').toString());
        expect(clean).toContain('•••');
        expect(left.join('\n')).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it('are all found where they share beginnings, each as long as it is', () => {
    const likely = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 6, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(likely, { maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 60 }),
        (secrets, text) => {
          const hidden = Array.from(text, (_, at) =>
            secrets.some((secret) =>
              Array.from(secret, (_letter, offset) => at - offset).some(
                (start) => start >= 0 && text.startsWith(secret, start),
              ),
            ),
          );
          const masked = Array.from(text, (letter, at) => (hidden[at] ? '•' : letter)).join('');
          expect(
            createRedactor({ secrets: () => secrets })
              .text(text)
              .replaceAll('•••', '•'),
          ).toBe(masked.replaceAll(/•+/g, '•'));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may be a thousand, or one of 64 KB, and are known at once', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `${'x'.repeat(20)}${index}-password`);
    const before = process.memoryUsage().heapUsed;
    const redactor = createRedactor({ secrets: () => many });
    expect(redactor.text(`a ${many[417] ?? ''} b`)).toBe('a ••• b');
    const long = Array.from({ length: 65_536 }, (_, index) =>
      String.fromCharCode(33 + ((index * 7) % 90)),
    ).join('');
    const second = createRedactor({ secrets: () => [long] });
    expect(second.text(`a ${long} b`)).toBe('a ••• b');
    // A node for every letter took 290 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000);
  });

  it('are read anew at every call and ignored when shorter than six characters', () => {
    let secrets: readonly string[] = ['first-value', 'abc'];
    const redactor = createRedactor({ secrets: () => secrets });
    expect(redactor.text('first-value second-value abc')).toBe('••• second-value abc');
    secrets = ['second-value'];
    expect(redactor.text('first-value second-value abc')).toBe('first-value ••• abc');
  });

  it('that overlap are masked together', () => {
    const redactor = createRedactor({ secrets: () => ['abcdef', 'defghi'] });
    expect(redactor.text('-abcdefghi-')).toBe('-•••-');
  });
});
