/** What a route of the stand-in is, and how a path finds it. Refusals are thrown as `HttpRefusal` and answered by the front. */
import type { RepositoryRow } from './tables.ts';
import type { Level } from './types.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteRequest {
  readonly repository: RepositoryRow;
  readonly params: Readonly<Record<string, string>>;
  /** The address as the caller wrote it, for Link headers. */
  readonly url: URL;
  readonly body: Readonly<Record<string, unknown>>;
  readonly login: string;
  /** `X-GitHub-Api-Version` of the request. */
  readonly version: string;
}

export interface Route {
  readonly method: string;
  /** Below `/repos/:owner/:repo`; `:name` takes one part of the path, `:name*` the rest. */
  readonly pattern: string;
  readonly permission: readonly [name: string, level: Level];
  /** Whether our tables know the answer for this repository; false: the library behind is asked. Left out: they do. */
  readonly isOurs?: (repository: RepositoryRow) => boolean;
  readonly answer: (request: RouteRequest) => Answer;
}

/** A refusal as GitHub words it. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export const refuseNotFound = (): HttpRefusal => new HttpRefusal(404, 'Not Found');

export const toErrorBody = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
});

const toExpression = (pattern: string): RegExp => {
  const parts = pattern.split('/').map((part) => {
    if (!part.startsWith(':')) return part.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
    return part.endsWith('*') ? `(?<${part.slice(1, -1)}>.+)` : `(?<${part.slice(1)}>[^/]+)`;
  });
  return new RegExp(`^${parts.join('/')}$`, 'u');
};

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the first route of that method and path; the path is the part below the repository. */
export const createRouter = (routes: readonly Route[]) => {
  const compiled = routes.map((route) => ({ route, expression: toExpression(route.pattern) }));
  return (method: string, path: string): FoundRoute | undefined => {
    for (const { route, expression } of compiled) {
      if (route.method !== method) continue;
      const found = expression.exec(path);
      if (!found) continue;
      const params = Object.entries(found.groups ?? {}).map(([name, value]) => [
        name,
        decodeURIComponent(value),
      ]);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  };
};
