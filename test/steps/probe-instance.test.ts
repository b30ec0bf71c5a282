/** What is known of a sign-in is never lost: not to a stop, not to a slow sign-out, not to a store that is away when it was refused. */
import { describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import type { ItemContext, Operation } from '../../src/operations/operation.ts';
import type { Environment } from '../../src/operations/target.ts';
import type { SignIn } from '../../src/policy/health/facts.ts';
import type { InstancePowers } from '../../src/steps/instance-powers.ts';
import { createInstanceProbe } from '../../src/steps/probe-instance.ts';
import { createMemoryEffects } from './memory-effects.ts';

type SignedIn = Awaited<ReturnType<InstancePowers['signIn']>>;

const now = () => new Date('2026-11-20T08:00:00Z');
const refused: SignIn = { kind: 'refused' };
const signedIn: SignIn = { kind: 'signed-in', tookMs: 120 };
const timeout: SignIn = { kind: 'timeout', afterMs: 900 };

const environment: Environment = {
  name: 'production',
  instanceId: 'site',
  url: 'https://erp.example.com/site',
  tenant: 'Heritage',
  branch: null,
  usernameRef: 'env:USER',
  passwordRef: 'env:PASSWORD',
};

const settledAs = (signIn: SignIn): SignedIn => ({
  signIn,
  signedOut: true,
  settled: Promise.resolve({ signIn, signedOut: true }),
});

const open = (over: Partial<InstancePowers> = {}) => {
  const effects = createMemoryEffects(now);
  const held = new Map<string, Date>();
  const powers: InstancePowers = {
    effects: effects.door,
    signIn: async () => settledAs(signedIn),
    reach: async () => null,
    readCredential: async (_reference, half) => ({ kind: 'value', value: half }),
    fingerprint: (...parts) => parts.join(' '),
    holds: {
      read: async (instanceId, fingerprint) => held.get(`${instanceId} ${fingerprint}`) ?? null,
      write: async (instanceId, fingerprint, at) => void held.set(`${instanceId} ${fingerprint}`, at),
    },
    ...over,
  };
  const probe = createInstanceProbe(powers);
  const ask = (
    operationId = 'one',
    signal = new AbortController().signal,
    over: Partial<Environment> = {},
  ) => {
    const item = {
      operationId,
      key: 'api',
      limitKey: '',
      input: null,
      fence: 1,
      attempt: 1,
      deadlineAt: now(),
    };
    const context: ItemContext = { operation: {} as Operation, item, now, signal };
    return probe(context, { environment: { ...environment, ...over }, targetId: 'id' });
  };
  return { ask, effects, held };
};

describe('a stop', () => {
  it('before anything was sent leaves nothing behind: the next worker signs in', async () => {
    const stop = new AbortController();
    const answers = [settledAs(timeout), settledAs(signedIn)];
    const { ask } = open({
      signIn: async () => {
        stop.abort();
        return answers.shift() ?? settledAs(refused);
      },
    });
    await expect(ask('one', stop.signal)).rejects.toThrow(/abort/);
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: signedIn });
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: signedIn });
    expect(answers).toEqual([]);
  });

  it('after it was sent hands on what the late answer said', async () => {
    const stop = new AbortController();
    const late = Promise.withResolvers<{ signIn: SignIn; signedOut: boolean }>();
    let tries = 0;
    const { ask, effects } = open({
      signIn: async () => {
        tries += 1;
        stop.abort();
        return { signIn: timeout, signedOut: false, settled: late.promise };
      },
    });
    await ask('one', stop.signal);
    expect(await ask()).toMatchObject({ kind: 'session-held' });
    late.resolve({ signIn: signedIn, signedOut: true });
    await expect.poll(effects.states).toEqual(['confirmed']);
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: signedIn });
    expect(tries).toBe(1);
  });

  it('is told from a deadline, which is a fact about the host', async () => {
    const { ask } = open({ signIn: async () => settledAs(timeout) });
    const deadline = AbortSignal.timeout(1);
    await new Promise((resolve) => deadline.addEventListener('abort', resolve));
    expect(await ask('one', deadline)).toMatchObject({ kind: 'asked', signIn: timeout });
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: timeout });
  });
});

describe('a refusal', () => {
  const away = () =>
    new AcuopsError({ code: 'store-unavailable', message: 'away', say: 'away', retryable: true });

  it('waits for a store that is away, and the password is not sent again', async () => {
    let failures = 2;
    let tries = 0;
    const held: string[] = [];
    const { ask, effects } = open({
      signIn: async () => {
        tries += 1;
        return settledAs(refused);
      },
      holds: {
        read: async (_id, fingerprint) => (held.includes(fingerprint) ? now() : null),
        write: async (_id, fingerprint) => {
          failures -= 1;
          if (failures >= 0) throw away();
          held.push(fingerprint);
        },
      },
    });
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: refused });
    expect(effects.states()).toEqual(['confirmed']);
    expect(await ask('two')).toMatchObject({ kind: 'credential-held' });
    expect(tries).toBe(1);
  });

  it('is told all the same where it cannot be written, and the door stays shut meanwhile', async () => {
    let tries = 0;
    const { ask } = open({
      signIn: async () => {
        tries += 1;
        return settledAs(refused);
      },
      holds: { read: async () => null, write: () => Promise.reject(new Error('no room on the disk')) },
    });
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: refused });
    expect(await ask('two')).toMatchObject({ kind: 'session-held' });
    expect(tries).toBe(1);
  });

  it('that came after the deadline is held too', async () => {
    const late = Promise.withResolvers<{ signIn: SignIn; signedOut: boolean }>();
    const { ask, effects } = open({
      signIn: async () => ({ signIn: timeout, signedOut: false, settled: late.promise }),
    });
    expect(await ask()).toMatchObject({ kind: 'asked', signIn: timeout });
    late.resolve({ signIn: refused, signedOut: true });
    await expect.poll(effects.states).toEqual(['confirmed']);
    expect(await ask('two')).toMatchObject({ kind: 'credential-held' });
  });

  it("holds back the account that was refused, not its namesake in another client's tenant", async () => {
    const asked: string[] = [];
    const { ask } = open({
      signIn: async ({ tenant }) => {
        asked.push(tenant);
        return settledAs(tenant === 'Heritage' ? refused : signedIn);
      },
    });
    await ask('one');
    expect(await ask('two')).toMatchObject({ kind: 'credential-held' });
    expect(await ask('three', undefined, { tenant: 'Kestrel' })).toMatchObject({ signIn: signedIn });
    expect(asked).toEqual(['Heritage', 'Kestrel']);
  });
});
