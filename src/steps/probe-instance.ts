/** Asks one environment's instance whether it lets us in, and nothing more. Whether somebody publishes there is the caller's to know, judging is policy's. */
import type { ItemContext } from '../operations/operation.ts';
import type { Environment } from '../operations/target.ts';
import type { ApiFact } from '../policy/health/facts.ts';
import type { InstancePowers } from './instance-powers.ts';
import { askInstance } from './sign-in-once.ts';

const probeMs = 10_000;

export interface ProbeRequest {
  readonly environment: Environment;
  readonly targetId: string;
}

export type InstanceProbe = (context: ItemContext, request: ProbeRequest) => Promise<ApiFact>;

export const createInstanceProbe =
  (powers: InstancePowers): InstanceProbe =>
  async (context, request) => {
    const task = { ...request, name: 'sign-in', boundMs: probeMs, signIn: powers.signIn };
    return (await askInstance(powers, context, task)).api;
  };
