/** Who is calling and what they may: the token, an installation token, the App's own JWT, or nobody. Refusals are GitHub's. */
import { HttpRefusal, type Route, refuseNotFound } from './routes.ts';
import type { RepositoryRow } from './tables.ts';
import type { Level, Permissions } from './types.ts';

export interface Caller {
  readonly kind: 'user' | 'installation' | 'app' | 'anonymous';
  /** Calls of one bucket share one rate limit. */
  readonly bucket: string;
  readonly login: string;
  /** Null: everything, as a token with `repo` scope. */
  readonly permissions: Permissions | null;
  /** Lower-case names an installation token was narrowed to; null: all. */
  readonly repositories: ReadonlySet<string> | null;
}

export interface AccessOptions {
  readonly token: string;
  readonly login: string;
  readonly installationId: number;
  readonly clock: () => number;
  /** What the App is granted now; may change after a token was minted. */
  readonly granted: () => Permissions;
}

export type Access = ReturnType<typeof createAccess>;

const rank = (level: Level | undefined): number => (level === 'write' ? 2 : level === 'read' ? 1 : 0);

export const createAccess = (options: AccessOptions) => {
  const minted = new Map<string, { readonly caller: Caller; readonly goodUntil: number }>();
  const anonymous: Caller = {
    kind: 'anonymous',
    bucket: 'anonymous',
    login: '',
    permissions: {},
    repositories: null,
  };
  const user: Caller = {
    kind: 'user',
    bucket: 'user',
    login: options.login,
    permissions: null,
    repositories: null,
  };
  const app: Caller = {
    kind: 'app',
    bucket: 'app',
    login: 'acuops[bot]',
    permissions: {},
    repositories: null,
  };

  /** @throws HttpRefusal 401 for a token nobody gave out, or an installation token after its hour. */
  const identify = (authorization: string | undefined, path: string): Caller => {
    if (authorization === undefined) return anonymous;
    const token = authorization.replace(/^(?:bearer|token) /iu, '');
    if (token === options.token) return user;
    const known = minted.get(token);
    if (known && options.clock() < known.goodUntil) return known.caller;
    // A JWT opens the App's own doors only, and the library behind checks its signature.
    const isAppDoor = path === '/app' || path.startsWith('/app/') || path.endsWith('/installation');
    if (isAppDoor && token.split('.').length === 3) return app;
    throw new HttpRefusal(401, 'Bad credentials');
  };

  const learn = (token: string, permissions: Permissions, repositories: readonly string[] | null): void => {
    minted.set(token, {
      goodUntil: options.clock() + 3_600_000,
      caller: {
        kind: 'installation',
        bucket: `installation:${options.installationId}`,
        login: 'acuops[bot]',
        permissions,
        repositories: repositories === null ? null : new Set(repositories.map((name) => name.toLowerCase())),
      },
    });
  };

  const isReachable = (caller: Caller, row: RepositoryRow): boolean => {
    if (caller.kind === 'anonymous' || caller.kind === 'app') return false;
    const isChosen = caller.repositories?.has(row.name.toLowerCase()) ?? true;
    return row.accessible && isChosen;
  };

  /** @throws HttpRefusal 404 for a private repository out of reach, so that its existence is not told; 403 for a missing permission. */
  const requireRepository = (
    caller: Caller,
    row: RepositoryRow | undefined,
    method: string,
  ): RepositoryRow => {
    const isRead = method === 'GET' || method === 'HEAD';
    if (!row) throw refuseNotFound();
    if (isReachable(caller, row)) return row;
    if (row.private) throw refuseNotFound();
    if (isRead) return row;
    throw caller.kind === 'anonymous' ? new HttpRefusal(401, 'Requires authentication') : notGranted([]);
  };

  const notGranted = (accepted: readonly string[]): HttpRefusal =>
    new HttpRefusal(
      403,
      'Resource not accessible by integration',
      accepted.length > 0 ? { 'x-accepted-github-permissions': accepted.join('; ') } : {},
    );

  const requirePermission = (caller: Caller, permission: Route['permission']): void => {
    if (caller.kind !== 'installation') return;
    const [name, level] = permission;
    const held = Math.min(rank(caller.permissions?.[name]), rank(options.granted()[name]));
    if (held < rank(level)) throw notGranted([`${name}=${level}`]);
  };

  return { identify, learn, isReachable, requireRepository, requirePermission };
};
