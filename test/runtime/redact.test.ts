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
const base62 = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')),
    minLength: length,
    maxLength: length,
  });
const base64url = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')),
    minLength: length,
    maxLength: length,
  });
const segment = (length: number) => base62(length).map((text) => `eyJ${text}`);

const tokens: readonly (readonly [name: string, arbitrary: fc.Arbitrary<string>])[] = [
  ['token of the desk itself', base64url(43).map((text) => `acuops_${text}`)],
  [
    'classic GitHub token',
    fc
      .tuple(fc.constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'), base62(36))
      .map((parts) => parts.join('')),
  ],
  ['fine-grained GitHub token', fc.tuple(base62(22), base62(59)).map(([a, b]) => `github_pat_${a}_${b}`)],
  [
    'long installation token',
    fc.tuple(segment(33), segment(340), base62(130)).map((parts) => `ghs_${parts.join('.')}`),
  ],
  ['Slack bot token', base62(24).map((text) => `xoxb-1234567890-1234567890123-${text}`)],
  ['Slack rotating token', base62(60).map((text) => `xoxe.xoxp-1-${text}`)],
  ['Slack app token', base62(64).map((text) => `xapp-1-A0123456789-1234567890123-${text}`)],
  ['JWT', fc.tuple(segment(20), segment(80), base62(43)).map((parts) => parts.join('.'))],
  [
    'AWS key',
    fc
      .string({
        unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')),
        minLength: 16,
        maxLength: 16,
      })
      .map((text) => `AKIA${text}`),
  ],
];

const plain = createRedactor({ secrets: () => [] });

describe('known forms', () => {
  it.each(tokens)('%s never survives, wherever it stands', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, around, around, (token, before, after) => {
        const clean = plain.text(`${before}${token} ${after}`);
        expect(clean).not.toContain(token);
        expect(clean).not.toContain(token.slice(-12));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['sent Bearer abcdefgh1234 to it', 'abcdefgh1234'],
    ['curl -H "authorization: token abc-def" x', 'abc-def'],
    ['Cookie: ASP.NET_SessionId=q1w2e3; .ASPXAUTH=FFEE', 'FFEE'],
    ['postgres://acuops:p%40ss@db.example:5432/acuops', 'p%40ss'],
    ['postgres://acuops:p@ss@db.example/x', 'p@ss'],
    ['DATABASE_PASSWORD=correct-horse', 'correct-horse'],
    ['password: hunter2', 'hunter2'],
    ['password:hunter', 'hunter'],
    ['{"password":"cor\\"rect","x":1}', 'rect'],
    [JSON.stringify({ body: '{"client_secret":"horse battery"}' }), 'battery'],
    ['say: "api_key=zzzzzz"', 'zzzzzz'],
    ['POST https://hooks.slack.com/services/T0/B0/XyZ123', 'XyZ123'],
    ['https://hooks.slack.com/commands/T0/1/abc', 'T0/1/abc'],
    ['response_url=http://127.0.0.1:1/abc', '127.0.0.1'],
    ['-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- after', 'MIIE'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEcut', 'MIIEcut'],
  ])('%s', (text, secret) => {
    const clean = plain.text(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain('•••');
    expect(plain.text(clean)).toBe(clean);
  });

  it.each([
    '3 of 8 need you, worst: Heritage P1, sign-in refused since 01:40',
    'Bearer tokens and basic authentication are not used; token: missing, secret: not set',
    'GitHub answered 403: Resource not accessible by personal access token',
    'https://github.com/acme/acuops-heritage/actions/runs/123456789',
    'acuops_github_calls_total{repo="acme/acuops_heritage_fabrics_staging"} 3',
    'mail ops@example.com about https://erp.example.com/Main',
    'pass: 3, warn: 1, fail=2, tokens=12, secretRef=env:ACME',
    'password: env:ACME_PASSWORD, "password":"file:/run/secrets/acme"',
    'deploy/prod/20261101-204500-ROLLED-BACK at 1fa629cd0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e',
    'Das Haus »Grüße« — 日本語 🙂',
    '-----BEGIN CERTIFICATE----- MIIE -----END CERTIFICATE-----',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(plain.text(text)).toBe(text);
  });

  it('leaves any words and numbers alone and is idempotent on anything', () => {
    const words = fc
      .array(fc.stringMatching(/^[a-z]{1,12}$|^\d{1,9}$/), { maxLength: 30 })
      .map((list) => list.join(' '));
    fc.assert(
      fc.property(words, (text) => {
        expect(plain.text(text)).toBe(text);
      }),
    );
    const pieces = fc.constantFrom(
      'password',
      ':',
      '=',
      '"',
      "'",
      '\\',
      ' ',
      '://',
      '@',
      'Bearer ',
      'eyJ',
      '.',
      'abc123DEF456',
      '•••',
      'cookie',
      '\n',
      'xoxb-',
      'ghp_',
      ',',
      '-----BEGIN PRIVATE KEY-----',
      'hooks.slack.com/',
      '/',
      '{',
      'é',
    );
    const mixed = fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 30 })
      .map((list) => list.join(''));
    fc.assert(
      fc.property(mixed, (text) => {
        expect(plain.text(plain.text(text))).toBe(plain.text(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('values', () => {
  it('masks under secret names, cleans strings and keys, and survives cycles and errors', () => {
    const redactor = createRedactor({ secrets: () => ['s3cr3t-value'] });
    const cycle: Record<string, unknown> = { name: 'loop' };
    cycle['self'] = cycle;
    const error = new Error('refused s3cr3t-value', { cause: new Error('inner s3cr3t-value') });
    const clean = redactor.value({
      Password: 'x',
      nested: [
        {
          apiKey: 'y',
          Authorization: ['Basic abc'],
          'x-api-key': 7,
          token: true,
          pass: 3,
          secretRef: 'env:ACME',
        },
      ],
      's3cr3t-value': 'as key',
      error,
      cycle,
      when: new Date(0),
      bytes: Buffer.from('s3cr3t-value'),
      map: new Map([['cookie', 'z']]),
      url: new URL('https://u:p@x.example/'),
    });
    const text = JSON.stringify(clean);
    expect(text).not.toContain('s3cr3t');
    expect(clean).toMatchObject({
      Password: '•••',
      nested: [
        {
          apiKey: '•••',
          Authorization: '•••',
          'x-api-key': '•••',
          token: true,
          pass: 3,
          secretRef: 'env:ACME',
        },
      ],
      '•••': 'as key',
      cycle: { name: 'loop', self: '[circular]' },
      when: '1970-01-01T00:00:00.000Z',
      map: { cookie: '•••' },
      url: 'https://•••@x.example/',
    });
  });

  it('never lets a secret out of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), printable(6, 20), (json, secret) => {
        const redactor = createRedactor({ secrets: () => [secret] });
        const clean = redactor.value({ a: [json, secret], b: { [`x${secret}y`]: `1${secret}2` } });
        expect(JSON.stringify(clean)).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(redactor.value(clean)).toEqual(clean);
      }),
    );
  });
});

describe('one megabyte', () => {
  const size = 1_000_000;
  const manySecrets = Array.from({ length: 500 }, (_, index) => `client-password-${index}-x`);
  it.each([
    'eyJ',
    'eyJ.',
    'ghp_',
    'a',
    'password',
    'password=',
    'password="',
    'password=\\"',
    'token:',
    ':',
    '://',
    '@',
    ' ',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'LS0tLS1CRUdJTi',
    'client-password-',
    'xoxb-',
    'acuops_',
    'cookie:',
    '{"token":"ab',
  ])('of %j takes time linear in its length', (piece) => {
    const redactor = createRedactor({ secrets: () => manySecrets });
    const text = piece.repeat(Math.ceil(size / piece.length));
    const timeOf = (input: string): number => {
      const start = performance.now();
      redactor.text(input);
      return performance.now() - start;
    };
    timeOf(text.slice(0, 1_000));
    // Quadratic work on these would take minutes; the bound leaves room for a busy machine.
    expect(timeOf(text)).toBeLessThan(3_000);
  });
});
