/**
 * One sign-in through the effect door: one session at a time for each instance, a refused credential never again. Who dies in a
 * session keeps everybody out for twenty minutes.
 */
import { offer } from '../operations/offer.ts';
import type { ItemContext } from '../operations/operation.ts';
import type { Environment } from '../operations/target.ts';
import type { ApiFact, SignIn } from '../policy/health/facts.ts';
import {
  type Ended,
  type InstancePowers,
  readEnvironmentCredential,
  type SignedIn,
  type SignInAsked,
} from './instance-powers.ts';
import { boundPublished, type Published, parseKept, toKeptJson } from './kept-sign-in.ts';

/** A worker that died in a session leaves it open; Acumatica ends idle ones after about this long (platform-facts E1). */
const sessionHoldMs = 20 * 60_000;
/** A refusal that is forgotten is a password sent again, so it waits this long for the store. */
const holdPatienceMs = 30_000;

export interface SignInTask {
  readonly environment: Environment;
  readonly targetId: string;
  /** Tells the sign-ins of one item apart. */
  readonly name: string;
  readonly boundMs: number;
  /** With `published` it is one that also reads. */
  readonly signIn: (request: SignInAsked) => Promise<SignedIn & { readonly published?: Published }>;
}

export interface Asked {
  readonly api: ApiFact;
  readonly published: Published;
}

interface Keys {
  readonly username: string;
  readonly password: string;
  readonly fingerprint: string;
  readonly signal: AbortSignal;
}

export const askInstance = async (
  powers: InstancePowers,
  context: ItemContext,
  task: SignInTask,
): Promise<Asked> => {
  const { environment, boundMs } = task;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(boundMs)]);
  const toAsked = (api: ApiFact): Asked => ({ api, published: undefined });
  const credential = await readEnvironmentCredential(powers, environment);
  if (credential.kind === 'none') {
    const failed = await powers.reach(environment.url, signal);
    return toAsked(
      failed
        ? { kind: 'asked', signIn: failed, at: context.now() }
        : { kind: 'reachable', at: context.now() },
    );
  }
  if (credential.kind === 'unreadable')
    return toAsked({ kind: 'unreadable-credential', say: credential.say, at: context.now() });
  const refusedAt = await powers.holds.read(environment.instanceId, credential.fingerprint);
  if (refusedAt) return toAsked({ kind: 'credential-held', refusedAt, at: context.now() });
  return signInOnce(powers, context, task, { ...credential, signal });
};

/** Thrown inside the effect door: the sign-in is known, but something of it is not at its end, so nobody else may begin. */
class SignInUnsettled extends Error {
  readonly signIn: SignIn;
  readonly published: Published;
  constructor(signIn: SignIn, published: Published, why: string, cause?: unknown) {
    super(why, { cause });
    this.signIn = signIn;
    this.published = published;
  }
}

/** Stopped from outside; a time that ran out is a fact about the host. */
const isStopped = ({ signal }: ItemContext): boolean =>
  signal.aborted && !(signal.reason instanceof Error && signal.reason.name === 'TimeoutError');

const signInOnce = async (
  powers: InstancePowers,
  context: ItemContext,
  task: SignInTask,
  keys: Keys,
  attempt = 1,
): Promise<Asked> => {
  const { environment, targetId } = task;
  const { item, now } = context;
  const toDetail = (signIn: SignIn | null, published: Published) =>
    toKeptJson({ signIn, published, at: now() });

  const holdRefused = async (signIn: SignIn): Promise<void> => {
    if (signIn.kind !== 'refused') return;
    const at = now();
    await offer(
      () => powers.holds.write(environment.instanceId, keys.fingerprint, at),
      AbortSignal.timeout(holdPatienceMs),
    );
  };
  /** Let in, but stopped before all was read: the next worker is to read it. */
  const isCut = (signIn: SignIn, published: Published): boolean =>
    signIn.kind === 'signed-in' &&
    published !== undefined &&
    published?.kind !== 'known' &&
    isStopped(context);
  const settleLate = async (effectId: string, ended: Ended, published: Published): Promise<void> => {
    const { signIn, signedOut } = ended;
    await holdRefused(signIn);
    if (!signedOut) return;
    const kept = isCut(signIn, published) ? null : signIn;
    await powers.effects.confirmLate(effectId, toDetail(kept, published));
  };

  const result = await powers.effects.perform(
    {
      key: `${task.name}:${item.operationId}:${item.key}${attempt === 1 ? '' : `:${attempt}`}`,
      kind: 'acumatica-sign-in',
      holder: { operationId: item.operationId, itemKey: item.key, fence: item.fence },
      operationId: item.operationId,
      targetId,
      subject: `instance:${environment.instanceId}`,
      exclusiveMs: sessionHoldMs,
      // Looking at a client's instance is reading: it goes on while the killswitch is on.
      underKillswitch: 'goes-on',
      detail: {},
    },
    {
      send: async (effect) => {
        const { username, password, signal } = keys;
        const { url, tenant } = environment;
        const asked = { url, tenant, username, password, signal };
        const { signIn, signedOut, settled, ...read } = await task.signIn(asked);
        const published = boundPublished(read.published);
        if (!signedOut) {
          void settled.then((ended) => settleLate(effect.id, ended, published)).catch(() => undefined);
          throw new SignInUnsettled(signIn, published, 'a session may still be open');
        }
        try {
          await holdRefused(signIn);
        } catch (error) {
          // Unsettled keeps the same password from being sent again at once.
          throw new SignInUnsettled(signIn, published, 'a refusal could not be written down', error);
        }
        const wasNotAsked = signIn.kind === 'timeout' && isStopped(context);
        const kept = wasNotAsked || isCut(signIn, published) ? null : signIn;
        return { kind: 'confirmed', externalId: null, detail: toDetail(kept, published) };
      },
      // A session leaves no trace that we could look at from outside: only time closes it.
      look: async (effect) => {
        const until = new Date(effect.intendedAt.getTime() + sessionHoldMs);
        return until <= now() ? { kind: 'absent' } : { kind: 'unclear', until };
      },
    },
  );
  const toAsked = (api: ApiFact): Asked => ({ api, published: undefined });
  if (result.kind === 'confirmed') {
    const { signIn, published, at } = parseKept(result.effect.detail);
    if (signIn !== null) return { api: { kind: 'asked', signIn, at }, published };
    // Whoever was stopped hands the item back; whoever takes it over asks under a name of its own.
    context.signal.throwIfAborted();
    return signInOnce(powers, context, task, keys, attempt + 1);
  }
  if (result.kind === 'unclear' && result.cause instanceof SignInUnsettled) {
    const { signIn, published } = result.cause;
    return { api: { kind: 'asked', signIn, at: now() }, published };
  }
  if (result.kind === 'rejected' || result.kind === 'stopped')
    return toAsked({ kind: 'unreadable-credential', say: result.say, at: now() });
  // Nobody signs in there now, but a host that is down must still be seen to be down.
  const failed = await powers.reach(environment.url, keys.signal);
  if (failed) return toAsked({ kind: 'asked', signIn: failed, at: now() });
  const until = result.until ?? new Date(now().getTime() + sessionHoldMs);
  return toAsked({ kind: 'session-held', until, at: now() });
};
