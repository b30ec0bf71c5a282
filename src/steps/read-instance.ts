/**
 * Asks one environment's instance whether it lets us in and what is published there, in one session; after it, whether the test
 * tenant lets us in too. Whether somebody publishes there is the caller's to know, judging is policy's.
 */
import type { ItemContext } from '../operations/operation.ts';
import type { Environment } from '../operations/target.ts';
import type { InstanceFacts, PublishedFact } from '../policy/deploy/facts.ts';
import type { ApiFact, Fact, SignIn } from '../policy/health/facts.ts';
import type { ReaderPowers } from './instance-powers.ts';
import { type Asked, askInstance } from './sign-in-once.ts';

/** Two answers, where a probe waits 10 s for one. */
const readMs = 20_000;
const testTenantMs = 10_000;

export interface InstanceRequest {
  readonly environment: Environment;
  readonly targetId: string;
  readonly testTenant: string | null;
}

export type InstanceReader = (context: ItemContext, request: InstanceRequest) => Promise<InstanceFacts>;

type Unknown = Extract<Fact<PublishedFact>, { kind: 'unknown' }>;
const toUnknown = (reason: Unknown['reason'], say: string): Unknown => ({ kind: 'unknown', reason, say });

const explainSignIn = (signIn: SignIn): Unknown => {
  switch (signIn.kind) {
    case 'signed-in':
    case 'timeout':
      return toUnknown('timed-out', 'no answer in time');
    case 'refused':
      return toUnknown('no-access', 'sign-in refused');
    case 'wrong-tenant':
      return toUnknown('not-configured', 'tenant name not known there');
    case 'user-limit':
      return toUnknown('unavailable', 'API user limit reached');
    case 'restarting':
      return toUnknown('unavailable', 'site is restarting');
    case 'connection-refused':
      return toUnknown('unavailable', 'connection refused');
    case 'name-not-found':
      return toUnknown('unavailable', 'host name not found');
    case 'connection-lost':
      return toUnknown('unavailable', `connection lost (${signIn.say})`);
    case 'blocked-address':
      return toUnknown('unavailable', `address not allowed (${signIn.say})`);
    case 'unexpected':
      return toUnknown('unavailable', `unexpected answer ${signIn.status}`);
  }
};

/** Why nobody could ask what is published. */
const explainUnread = (api: ApiFact): Unknown => {
  switch (api.kind) {
    case 'asked':
      return explainSignIn(api.signIn);
    case 'reachable':
      return toUnknown('not-configured', 'no API credentials');
    case 'unreadable-credential':
      return toUnknown('not-configured', `API credentials could not be read (${api.say})`);
    case 'credential-held':
      return toUnknown('held-back', 'not asked: sign-in was refused before');
    case 'session-held':
      return { ...toUnknown('held-back', 'not asked: an earlier session may be open'), until: api.until };
    case 'publishing':
      return toUnknown('held-back', 'not asked: publishing');
    case 'not-asked':
      return toUnknown('held-back', `not asked: ${api.say}`);
    case 'timed-out':
      return toUnknown('timed-out', 'no answer in time');
  }
};

const isLetIn = ({ api }: Asked): boolean => api.kind === 'asked' && api.signIn.kind === 'signed-in';

export const createInstanceReader =
  (powers: ReaderPowers): InstanceReader =>
  async (context, { environment, targetId, testTenant }) => {
    const name = `read-${environment.name}`;
    const first = await askInstance(powers, context, {
      environment,
      targetId,
      name,
      boundMs: readMs,
      signIn: powers.signInAndRead,
    });
    const { api } = first;
    const published = first.published ?? explainUnread(api);
    const toFacts = (test: ApiFact): InstanceFacts => ({
      api,
      published,
      testTenant: testTenant === null ? null : { tenant: testTenant, api: test },
    });
    // The same tenant has been asked. Where the first had no luck, what kept it out keeps a second out too: a refused password
    // is not sent again for another tenant.
    if (testTenant === null || testTenant === environment.tenant || !isLetIn(first)) return toFacts(api);
    if (context.signal.aborted) return toFacts({ kind: 'timed-out', at: context.now() });
    const second = await askInstance(powers, context, {
      environment: { ...environment, tenant: testTenant },
      targetId,
      name: `${name}-test-tenant`,
      boundMs: testTenantMs,
      signIn: powers.signIn,
    });
    return toFacts(second.api);
  };
