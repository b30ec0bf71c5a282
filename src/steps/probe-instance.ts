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
  /** `signedOut` false means that a session may still be open. */
  readonly signIn: (request: {
    readonly url: string;
    readonly tenant: string;
    readonly username: string;
    readonly password: string;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly signIn: SignIn; readonly signedOut: boolean }>;
  /** Any answer at all, without credentials; null means it answered. */
  readonly reach: (url: string, signal: AbortSignal) => Promise<SignIn | null>;
  readonly readCredential: (reference: string) => Promise<Credential>;
  /** Tells two credentials apart without being one. */
  readonly fingerprint: (...parts: readonly string[]) => string;
  readonly holds: {
    readonly read: (instanceId: string, fingerprint: string) => Promise<Date | null>;
    readonly write: (instanceId: string, fingerprint: string, at: Date) => Promise<void>;
  };
}

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
      powers.readCredential(environment.usernameRef),
      powers.readCredential(environment.passwordRef),
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
      send: async () => {
        const { signIn, signedOut } = await powers.signIn({
          url: environment.url,
          tenant: environment.tenant,
          username: keys.username,
          password: keys.password,
          signal: keys.signal,
        });
        if (signIn.kind === 'refused')
          await powers.holds.write(environment.instanceId, keys.fingerprint, now());
        return {
          kind: 'confirmed',
          externalId: null,
          detail: { signIn, signedOut, at: now().toISOString() } as unknown as Json,
        };
      },
      // A session leaves no trace that we could look at from outside: only time closes it.
      look: async (effect) => {
        const until = new Date(effect.intendedAt.getTime() + sessionHoldMs);
        return until <= now() ? { kind: 'absent' } : { kind: 'unclear', until };
      },
    },
  );
  const at = now();
  switch (result.kind) {
    case 'confirmed': {
      const detail = result.effect.detail as unknown as { signIn: SignIn; at: string };
      return { kind: 'asked', signIn: detail.signIn, at: new Date(detail.at) };
    }
    case 'held':
      return { kind: 'session-held', until: result.until, at };
    case 'unclear':
      return { kind: 'session-held', until: result.until ?? new Date(at.getTime() + sessionHoldMs), at };
    case 'rejected':
    case 'stopped':
      return { kind: 'unreadable-credential', say: result.say, at };
  }
};
