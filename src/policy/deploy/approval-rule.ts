/** How many must agree to a deploy, and how long they are asked: the first rule that fits its client and environment. */
import type { ApprovalRule } from '../../operations/approval.ts';
import type { EnvironmentName, Tier } from '../health/facts.ts';

/** A rule as somebody set it; null fits all. */
export interface ApprovalFor extends ApprovalRule {
  readonly tier: Tier | null;
  readonly environment: EnvironmentName | null;
}

/** Where nobody said otherwise. */
const standard: ApprovalRule = { needed: 1, expiresMinutes: 20 };

export const findApprovalRule = (
  settings: readonly ApprovalFor[],
  tier: Tier,
  environment: EnvironmentName,
): ApprovalRule => {
  const found = settings.find(
    (one) =>
      (one.tier === null || one.tier === tier) &&
      (one.environment === null || one.environment === environment),
  );
  const { needed, expiresMinutes } = found ?? standard;
  return { needed, expiresMinutes };
};
