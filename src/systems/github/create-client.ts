/**
 * One client of GitHub for the whole process, by token or as an App: every read ends in a value, every request is inside the budget.
 * What the answers mean is left to the readers beside this file.
 */
import { createAppAuth } from '@octokit/auth-app';
import type { Clock } from '../../runtime/clock.ts';
import { type Budget, type BudgetState, createBudget } from './budget.ts';
import { createLimitedFetch } from './limited-fetch.ts';
import { createOctokit, type GitHubOctokit } from './octokit.ts';
import { parsePrivateKey } from './private-key.ts';
import type { RepoName } from './repo-name.ts';
import { type Trouble, toTrouble } from './trouble.ts';

export type GitHubAuth =
  /** Read at every request, so that a rotated token is used at once. */
  | { readonly kind: 'token'; readonly token: () => string }
  | {
      readonly kind: 'app';
      readonly appId: number | string;
      readonly privateKey: string;
      /** The one installation to use for every repository; else it is looked up per owner. */
      readonly installationId?: number | null;
    };

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
  /** How long a request may wait for the budget before it is refused. Default 10 s. */
  readonly maxWaitMs?: number;
}

export interface Question {
  /** Octokit's route, `GET /repos/{owner}/{repo}/…`; owner and repo are filled in. Reads only. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  readonly etag?: string | null;
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

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === 404;

/**
 * One installation serves all of an owner's repositories, and the first one asked about may be the one that the App was not given:
 * that must not hide it from the others, so the owner is asked then.
 */
const findInstallation = async (app: GitHubOctokit, { owner, name }: RepoName): Promise<number> => {
  const questions = [
    () => app.request('GET /repos/{owner}/{repo}/installation', { owner, repo: name }),
    () => app.request('GET /orgs/{org}/installation', { org: owner }),
  ];
  for (const ask of questions) {
    try {
      return (await ask()).data.id;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return (await app.request('GET /users/{username}/installation', { username: owner })).data.id;
};

const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException('the caller stopped waiting', 'AbortError'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

/** @throws AcuopsError `config` for a private key that is none. */
export const createGitHubClient = (options: GitHubClientOptions): GitHubClient => {
  const { auth, clock, baseUrl = 'https://api.github.com', timeoutMs = 10_000, concurrency = 20 } = options;
  const wire = createLimitedFetch({ timeoutMs, concurrency, maxBytes: 20_000_000 });
  const accounts = new Map<string, Budget>();
  clients += 1;
  const prefix = `acuops-${clients}`;

  const openAccount = (
    account: string,
    login: Parameters<typeof createOctokit>[0]['auth'],
  ): GitHubOctokit => {
    const { pointsPerMinute, maxWaitMs } = options;
    const budget = createBudget({
      clock,
      ...(pointsPerMinute === undefined ? {} : { pointsPerMinute }),
      ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
    });
    accounts.set(account, budget);
    const fetch = wire.forBudget(budget, () => clock.now().getTime());
    return createOctokit({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      fetch,
      id: `${prefix}-${account}`,
      auth: login,
    });
  };

  const openAs = (installationId?: number): Parameters<typeof createOctokit>[0]['auth'] => {
    if (auth.kind === 'token') return { token: auth.token };
    const credentials = { appId: auth.appId, privateKey };
    return {
      strategy: {
        authStrategy: createAppAuth,
        auth: installationId === undefined ? credentials : { ...credentials, installationId },
      },
    };
  };
  const privateKey = auth.kind === 'app' ? parsePrivateKey(auth.privateKey) : '';
  const own = openAccount(auth.kind, openAs());
  const installations = new Map<string, Promise<GitHubOctokit>>();

  const given = auth.kind === 'app' ? (auth.installationId ?? null) : null;

  const openInstallation = async (repo: RepoName): Promise<GitHubOctokit> => {
    if (given !== null) return openAccount(`installation ${given}`, openAs(given));
    return openAccount(`installation of ${repo.owner}`, openAs(await findInstallation(own, repo)));
  };

  const octokitFor = (repo: RepoName): Promise<GitHubOctokit> => {
    if (auth.kind === 'token') return Promise.resolve(own);
    const owner = given === null ? repo.owner.toLowerCase() : '';
    const known = installations.get(owner) ?? openInstallation(repo);
    installations.set(owner, known);
    // A failed lookup must not stick: the App may be installed a minute later.
    known.catch(() => installations.get(owner) === known && installations.delete(owner));
    return known;
  };

  const send = async (
    repo: RepoName,
    { route, parameters, etag, signal }: Question,
  ): Promise<GitHubAnswer> => {
    const octokit = await octokitFor(repo);
    const response = await octokit.request(route, {
      ...parameters,
      owner: repo.owner,
      repo: repo.name,
      headers: etag ? { 'if-none-match': etag } : {},
      request: { signal },
    });
    const { etag: fresh, 'x-oauth-scopes': scopes } = response.headers;
    const body: unknown = response.data;
    return { kind: 'answer', etag: fresh ?? null, body, scopes: typeof scopes === 'string' ? scopes : null };
  };

  const ask: GitHubClient['ask'] = async (repo, question) => {
    try {
      return await untilAborted(send(repo, question), question.signal);
    } catch (error) {
      const trouble = toTrouble(error, clock.now(), auth.kind);
      return trouble.status === 304 ? { kind: 'not-modified' } : trouble;
    }
  };

  return {
    ask,
    octokitFor,
    appOctokit: auth.kind === 'app' ? own : null,
    budget: () => [...accounts].map(([account, budget]) => ({ account, ...budget.state() })),
    close: wire.close,
  };
};
