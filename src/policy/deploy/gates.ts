/** Judges whether a deploy may go ahead: every gate once, always in the same order, and what cannot be known blocks. Which deploy it is, and who agrees to it, is left to the plan and the command. */
import { type Gate, type GateName, gateNames } from './facts.ts';
import { judgeHours, judgeKillswitch } from './gates-desk.ts';
import type { GateFacts, Judge } from './gates-facts.ts';
import { judgeCooldown, judgeFailures, judgeStagingFirst } from './gates-history.ts';
import { judgeCoPublish, judgeHealth, judgeOrphans, judgeTestTenant } from './gates-instance.ts';
import { judgeChecks, judgeScope, judgeWorkflow } from './gates-version.ts';

export type { GateFacts } from './gates-facts.ts';

const judges: Readonly<Record<GateName, Judge>> = {
  health: judgeHealth,
  orphans: judgeOrphans,
  scope: judgeScope,
  failures: judgeFailures,
  cooldown: judgeCooldown,
  hours: judgeHours,
  'staging-first': judgeStagingFirst,
  'test-tenant': judgeTestTenant,
  checks: judgeChecks,
  workflow: judgeWorkflow,
  'co-publish': judgeCoPublish,
  killswitch: judgeKillswitch,
};

/** Where nothing was seen, the moment of asking stands for its age. */
const toOldest = (seen: readonly Date[], now: Date): Date =>
  seen.length === 0 ? now : new Date(Math.min(...seen.map((at) => at.getTime())));

export const judgeGates = (facts: GateFacts): readonly Gate[] =>
  gateNames.map((name) => {
    const { verdict, cause, say, moment = null, next = null, url = null, seen = [] } = judges[name](facts);
    return { name, verdict, cause, say, moment, next, url, observedAt: toOldest(seen, facts.now) };
  });

export interface GateSummary {
  readonly state: 'ready' | 'blocked';
  readonly blocking: readonly Gate[];
  readonly warnings: readonly Gate[];
}

/** Fail and unknown block (design §2), and so does a gate that was left out. */
export const summarizeGates = (gates: readonly Gate[]): GateSummary => {
  const blocking = gates.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown');
  const warnings = gates.filter(({ verdict }) => verdict === 'warn');
  const areAllThere = gateNames.every((name) => gates.some((gate) => gate.name === name));
  return { state: areAllThere && blocking.length === 0 ? 'ready' : 'blocked', blocking, warnings };
};
