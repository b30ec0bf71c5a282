/** One Acumatica site as it is remembered: its users, tenants, sessions and the calls it got. No HTTP here; `answering.ts` speaks it. */
import { randomBytes } from 'node:crypto';
import { type CustomizationInput, createCustomization } from './customization.ts';

export type Behaviour =
  | { readonly kind: 'ok' }
  /** Every sign-in is refused and counted, whatever the password. */
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'limit-429' }
  | { readonly kind: 'limit-500' }
  | { readonly kind: 'wrong-tenant' }
  | { readonly kind: 'restarting' }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'redirect'; readonly to: string }
  /** A body that never ends. */
  | { readonly kind: 'huge' }
  | { readonly kind: 'garbage'; readonly status: 200 | 503 };

export interface UserInput {
  readonly name: string;
  readonly password: string;
}

export interface InstanceInput extends CustomizationInput {
  /** First part of the path: `heritage` for `http://127.0.0.1:PORT/heritage`. */
  readonly prefix: string;
  /** With a single one, any tenant name signs in. */
  readonly tenants: readonly string[];
  readonly users: readonly UserInput[];
  /** Sessions at once; left out: 2, as a trial licence has. */
  readonly apiUserLimit?: number | undefined;
  /** How the limit is told; versions differ. Left out: 429. */
  readonly limitStatus?: 429 | 500 | undefined;
  /** Left out: 20. */
  readonly idleMinutes?: number | undefined;
}

export interface Session {
  readonly id: string;
  readonly user: string;
  readonly tenant: string;
  readonly openedAt: number;
  usedAt: number;
}

export interface AcumaticaCall {
  readonly method: string;
  /** Below the prefix, for instance `/entity/auth/login`. */
  readonly path: string;
  /** 0 where no answer was sent. */
  readonly status: number;
  readonly at: number;
  /** Of a sign-in only. */
  readonly user?: string | undefined;
  readonly tenant?: string | undefined;
}

interface Account {
  password: string;
  tries: number;
}

export type SignInOutcome =
  | { readonly kind: 'signed-in'; readonly session: Session }
  | { readonly kind: 'wrong-tenant'; readonly tenant: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'limit'; readonly status: 429 | 500 };

/** From this many wrong passwords on, the right one is refused too. */
export const triesUntilLocked = 5;

export type Instance = ReturnType<typeof createInstance>;

export const createInstance = (input: InstanceInput, clock: () => number) => {
  const idleMs = (input.idleMinutes ?? 20) * 60_000;
  const accounts = new Map(
    input.users.map(({ name, password }): [string, Account] => [name, { password, tries: 0 }]),
  );
  const sessions = new Map<string, Session>();
  let behaviour: Behaviour = { kind: 'ok' };
  let behaviourLeft = 0;
  let behaviourPath: string | null = null;
  let answersToLose = 0;
  let calls: AcumaticaCall[] = [];

  const dropIdle = (): void => {
    for (const session of sessions.values())
      if (clock() - session.usedAt >= idleMs) sessions.delete(session.id);
  };

  const refuse = (account: Account | undefined): SignInOutcome => {
    if (account) account.tries += 1;
    return { kind: 'refused' };
  };

  const findTenant = (name: string | undefined): string | undefined =>
    input.tenants.length === 1 ? input.tenants[0] : input.tenants.find((tenant) => tenant === name);

  const signIn = (user: string, password: string, tenantName: string | undefined): SignInOutcome => {
    dropIdle();
    const account = accounts.get(user);
    if (behaviour.kind === 'wrong-password') return refuse(account);
    const tenant = findTenant(tenantName);
    if (tenant === undefined) return { kind: 'wrong-tenant', tenant: tenantName ?? '' };
    if (!account || account.password !== password || account.tries >= triesUntilLocked)
      return refuse(account);
    account.tries = 0;
    if (sessions.size >= (input.apiUserLimit ?? 2))
      return { kind: 'limit', status: input.limitStatus ?? 429 };
    const session: Session = {
      id: randomBytes(24).toString('hex'),
      user,
      tenant,
      openedAt: clock(),
      usedAt: clock(),
    };
    sessions.set(session.id, session);
    return { kind: 'signed-in', session };
  };

  const account = (name: string): Account => {
    const found = accounts.get(name);
    if (!found) throw new Error(`no user "${name}" on instance "${input.prefix}"`);
    return found;
  };

  const customization = createCustomization(input, clock);

  return {
    prefix: input.prefix,
    signIn,
    readPublished: customization.readPublished,
    setPublished: (tenant: string, projects: readonly string[]): void => {
      if (!input.tenants.includes(tenant)) throw new Error(`no tenant "${tenant}" on "${input.prefix}"`);
      customization.setPublished(tenant, projects);
    },
    setCustomizer: (name: string, isCustomizer: boolean): void => {
      account(name);
      customization.setCustomizer(name, isCustomizer);
    },
    /** A session that is still alive, and now used. */
    touch: (id: string): Session | undefined => {
      dropIdle();
      const session = sessions.get(id);
      if (session) session.usedAt = clock();
      return session;
    },
    signOut: (id: string): void => {
      sessions.delete(id);
    },
    endSessions: (): void => sessions.clear(),
    sessions: (): readonly Session[] => {
      dropIdle();
      return [...sessions.values()];
    },
    /** `times` requests meet it, then all is well again; left out: until changed. With a path only requests for that one. */
    setBehaviour: (next: Behaviour, times = Number.POSITIVE_INFINITY, path: string | null = null): void => {
      behaviour = next;
      behaviourLeft = times;
      behaviourPath = path;
    },
    /** The behaviour that this request meets; counts it. */
    takeBehaviour: (path: string): Behaviour => {
      if (behaviourPath !== null && behaviourPath !== path) return { kind: 'ok' };
      if (behaviourLeft <= 0) behaviour = { kind: 'ok' };
      behaviourLeft -= 1;
      return behaviour;
    },
    loseAnswers: (times: number): void => {
      answersToLose = times;
    },
    takeLostAnswer: (): boolean => {
      if (answersToLose === 0) return false;
      answersToLose -= 1;
      return true;
    },
    setPassword: (name: string, password: string): void => {
      Object.assign(account(name), { password, tries: 0 });
    },
    tries: (name: string): number => account(name).tries,
    record: (call: Omit<AcumaticaCall, 'at'>): void => {
      calls.push({ ...call, at: clock() });
    },
    calls: (): readonly AcumaticaCall[] => calls,
    forgetCalls: (): void => {
      calls = [];
    },
  };
};
