/** The instance reader before a pretend Acumatica site: real sign-ins, effects and holds in memory, a clock that tests move. */
import { afterEach } from 'vitest';
import { createAcumatica, type InstanceInput } from '../../sandbox/acumatica/server.ts';
import type { ItemContext, Operation } from '../../src/operations/operation.ts';
import type { Environment } from '../../src/operations/target.ts';
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts';
import type { ReaderPowers } from '../../src/steps/instance-powers.ts';
import { createInstanceProbe } from '../../src/steps/probe-instance.ts';
import { createInstanceReader } from '../../src/steps/read-instance.ts';
import { createReach } from '../../src/systems/acumatica/reach.ts';
import { createPublishedSignIn } from '../../src/systems/acumatica/read-published.ts';
import { createSignIn } from '../../src/systems/acumatica/sign-in.ts';
import { createMemoryEffects } from './memory-effects.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export const openInstance = async (
  input: Partial<InstanceInput> = {},
  over: (powers: ReaderPowers) => Partial<ReaderPowers> = () => ({}),
) => {
  let passedMs = 0;
  const now = () => new Date(Date.UTC(2026, 10, 20, 8) + passedMs);
  const site = await createAcumatica();
  closers.push(() => site.stop());
  site.addInstance({
    prefix: 'heritage',
    tenants: ['Heritage', 'Test'],
    users: [{ name: 'svc', password: 'correct-horse' }],
    published: { Heritage: ['HeritageMain', 'VendorPack'] },
    ...input,
  });
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 64_000 });
  closers.push(fetch.close);
  const clock = { now };
  const effects = createMemoryEffects(now);
  const held = new Map<string, Date>();
  const signIn = createSignIn({ fetch, clock, lingerMs: 2_000 });
  const secrets = new Map([
    ['env:USER', 'svc'],
    ['env:PASSWORD', 'correct-horse'],
  ]);
  const powers: ReaderPowers = {
    effects: effects.door,
    signIn,
    signInAndRead: createPublishedSignIn(signIn),
    reach: createReach({ fetch, clock }).reach,
    readCredential: async (reference) => {
      const value = secrets.get(reference);
      return value === undefined
        ? { kind: 'unreadable', say: `${reference} is not set` }
        : { kind: 'value', value };
    },
    fingerprint: (...parts) => parts.join(' '),
    holds: {
      read: async (instanceId, fingerprint) => held.get(`${instanceId} ${fingerprint}`) ?? null,
      write: async (instanceId, fingerprint, at) => void held.set(`${instanceId} ${fingerprint}`, at),
    },
  };
  const used = { ...powers, ...over(powers) };
  const environment: Environment = {
    name: 'production',
    instanceId: 'site',
    url: site.urlOf('heritage'),
    tenant: 'Heritage',
    branch: null,
    usernameRef: 'env:USER',
    passwordRef: 'env:PASSWORD',
  };
  const toContext = (operationId: string, signal: AbortSignal): ItemContext => {
    const item = {
      operationId,
      key: 'instance',
      limitKey: '',
      input: null,
      fence: 1,
      attempt: 1,
      deadlineAt: now(),
    };
    // Nothing of the operation is looked at here.
    return { operation: {} as Operation, item, now, signal };
  };
  const reader = createInstanceReader(used);
  const probe = createInstanceProbe(used);
  const read = (
    operationId = 'one',
    patch: Partial<Environment> = {},
    over: { readonly testTenant?: string | null; readonly signal?: AbortSignal } = {},
  ) =>
    reader(toContext(operationId, over.signal ?? new AbortController().signal), {
      environment: { ...environment, ...patch },
      targetId: 'id',
      testTenant: over.testTenant === undefined ? 'Test' : over.testTenant,
    });
  return {
    site,
    effects,
    secrets,
    powers,
    read,
    probe: (operationId: string) =>
      probe(toContext(operationId, new AbortController().signal), { environment, targetId: 'id' }),
    pass: (ms: number) => {
      passedMs += ms;
    },
    /** What was asked there, sign-ins with their tenant, in order. */
    asked: () =>
      site
        .calls('heritage')
        .map(({ path, tenant }) => `${path.split('/').at(-1)}${tenant === undefined ? '' : ` ${tenant}`}`),
    sessions: () => site.sessions('heritage'),
  };
};
