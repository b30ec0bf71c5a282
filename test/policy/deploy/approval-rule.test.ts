/** Which rule of approval counts: the first that fits, and one approval in twenty minutes where none does. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse-config.ts';
import { findApprovalRule } from '../../../src/policy/deploy/approval-rule.ts';
import { tiers } from '../../../src/policy/registry/registry-document.ts';

const read = (approvals: string) => {
  const parsed = parseConfig(
    { SLACK_BOT_TOKEN: 'xoxb-bot-1', SLACK_APP_TOKEN: 'xapp-1-abc', ACUOPS_APPROVALS: approvals },
    '/desk',
  );
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(({ say }) => say).join('\n'));
  return parsed.config.approvals;
};

const settings = read('premium/production=2/30m,self-service/*=3,*/production=1/60m,standard/staging=0');

describe('the rule', () => {
  it.each([
    ['premium', 'production', 2, 30],
    ['standard', 'production', 1, 60],
    ['self-service', 'production', 3, 20],
    ['self-service', 'staging', 3, 20],
    ['standard', 'staging', 0, 20],
    ['premium', 'staging', 1, 20],
  ] as const)('of %s on %s asks %i in %i minutes', (tier, environment, needed, expiresMinutes) => {
    expect(findApprovalRule(settings, tier, environment)).toStrictEqual({ needed, expiresMinutes });
  });

  it('is the first that fits, also where a narrower one follows', () => {
    const inVain = read('*/production=1,premium/production=2');
    expect(findApprovalRule(inVain, 'premium', 'production').needed).toBe(1);
  });

  it('asks one in twenty minutes where nothing is set, and every tier can be named', () => {
    for (const tier of tiers) {
      expect(findApprovalRule([], tier, 'production')).toStrictEqual({ needed: 1, expiresMinutes: 20 });
      expect(findApprovalRule(read(`${tier}/staging=0`), tier, 'staging').needed).toBe(0);
    }
  });
});
