/** Octokit as this house uses it: reads are tried once more after a 5xx, writes never, and nobody waits for a limit inside the library. */
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { LimitedFetch } from './limited-fetch.ts';

const Composed = Octokit.plugin(retry, throttling);
export type GitHubOctokit = InstanceType<typeof Composed>;

export interface OctokitOptions {
  readonly baseUrl: string;
  readonly fetch: LimitedFetch;
  /** Distinct per account: the plugin's spacing of writes is kept by this id, for the whole process. */
  readonly id: string;
  /** Octokit's own auth options (`authStrategy`, `auth`), or a token that is read at every request. */
  readonly auth: { readonly token: () => string } | { readonly strategy: object };
}

/** Supported until 2028 at least; without the header GitHub may move on under us. */
export const apiVersion = '2022-11-28';

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The plugin's own bound of ten at once would come before ours; writes keep the plugin's spacing of a second. */
const unbounded = {
  key: () => ({
    schedule: <O, R>(_job: object, run: (options: O) => R, options: O): R => run(options),
  }),
};

export const createOctokit = ({ baseUrl, fetch, id, auth }: OctokitOptions): GitHubOctokit => {
  const throttle = { id, onRateLimit: () => false, onSecondaryRateLimit: () => false, global: unbounded };
  const octokit = new Composed({
    baseUrl,
    userAgent: 'acuops',
    log: quiet,
    request: { fetch },
    throttle,
    retry: {
      retries: 1,
      retryAfterBaseValue: 250,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
    ...('strategy' in auth ? auth.strategy : {}),
  });
  octokit.hook.before('request', (options) => {
    options.headers['x-github-api-version'] = apiVersion;
    if ('token' in auth) options.headers.authorization = `Bearer ${auth.token()}`;
    if (options.method !== 'GET' && options.method !== 'HEAD')
      options.request = { ...options.request, retries: 0 };
  });
  return octokit;
};
