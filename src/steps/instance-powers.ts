/** What asking a client's instance needs from outside, and the credential that an environment has. Signing in is left to `sign-in-once.ts`. */
import type { EffectDoor } from '../operations/effect.ts';
import type { Environment } from '../operations/target.ts';
import type { PublishedFact } from '../policy/deploy/facts.ts';
import type { Fact, SignIn } from '../policy/health/facts.ts';

export type Credential =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'unreadable'; readonly say: string };

export interface Ended {
  readonly signIn: SignIn;
  readonly signedOut: boolean;
}

/** `signedOut` false means that a session may still be open; `settled` says later how it ended after all. */
export interface SignedIn extends Ended {
  readonly settled: Promise<Ended>;
}

export interface SignInAsked {
  readonly url: string;
  readonly tenant: string;
  readonly username: string;
  readonly password: string;
  readonly signal: AbortSignal;
}

export interface InstancePowers {
  readonly effects: EffectDoor;
  readonly signIn: (request: SignInAsked) => Promise<SignedIn>;
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

export interface ReaderPowers extends InstancePowers {
  /** As `signIn`, and asks in the same session what is published; null where that came to no end, or nobody was let in. */
  readonly signInAndRead: (
    request: SignInAsked,
  ) => Promise<SignedIn & { readonly published: Fact<PublishedFact> | null }>;
}

export type CredentialPowers = Pick<InstancePowers, 'readCredential' | 'fingerprint'>;

export type EnvironmentCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly say: string }
  | {
      readonly kind: 'read';
      readonly username: string;
      readonly password: string;
      readonly fingerprint: string;
    };

export const readEnvironmentCredential = async (
  powers: CredentialPowers,
  { url, tenant, usernameRef, passwordRef }: Environment,
): Promise<EnvironmentCredential> => {
  if (usernameRef === null || passwordRef === null) return { kind: 'none' };
  const [username, password] = await Promise.all([
    powers.readCredential(usernameRef, 'username'),
    powers.readCredential(passwordRef, 'password'),
  ]);
  if (username.kind === 'unreadable') return username;
  if (password.kind === 'unreadable') return password;
  return {
    kind: 'read',
    username: username.value,
    password: password.value,
    // Accounts belong to a tenant: on a shared site two clients may have the same name and password, and one of them be refused.
    fingerprint: powers.fingerprint(url, tenant, username.value, password.value),
  };
};

/** The credential that an environment has now, as holds know it; null where it has none that can be read. */
export const readFingerprint = async (
  powers: CredentialPowers,
  environment: Environment,
): Promise<string | null> => {
  const credential = await readEnvironmentCredential(powers, environment);
  return credential.kind === 'read' ? credential.fingerprint : null;
};
