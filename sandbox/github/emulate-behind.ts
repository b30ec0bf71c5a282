/** The `emulate` library behind the front: contents, references, branches, pulls, checks, the App's JWT and installation tokens. Started by the first request that needs it, and told of a repository by the first request for it. */
import type { Emulator } from 'emulate';
import type { Answer } from './routes.ts';
import type { RepositoryRow } from './tables.ts';
import type { Permissions } from './types.ts';

export interface Forwarded {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface EmulateBehind {
  forward(request: Forwarded): Promise<Answer>;
  ensureRepository(row: RepositoryRow): Promise<void>;
  stop(): Promise<void>;
}

export interface EmulateBehindOptions {
  readonly apiUrl: string;
  readonly owner: string;
  readonly login: string;
  readonly token: string;
  readonly appId: number;
  readonly installationId: number;
  readonly permissions: Permissions;
  readonly privateKey: () => string;
}

const start = async (options: EmulateBehindOptions): Promise<Emulator> => {
  const { createEmulator } = await import('emulate');
  return createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { [options.token]: { login: options.login, scopes: ['repo', 'admin:org'] } },
      github: {
        users: [{ login: options.login }],
        orgs: [{ login: options.owner, members: [{ login: options.login, role: 'admin' }] }],
        apps: [
          {
            app_id: options.appId,
            slug: 'acuops',
            name: 'AcuOps',
            private_key: options.privateKey(),
            permissions: options.permissions,
            events: ['workflow_run', 'workflow_job'],
            installations: [
              {
                installation_id: options.installationId,
                account: options.owner,
                repository_selection: 'all',
              },
            ],
          },
        ],
      },
    },
  });
};

export const createEmulateBehind = (options: EmulateBehindOptions): EmulateBehind => {
  let running: Promise<Emulator> | undefined;
  const made = new Map<RepositoryRow, Promise<void>>();

  const forward = async (request: Forwarded): Promise<Answer> => {
    running ??= start(options);
    // The library calls itself localhost and listens on IPv4 only.
    const { url } = await running;
    const response = await fetch(`${url.replace('localhost', '127.0.0.1')}${request.path}`, {
      method: request.method,
      redirect: 'manual',
      headers: {
        accept: 'application/vnd.github+json',
        'content-type': 'application/json',
        ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
      },
      ...(request.body === '' ? {} : { body: request.body }),
    });
    const text = (await response.text()).replaceAll(url, options.apiUrl);
    const location = response.headers.get('location');
    const link = response.headers.get('link');
    const headers = {
      ...(location === null ? {} : { location: location.replace(url, options.apiUrl) }),
      ...(link === null ? {} : { link: link.replaceAll(url, options.apiUrl) }),
    };
    return {
      status: response.status,
      headers,
      ...(text === '' ? {} : { body: JSON.parse(text) as unknown }),
    };
  };

  const createRepository = async (row: RepositoryRow): Promise<void> => {
    const answer = await forward({
      method: 'POST',
      path: `/orgs/${row.owner}/repos`,
      authorization: `Bearer ${options.token}`,
      body: JSON.stringify({ name: row.name, private: row.private, auto_init: true }),
    });
    if (answer.status !== 201)
      throw new Error(`emulate answered ${answer.status} when asked for repository "${row.name}"`);
  };

  return {
    forward,
    ensureRepository: (row) => {
      const making = made.get(row) ?? createRepository(row);
      made.set(row, making);
      return making;
    },
    stop: async () => {
      if (running) await (await running).close();
    },
  };
};
