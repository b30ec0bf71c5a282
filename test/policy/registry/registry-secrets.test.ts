import { describe, expect, test } from 'vitest';
import { faultsOf } from './written-registry.ts';

describe('secrets', () => {
  test.each(['hunter2', 'Winter2026!', 'xoxb-1234567890-abcdefghijkl', 'env:with space', 'env:', 'file:'])(
    'the credential %s is refused, explained and not shown',
    (secret) => {
      const faults = faultsOf('env:ACU_PASSWORD', JSON.stringify(secret));
      expect(faults[0]?.say).toContain('Secrets never go into this file');
      expect(faults[0]?.value).toBe('(hidden)');
      expect(faults[0]?.say.replaceAll(/env:NAME|file:\/absolute/g, '')).not.toContain(secret);
    },
  );
  test.each([
    'env:SLACK_BOT_TOKEN',
    'env:DATABASE_URL',
    'env:github_token',
    'file:/proc/self/environ',
    'file:/run/../proc/1/environ',
    'file:/./proc/1',
  ])('%s would hand the desk’s own secrets to a client’s instance', (reference) =>
    expect(faultsOf('env:ACU_PASSWORD', reference)).toHaveLength(1),
  );
  test.each(['https://svc:Sup3rSecret@heritage.example.com/erp', 'https://Sup3rSecret@heritage.example.com'])(
    '%s shows no password',
    (url) => {
      const faults = faultsOf('https://heritage.example.com/erp', url);
      expect(faults).toHaveLength(1);
      expect(JSON.stringify(faults)).not.toContain('Sup3rSecret');
    },
  );
  test('a token in a wrong field, as a value or as a name, is not shown', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    for (const [from, to] of [
      ['tier: premium', `tier: ${token}`],
      ['tier: premium', `tier: premium\n    ${token}: 1`],
      ['tier: premium', `tier: premium ${token}: x`],
    ] as const)
      expect(JSON.stringify(faultsOf(from, to))).not.toContain(token);
  });
});
