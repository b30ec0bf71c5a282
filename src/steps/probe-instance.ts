/** Asks one environment's instance whether it lets us in: one session at a time, never a refused credential twice. Whether somebody publishes there is the caller's to know, judging is policy's. */
import type { EffectDoor } from '../operations/effect.ts';
import type { Json } from '../operations/json.ts';
import { offer } from '../operations/offer.ts';
import type { ItemContext } from '../operations/operation.ts';
import type { Environment } from '../operations/target.ts';
import type { ApiFact, SignIn } from '../policy/health/facts.ts';

/** A worker that died in a session leaves it open; Acumatica ends idle ones after about this long (platform-facts E1). */
const sessionHoldMs = 20 * 60_000;
const probeMs = 10_000;
/** A refusal that is forgotten is a password sent again, so it waits this long for the store. */
const holdPatienceMs = 30_000;

export type Credential =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'unreadable'; readonly say: string };

interface Ended {
  readonly signIn: SignIn;
  readonly signedOut: boolean;
}

export interface InstancePowers {
  readonly effects: EffectDoor;
  /** `signedOut` false means that a session may still be open; `settled` says later how it ended after all. */
  readonly signIn: (request: {
    readonly url: string;
    readonly tenant: string;
    readonly username: string;
    readonly password: string;
    readonly signal: AbortSignal;
  }) => Promise<Ended & { readonly settled: Promise<Ended> }>;
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
  environment: Environment,
): Promise<string | null> => {
  const { usernameRef, passwordRef } = environment;
  if (usernameRef === null || passwordRef === null) return null;
  const [username, password] = await Promise.all([
    powers.readCredential(usernameRef, 'username'),
    powers.readCredential(passwordRef, 'password'),
  ]);
  if (username.kind === 'unreadable' || password.kind === 'unreadable') return null;
  return toFingerprint(powers, environment, username.value, password.value);
};

/** Accounts belong to a tenant: on a shared site two clients may have the same name and password, and one of them be refused. */
const toFingerprint = (
  { fingerprint }: Pick<InstancePowers, 'fingerprint'>,
  { url, tenant }: Environment,
  username: string,
  password: string,
): string => fingerprint(url, tenant, username, password);

export interface ProbeRequest {
  readonly environment: Environment;
  readonly targetId: string;
}

export type InstanceProbe = (context: ItemContext, request: ProbeRequest) => Promise<ApiFact>;

export const createInstanceProbe =
  (powers: InstancePowers): InstanceProbe =>
  async (context, request) => {
    const { environment } = request;
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
    const fingerprint = toFingerprint(powers, environment, username.value, password.value);
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

/** Thrown inside the effect door: the sign-in is known, but something of it is not at its end, so nobody else may begin. */
class SignInUnsettled extends Error {
  readonly signIn: SignIn;
  constructor(signIn: SignIn, why: string, cause?: unknown) {
    super(why, { cause });
    this.signIn = signIn;
  }
}

/** What an effect keeps of a sign-in. Null: we were stopped before anything was sent, so the host was not asked at all. */
interface Kept {
  readonly signIn: SignIn | null;
  readonly at: string;
}

/** Stopped from outside; a time that ran out is a fact about the host. */
const isStopped = ({ signal }: ItemContext): boolean =>
  signal.aborted && !(signal.reason instanceof Error && signal.reason.name === 'TimeoutError');

const signInOnce = async (
  powers: InstancePowers,
  context: ItemContext,
  request: ProbeRequest,
  keys: Keys,
  attempt = 1,
): Promise<ApiFact> => {
  const { environment, targetId } = request;
  const { item, now } = context;
  const toKept = (signIn: SignIn | null): Json => ({ signIn, at: now().toISOString() }) satisfies Kept;

  const holdRefused = async (signIn: SignIn): Promise<void> => {
    if (signIn.kind !== 'refused') return;
    const at = now();
    await offer(
      () => powers.holds.write(environment.instanceId, keys.fingerprint, at),
      AbortSignal.timeout(holdPatienceMs),
    );
  };
  const settleLate = async (effectId: string, { signIn, signedOut }: Ended): Promise<void> => {
    await holdRefused(signIn);
    if (signedOut) await powers.effects.confirmLate(effectId, toKept(signIn));
  };

  const result = await powers.effects.perform(
    {
      key: `sign-in:${item.operationId}:${item.key}${attempt === 1 ? '' : `:${attempt}`}`,
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
        const asked = { url, tenant, username, password, signal };
        const { signIn, signedOut, settled } = await powers.signIn(asked);
        if (!signedOut) {
          void settled.then((ended) => settleLate(effect.id, ended)).catch(() => undefined);
          throw new SignInUnsettled(signIn, 'a session may still be open');
        }
        try {
          await holdRefused(signIn);
        } catch (error) {
          // Unsettled keeps the same password from being sent again at once.
          throw new SignInUnsettled(signIn, 'a refusal could not be written down', error);
        }
        const wasNotAsked = signIn.kind === 'timeout' && isStopped(context);
        return { kind: 'confirmed', externalId: null, detail: toKept(wasNotAsked ? null : signIn) };
      },
      // A session leaves no trace that we could look at from outside: only time closes it.
      look: async (effect) => {
        const until = new Date(effect.intendedAt.getTime() + sessionHoldMs);
        return until <= now() ? { kind: 'absent' } : { kind: 'unclear', until };
      },
    },
  );
  if (result.kind === 'confirmed') {
    // This step's own writing, at the confirmation.
    const { signIn, at } = result.effect.detail as unknown as Kept;
    if (signIn !== null) return { kind: 'asked', signIn, at: new Date(at) };
    // Whoever was stopped hands the item back; whoever takes it over asks under a name of its own.
    context.signal.throwIfAborted();
    return signInOnce(powers, context, request, keys, attempt + 1);
  }
  if (result.kind === 'unclear' && result.cause instanceof SignInUnsettled)
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
