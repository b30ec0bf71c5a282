/** Asks one environment's instance whether it lets us in: one session at a time, never a refused credential twice, never into a publish. Judging is policy's. */
import type { EffectDoor } from '../operations/effect.ts';
import type { Json } from '../operations/json.ts';
import type { ItemContext } from '../operations/operation.ts';
import type { Environment } from '../operations/target.ts';
import type { ApiFact, SignIn } from '../policy/health/facts.ts';

/** A worker that died in a session leaves it open; Acumatica ends idle ones after about this long (platform-facts E1). */
const sessionHoldMs = 20 * 60_000;
const probeMs = 10_000;

export type Credential =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'unreadable'; readonly say: string };

export interface InstancePowers {
  readonly effects: EffectDoor;
  /** `signedOut` false means that a session may still be open; `settled` says later whether it was closed after all. */
  readonly signIn: (request: {
    readonly url: string;
    readonly tenant: string;
    readonly username: string;
    readonly password: string;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly signIn: SignIn; readonly signedOut: boolean; readonly settled: Promise<boolean> }>;
  /** Any answer at all, without credentials; null means it answered. */
  readonly reach: (url: string, signal: AbortSignal) => Promise<SignIn | null>;
  readonly readCredential: (reference: string, half: 'username' | 'password') => Promise<Credential>;
  /** Tells two credentials apart without being one. */
  readonly fingerprint: (...parts: readonly string[]) => string;
  readonly holds: {
    readonly read: (instanceId: string, fingerprint: string) => Promise<Date | null>;
    readonly write: (instanceId: string, fingerprint: string, at: Date) => Promise<void>;
  };
}

/** The credential that an environment has now, as holds know it; null where it has none that can be read. */
export const readFingerprint = async (
  powers: Pick<InstancePowers, 'readCredential' | 'fingerprint'>,
  { url, usernameRef, passwordRef }: Environment,
): Promise<string | null> => {
  if (usernameRef === null || passwordRef === null) return null;
  const [username, password] = await Promise.all([
    powers.readCredential(usernameRef, 'username'),
    powers.readCredential(passwordRef, 'password'),
  ]);
  if (username.kind === 'unreadable' || password.kind === 'unreadable') return null;
  return powers.fingerprint(url, username.value, password.value);
};

export interface ProbeRequest {
  readonly environment: Environment;
  readonly targetId: string;
  readonly publishing: { readonly since: Date; readonly runUrl: string } | null;
}

export type InstanceProbe = (context: ItemContext, request: ProbeRequest) => Promise<ApiFact>;

export const createInstanceProbe =
  (powers: InstancePowers): InstanceProbe =>
  async (context, request) => {
    const { environment, publishing } = request;
    if (publishing) return { kind: 'publishing', ...publishing, at: context.now() };
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(probeMs)]);
    if (environment.usernameRef === null || environment.passwordRef === null) {
      const failed = await powers.reach(environment.url, signal);
      return failed
        ? { kind: 'asked', signIn: failed, at: context.now() }
        : { kind: 'reachable', at: context.now() };
    }
    const [username, password] = await Promise.all([
      powers.readCredential(environment.usernameRef, 'username'),
      powers.readCredential(environment.passwordRef, 'password'),
    ]);
    if (username.kind === 'unreadable')
      return { kind: 'unreadable-credential', say: username.say, at: context.now() };
    if (password.kind === 'unreadable')
      return { kind: 'unreadable-credential', say: password.say, at: context.now() };
    const fingerprint = powers.fingerprint(environment.url, username.value, password.value);
    const refusedAt = await powers.holds.read(environment.instanceId, fingerprint);
    if (refusedAt) return { kind: 'credential-held', refusedAt, at: context.now() };
    return signInOnce(powers, context, request, {
      username: username.value,
      password: password.value,
      fingerprint,
      signal,
    });
  };

interface Keys {
  readonly username: string;
  readonly password: string;
  readonly fingerprint: string;
  readonly signal: AbortSignal;
}

/** Thrown inside the effect door: the sign-in is known, the end of its session is not. */
class SessionLeftOpen extends Error {
  readonly signIn: SignIn;
  constructor(signIn: SignIn) {
    super('a session may still be open');
    this.signIn = signIn;
  }
}

const signInOnce = async (
  powers: InstancePowers,
  context: ItemContext,
  { environment, targetId }: ProbeRequest,
  keys: Keys,
): Promise<ApiFact> => {
  const { item, now } = context;
  const result = await powers.effects.perform(
    {
      key: `sign-in:${item.operationId}:${item.key}`,
      kind: 'acumatica-sign-in',
      holder: { operationId: item.operationId, itemKey: item.key, fence: item.fence },
      operationId: item.operationId,
      targetId,
      subject: `instance:${environment.instanceId}`,
      exclusiveMs: sessionHoldMs,
      // Looking at a client's health is reading: it goes on while the killswitch is on.
      underKillswitch: 'goes-on',
      detail: {},
    },
    {
      send: async (effect) => {
        const { username, password, signal } = keys;
        const { url, tenant } = environment;
        const { signIn, signedOut, settled } = await powers.signIn({
          url,
          tenant,
          username,
          password,
          signal,
        });
        if (signIn.kind === 'refused')
          await powers.holds.write(environment.instanceId, keys.fingerprint, now());
        const detail = { signIn, at: now().toISOString() } as unknown as Json;
        if (signedOut) return { kind: 'confirmed', externalId: null, detail };
        void settled
          .then((closed) => (closed ? powers.effects.confirmLate(effect.id, detail) : undefined))
          .catch(() => undefined);
        throw new SessionLeftOpen(signIn);
      },
      // A session leaves no trace that we could look at from outside: only time closes it.
      look: async (effect) => {
        const until = new Date(effect.intendedAt.getTime() + sessionHoldMs);
        return until <= now() ? { kind: 'absent' } : { kind: 'unclear', until };
      },
    },
  );
  if (result.kind === 'confirmed') {
    const detail = result.effect.detail as unknown as { signIn: SignIn; at: string };
    return { kind: 'asked', signIn: detail.signIn, at: new Date(detail.at) };
  }
  if (result.kind === 'unclear' && result.cause instanceof SessionLeftOpen)
    return { kind: 'asked', signIn: result.cause.signIn, at: now() };
  if (result.kind === 'rejected' || result.kind === 'stopped')
    return { kind: 'unreadable-credential', say: result.say, at: now() };
  // Nobody signs in there now, but a host that is down must still be seen to be down.
  const failed = await powers.reach(environment.url, keys.signal);
  if (failed) return { kind: 'asked', signIn: failed, at: now() };
  return {
    kind: 'session-held',
    until: result.until ?? new Date(now().getTime() + sessionHoldMs),
    at: now(),
  };
};
