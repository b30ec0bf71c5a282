/** One request to one answer: repository routes from our own tables, installation tokens, rate limit, and everything else from the library behind. Limits, ETags and faults are the front's. */
import type { Access, Caller } from './access.ts';
import type { EmulateBehind } from './emulate-behind.ts';
import type { Limits } from './limits.ts';
import { createTagRef } from './repository-routes.ts';
import { type Answer, createRouter, HttpRefusal, type Route, refuseNotFound } from './routes.ts';
import { toPage } from './run-filters.ts';
import { toRepository, toTime } from './shapes.ts';
import type { RepositoryRow, Tables } from './tables.ts';
import type { Permissions } from './types.ts';

export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly version: string;
  readonly caller: Caller;
}

export interface AnsweringParts {
  readonly apiUrl: string;
  readonly owner: string;
  readonly tables: Tables;
  readonly access: Access;
  readonly limits: Limits;
  readonly behind: EmulateBehind;
  readonly clock: () => number;
  readonly routes: readonly Route[];
}

const parseBody = (text: string): Readonly<Record<string, unknown>> => {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw new HttpRefusal(400, 'Problems parsing JSON');
  }
  throw new HttpRefusal(400, 'Body should be a JSON object');
};

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

export const createAnswering = (parts: AnsweringParts) => {
  const { tables, access, behind } = parts;
  const find = createRouter(parts.routes);

  const forward = (incoming: Incoming, body = incoming.body): Promise<Answer> =>
    behind.forward({
      method: incoming.method,
      path: incoming.url.pathname + incoming.url.search,
      authorization: incoming.authorization,
      body,
    });

  const readNames = (body: Readonly<Record<string, unknown>>): readonly string[] | null => {
    if (isTextList(body['repositories'])) return body['repositories'];
    const ids: unknown = body['repository_ids'];
    if (!Array.isArray(ids)) return null;
    return ids.map((id) => tables.list().find((row) => row.id === id)?.name ?? `id ${String(id)}`);
  };

  const mintToken = async (incoming: Incoming): Promise<Answer> => {
    const { repository_ids: _ids, ...body } = parseBody(incoming.body);
    const names = readNames(parseBody(incoming.body));
    const rows = (names ?? []).map((name) => tables.findRepository(name));
    if (rows.some((row) => row === undefined || !row.accessible)) {
      throw new HttpRefusal(
        422,
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      );
    }
    for (const row of rows) if (row) await behind.ensureRepository(row);
    const answer = await forward(incoming, JSON.stringify(names ? { ...body, repositories: names } : body));
    if (answer.status !== 201) return answer;
    const minted = answer.body as { token: string; permissions: Permissions };
    access.learn(minted.token, minted.permissions, names);
    // The library lives in real time; the hour counts on the injected clock, as everything else here.
    const shown = { ...minted, expires_at: toTime(parts.clock() + 3_600_000) };
    if (!names) return { ...answer, body: shown };
    const repositories = rows.flatMap((row) => (row ? [toRepository(parts.apiUrl, row)] : []));
    return { ...answer, body: { ...shown, repositories } };
  };

  const listInstallationRepositories = (incoming: Incoming): Answer => {
    if (incoming.caller.kind !== 'installation')
      throw new HttpRefusal(
        403,
        'You must authenticate with an installation access token in order to list repositories for an installation.',
      );
    const rows = tables.list().filter((row) => access.isReachable(incoming.caller, row));
    const page = toPage(rows, incoming.url);
    const repositories = page.items.map((row) => toRepository(parts.apiUrl, row));
    return {
      status: 200,
      body: { total_count: rows.length, repository_selection: 'all', repositories },
      headers: page.headers,
    };
  };

  const passBehind = async (incoming: Incoming, row: RepositoryRow, below: string): Promise<Answer> => {
    if (incoming.method === 'POST' && below === 'git/refs') {
      access.requirePermission(incoming.caller, ['contents', 'write']);
      const tag = createTagRef(parts.apiUrl, row, parseBody(incoming.body));
      if (tag) return { status: 201, body: tag };
    }
    await behind.ensureRepository(row);
    return forward(incoming);
  };

  const answerRepository = async (
    incoming: Incoming,
    owner: string,
    name: string,
    below: string,
  ): Promise<Answer> => {
    const { caller, method } = incoming;
    const known = owner.toLowerCase() === parts.owner.toLowerCase() ? tables.findRepository(name) : undefined;
    if (caller.kind === 'app') {
      // The library would find the App in a repository that it was not given.
      if (!known?.accessible) throw refuseNotFound();
      await behind.ensureRepository(known);
      return forward(incoming);
    }
    const repository = access.requireRepository(caller, known, method);
    // Octokit writes `tags%2Fdeploy%2F` for a reference, which GitHub takes as it takes slashes.
    const found = find(method, below.replaceAll(/%2f/giu, '/'));
    if (!found) {
      if (below.startsWith('actions/')) throw new HttpRefusal(404, 'Not Found');
      return passBehind(incoming, repository, below);
    }
    if (found.route.isOurs?.(repository) === false) return passBehind(incoming, repository, below);
    access.requirePermission(caller, found.route.permission);
    return found.route.answer({
      repository,
      params: found.params,
      url: incoming.url,
      body: parseBody(incoming.body),
      login: caller.login,
      version: incoming.version,
    });
  };

  return async (incoming: Incoming): Promise<Answer> => {
    const path = incoming.url.pathname;
    const [, owner, name, below] = /^\/repos\/([^/]+)\/([^/]+)(?:\/(.*))?$/u.exec(path) ?? [];
    if (owner !== undefined && name !== undefined)
      return answerRepository(incoming, owner, name, below ?? '');
    if (path === '/rate_limit') return { status: 200, body: parts.limits.toOverview(incoming.caller.bucket) };
    if (path === '/installation/repositories') return listInstallationRepositories(incoming);
    if (/^\/app\/installations\/\d+\/access_tokens$/u.test(path) && incoming.method === 'POST')
      return mintToken(incoming);
    return forward(incoming);
  };
};
