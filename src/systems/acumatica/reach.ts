/** Whether a host answers at all, without credentials: any HTTP answer proves it is up, and nothing else (contracts 1b). */
import type { SignIn } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { GuardedFetch } from '../../runtime/guarded-fetch.ts';
import { classifyFailure } from './classify-sign-in.ts';

export interface Reach {
  /** An instance's sign-in path, read unsigned. Null means that it answered; else how the connection failed. */
  readonly reach: (url: string, signal: AbortSignal) => Promise<SignIn | null>;
  /** A host outside the fleet, as the runbook's check whether the trouble is ours (A20). */
  readonly reachControlHost: (url: string, signal: AbortSignal) => Promise<SignIn | null>;
}

export const createReach = ({
  fetch,
  clock,
}: {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
}): Reach => {
  const read = async (url: string, signal: AbortSignal): Promise<SignIn | null> => {
    const startedAt = clock.now().getTime();
    const answer = await fetch.send({ url, signal, redirects: 0 });
    return answer.kind === 'answer' ? null : classifyFailure(answer, clock.now().getTime() - startedAt);
  };
  return { reach: (url, signal) => read(`${url}/entity/auth/login`, signal), reachControlHost: read };
};
