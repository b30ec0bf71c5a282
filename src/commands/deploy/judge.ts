/** From facts to a report: every gate, the plan, and whether anything is in the way. Pure. */
import type { InstanceFacts } from '../../policy/deploy/facts.ts';
import { type GateFacts, judgeGates, summarizeGates } from '../../policy/deploy/gates.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';
import type { DeployFacts } from './read-facts.ts';
import { toReport } from './to-report.ts';

export const judgeDeploy = (
  begun: DeployReport,
  facts: DeployFacts,
  instance: InstanceFacts,
  killswitch: GateFacts['killswitch'],
  now: Date,
): DeployReport => {
  const gates = judgeGates({ ...facts.gates, now, instance, killswitch });
  const { planned, missing, neighbours } = facts;
  const isReady = summarizeGates(gates).state === 'ready' && planned !== null && missing.length === 0;
  return {
    ...toReport(begun, { ...facts.gates, gates }),
    state: isReady ? 'ready' : 'blocked',
    gatheredAt: now,
    planned,
    missing: [...missing],
    neighbours,
  };
};
