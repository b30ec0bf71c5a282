/**
 * One client of GitHub for the whole process, by token or as an App: every read ends in a value, every request is inside the budget.
 * What the answers mean is left to the readers beside this file.
 */
import { createAppAuth } from '@octokit/auth-app';
import { untilAborted } from '../../runtime/bounded.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Budget, type BudgetState, createBudget } from './budget.ts';
import { createInstallations, type Installations } from './installations.ts';
import { createLimitedFetch } from './limited-fetch.ts';
import { createOctokit, type GitHubOctokit, type OctokitOptions } from './octokit.ts';
import { createOwnLedgers, type PointLedgers } from './points.ts';
import { parsePrivateKey } from './private-key.ts';
import type { RepoName } from './repo-name.ts';
import { type Trouble, toTrouble } from './trouble.ts';

interface AppAuth {
  readonly kind: 'app';
  readonly appId: number | string;
  readonly privateKey: string;
  /** The one installation to use for every repository; else it is looked up per owner. */
  readonly installationId?: number | null;
}

export type GitHubAuth =
  /** Read at every request, so that a rotated token is used at once. */
  { readonly kind: 'token'; readonly token: () => string } | AppAuth;

export interface GitHubClientOptions {
  readonly auth: GitHubAuth;
  /** Default https://api.github.com. */
  readonly baseUrl?: string;
  readonly clock: Clock;
  /** Per request, body included. Default 10 s. */
  readonly timeoutMs?: number;
  /** Default 20 at once. */
  readonly concurrency?: number;
  readonly pointsPerMinute?: number;
  /** What other processes spend in the same accounts; default: there are none. */
  readonly ledgers?: PointLedgers;
  /** How long a request may wait for the budget before it is refused. Default 10 s. */
  readonly maxWaitMs?: number;
}

export interface Question {
  /** Octokit's route, `GET /repos/{owner}/{repo}/…`; owner and repo are filled in. Reads only. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly etag?: string | null;
  /** What there is a right of its own to, for people: "checks". Whoever mends a refusal is told which one. */
  readonly right?: string;
  readonly signal: AbortSignal;
}

export type GitHubAnswer =
  | {
      readonly kind: 'answer';
      readonly etag: string | null;
      readonly body: unknown;
      /** Scopes of a classic token; null where GitHub does not say. */
      readonly scopes: string | null;
    }
  | { readonly kind: 'not-modified' }
  | Trouble;

export interface AccountBudget extends BudgetState {
  /** `token`, `app` or `installation of <owner>`. */
  readonly account: string;
}

export interface GitHubClient {
  readonly ask: (repo: RepoName, question: Question) => Promise<GitHubAnswer>;
  /** For effects: the caller owns retries and timeouts of what it sends. @throws what GitHub answers to the App's own lookup. */
  readonly octokitFor: (repo: RepoName) => Promise<GitHubOctokit>;
  /** The App itself (its JWT); null with a token. */
  readonly appOctokit: GitHubOctokit | null;
  readonly budget: () => readonly AccountBudget[];
  readonly close: () => Promise<void>;
}

let clients = 0;

/** Who asks for which repository. With a token it is always the same one. */
interface Octokits extends Installations {
  readonly own: GitHubOctokit;
}

const toAbortError = (): Error => new DOMException('the caller stopped waiting', 'AbortError');

/** @throws AcuopsError `config` for a private key that is none. */
export const createGitHubClient = (options: GitHubClientOptions): GitHubClient => {
  const { auth, clock, baseUrl = 'https://api.github.com', timeoutMs = 10_000, concurrency = 20 } = options;
  const wire = createLimitedFetch({ timeoutMs, concurrency, maxBytes: 20_000_000 });
  const { pointsPerMinute, maxWaitMs, ledgers = createOwnLedgers() } = options;
  const accounts = new Map<string, Budget>();
  clients += 1;
  const prefix = `acuops-${clients}`;

  /** One for each account, also where its installation is another one now. */
  const budgetOf = (account: string): Budget => {
    const budget =
      accounts.get(account) ??
      createBudget({
        clock,
        account,
        ledgers,
        ...(pointsPerMinute === undefined ? {} : { pointsPerMinute }),
        ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
      });
    accounts.set(account, budget);
    return budget;
  };

  const openAccount = (account: string, login: OctokitOptions['auth']): GitHubOctokit =>
    createOctokit({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      fetch: wire.forBudget(budgetOf(account), () => clock.now().getTime()),
      id: `${prefix}-${account}`,
      auth: login,
    });

  const openApp = (app: AppAuth): Octokits => {
    const credentials = { appId: app.appId, privateKey: parsePrivateKey(app.privateKey) };
    const strategy = (auth: object) => ({ strategy: { authStrategy: createAppAuth, auth } });
    const own = openAccount('app', strategy(credentials));
    const installations = createInstallations({
      app: own,
      given: app.installationId ?? null,
      openAs: (account, installationId) => openAccount(account, strategy({ ...credentials, installationId })),
    });
    return { own, ...installations };
  };
  const openToken = (token: () => string): Octokits => {
    const own = openAccount('token', { token });
    return { own, open: () => Promise.resolve(own), use: (_repo, work) => work(own) };
  };
  const octokits = auth.kind === 'app' ? openApp(auth) : openToken(auth.token);

  const send = (repo: RepoName, { route, parameters, etag, signal }: Question): Promise<GitHubAnswer> =>
    octokits.use(repo, async (octokit) => {
      const response = await octokit.request(route, {
        ...parameters,
        owner: repo.owner,
        repo: repo.name,
        headers: etag ? { 'if-none-match': etag } : {},
        request: { signal },
      });
      const { etag: fresh, 'x-oauth-scopes': scopes } = response.headers;
      const body: unknown = response.data;
      return {
        kind: 'answer',
        etag: fresh ?? null,
        body,
        scopes: typeof scopes === 'string' ? scopes : null,
      };
    });

  const ask: GitHubClient['ask'] = async (repo, question) => {
    try {
      return await untilAborted(send(repo, question), question.signal, toAbortError);
    } catch (error) {
      const trouble = toTrouble(error, clock.now(), auth.kind, question.right);
      return trouble.status === 304 ? { kind: 'not-modified' } : trouble;
    }
  };

  return {
    ask,
    octokitFor: octokits.open,
    appOctokit: auth.kind === 'app' ? octokits.own : null,
    budget: () => [...accounts].map(([account, budget]) => ({ account, ...budget.state() })),
    close: wire.close,
  };
};
