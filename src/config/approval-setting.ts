/** One item of `ACUOPS_APPROVALS`, `<tier or *>/<environment or *>=<how many>[/<minutes>m]`: read, refused with the reason, and found to be in vain. Which rule counts for a deploy is policy's. */
import type { ApprovalSetting } from './config.ts';
import { variables } from './variables.ts';

const pattern =
  /^(?<tier>\*|premium|standard|self-service)\/(?<environment>\*|production|staging)=(?<needed>[0-5])(?:\/(?<minutes>[1-9]\d{0,3})m)?$/u;

const standardMinutes = 20;
const mostMinutes = 24 * 60;

const tiers = ['premium', 'standard', 'self-service'] as const;
const environments = ['production', 'staging'] as const;

const read = (item: string): ApprovalSetting | null => {
  const found = pattern.exec(item)?.groups;
  if (!found) return null;
  const expiresMinutes = Number(found['minutes'] ?? standardMinutes);
  return expiresMinutes > mostMinutes
    ? null
    : {
        // The pattern lets only `*` through beside these.
        tier: tiers.find((tier) => tier === found['tier']) ?? null,
        environment: environments.find((environment) => environment === found['environment']) ?? null,
        needed: Number(found['needed']),
        expiresMinutes,
      };
};

/** `*` is production too. */
const freesProduction = ({ needed, environment }: ApprovalSetting): boolean =>
  needed === 0 && environment !== 'staging';

/** null where it is no rule, or one that would let production go without anybody's word. */
export const parseApprovalSetting = (item: string): ApprovalSetting | null => {
  const setting = read(item);
  return setting === null || freesProduction(setting) ? null : setting;
};

/** What is allowed in the place of a refused item. */
export const explainApprovalSetting = (item: string): string =>
  read(item) === null
    ? variables.ACUOPS_APPROVALS.allowed
    : 'at least 1 approval where production is meant; 0 is for staging only, for instance */staging=0';

const covers = (wide: ApprovalSetting, narrow: ApprovalSetting): boolean =>
  (wide.tier === null || wide.tier === narrow.tier) &&
  (wide.environment === null || wide.environment === narrow.environment);

const toWords = ({ tier, environment }: ApprovalSetting): string => `${tier ?? '*'}/${environment ?? '*'}`;

/** The first rule that fits counts: one that stands behind a wider one is never reached. */
export const findVainApprovals = (settings: readonly ApprovalSetting[]): readonly string[] =>
  settings.flatMap((setting, at) => {
    const before = settings.slice(0, at).find((earlier) => covers(earlier, setting));
    return before === undefined
      ? []
      : [
          `ACUOPS_APPROVALS: ${toWords(setting)} never counts, since ${toWords(before)} stands before it and fits too.`,
        ];
  });
