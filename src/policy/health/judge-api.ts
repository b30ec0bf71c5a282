/** Judges one environment's API by how a sign-in ended, or why none was tried. Signing in and holding back are left to the systems. */
import type { ApiFact, EnvironmentApi, Observation, SignIn, Verdict } from './facts.ts';

interface Judgement {
  readonly verdict: Verdict;
  readonly cause: string;
  readonly say: string;
  readonly next: string | null;
  readonly connection?: boolean;
  readonly moment?: Observation['moment'];
  /** Age of the fact where it is older than the check, and when it was found to stand. */
  readonly observedAt?: Date;
  readonly askedAt?: Date;
}

const renewPassword = 'ask the client for a new API password, store it, then check again';

const sayTimeout = (afterMs: number): string =>
  `no answer within ${Math.max(1, Math.round(afterMs / 1000))} s`;

type SignInJudges = { readonly [K in SignIn['kind']]: (signIn: Extract<SignIn, { kind: K }>) => Judgement };

const lost = (cause: string, say: string, next: string): Judgement => ({
  verdict: 'fail',
  cause,
  say,
  next,
  connection: true,
});
const answered = (verdict: Verdict, cause: string, say: string, next: string | null): Judgement => ({
  verdict,
  cause,
  say,
  next,
  connection: false,
});

/** A sign-in proves the account, never the tenant: Acumatica accepts an empty or default one. */
const signInJudges: SignInJudges = {
  'signed-in': () => answered('pass', 'signed-in', 'sign-in works', null),
  refused: () => answered('fail', 'sign-in-refused', 'sign-in refused', renewPassword),
  'user-limit': () =>
    answered(
      'fail',
      'user-limit',
      'API user limit reached',
      'have the client close idle API sessions; a deploy would fail now too',
    ),
  'wrong-tenant': () =>
    answered(
      'fail',
      'wrong-tenant',
      'tenant name not known there',
      'compare the tenant in the registry with the instance',
    ),
  restarting: () =>
    answered(
      'fail',
      'restarting',
      'site is restarting',
      'check again in 5 minutes; if it stays, the site needs a restart by hand',
    ),
  timeout: ({ afterMs }) =>
    lost('timeout', sayTimeout(afterMs), 'open the site in a browser; if it is down, call its host'),
  'connection-refused': () =>
    lost('connection-refused', 'connection refused', 'ask its host whether the web server runs'),
  'name-not-found': () =>
    lost('name-not-found', 'host name not found', 'compare the address in the registry, then the DNS entry'),
  'connection-lost': ({ say }) =>
    lost('connection-lost', `connection lost (${say})`, 'check again; if it stays, call its host'),
  'blocked-address': ({ say }) => ({
    verdict: 'unknown',
    cause: 'blocked-address',
    say: `not asked: address not allowed (${say})`,
    next: 'allow this address in the configuration, or correct the client',
  }),
  unexpected: ({ status, excerpt }) =>
    answered(
      'unknown',
      'unexpected-answer',
      `unexpected answer ${status}: ${excerpt || 'empty'}`,
      'open the site and look; tell the keeper of the desk',
    ),
};

const judgeSignIn = (signIn: SignIn): Judgement => {
  // The table has exactly one judge per kind; the compiler cannot follow the pairing through the index.
  const judge = signInJudges[signIn.kind] as (signIn: SignIn) => Judgement;
  return judge(signIn);
};

const judgeFact = (api: ApiFact): Judgement & { readonly url?: string | null } => {
  switch (api.kind) {
    case 'asked':
      return judgeSignIn(api.signIn);
    case 'publishing': {
      const moment = { word: 'since', at: api.since } as const;
      const next = 'wait for the deploy to finish, then check again';
      return {
        verdict: 'unknown',
        cause: 'publishing',
        say: 'not asked: publishing',
        next,
        moment,
        url: api.runUrl,
      };
    }
    case 'credential-held':
      // The refusal is still the newest fact, so the failure stands (with its own age) until a new password proves otherwise.
      return {
        verdict: 'fail',
        cause: 'sign-in-refused',
        // Short, as the moment follows: "sign-in refused since 01:40".
        say: 'sign-in refused',
        next: `${renewPassword} (not tried meanwhile: more tries would lock the account)`,
        observedAt: api.refusedAt,
        askedAt: api.at,
      };
    case 'session-held': {
      const moment = { word: 'until', at: api.until } as const;
      return {
        verdict: 'unknown',
        cause: 'session-held',
        say: 'not asked: an earlier session may be open',
        next: 'check again then',
        moment,
      };
    }
    case 'reachable':
      return answered(
        'unknown',
        'sign-in-not-checked',
        'reachable, sign-in not checked',
        'give the desk API credentials for this client',
      );
    case 'unreadable-credential': {
      const say = `API credentials could not be read (${api.say})`;
      return {
        verdict: 'unknown',
        cause: 'unreadable-credential',
        say,
        next: 'mend the credential reference; doctor names it',
      };
    }
    case 'not-asked':
      return {
        verdict: 'unknown',
        cause: 'not-asked',
        say: `not asked: ${api.say}`,
        next: 'ask again in some minutes',
      };
    case 'timed-out':
      return {
        verdict: 'unknown',
        cause: 'timed-out',
        say: 'timed out',
        next: 'check again',
      };
  }
};

export const judgeApi = ({ environment, host, api }: EnvironmentApi): Observation => {
  const { url, observedAt, ...judgement } = judgeFact(api);
  return {
    criterion: 'api',
    subject: environment,
    ...judgement,
    url: url ?? null,
    observedAt: observedAt ?? api.at,
    host: host ?? undefined,
  };
};
