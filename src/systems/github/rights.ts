/** What the token or App can do on given repositories, for `doctor`: tries each right with the cheapest read that needs it and names what is missing. */
import { z } from 'zod';
import type { GitHubAnswer, GitHubClient } from './create-client.ts';
import { parseRepo, type RepoName } from './repo-name.ts';

export type Right = 'metadata: read' | 'actions: read' | 'contents: read';

export interface RepositoryRights {
  readonly repo: string;
  readonly can: readonly Right[];
  readonly missing: readonly Right[];
  /** Why a right could not be told either way: "GitHub answered 503". Null where all were told. */
  readonly trouble: string | null;
  /** Where that is GitHub's limit: when it ends. */
  readonly until: Date | null;
}

export interface Rights {
  readonly identity: /** `scopes` is null for fine-grained tokens, which do not tell. */
    | { readonly kind: 'token'; readonly scopes: readonly string[] | null }
    | { readonly kind: 'app'; readonly permissions: Readonly<Record<string, string>> | null };
  readonly repositories: readonly RepositoryRights[];
}

const probes: readonly (readonly [
  right: Right,
  route: string,
  parameters: Record<string, string | number>,
])[] = [
  ['metadata: read', 'GET /repos/{owner}/{repo}', {}],
  ['actions: read', 'GET /repos/{owner}/{repo}/actions/workflows', { per_page: 1 }],
  ['contents: read', 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}', { ref: 'tags/deploy/prod/' }],
];

interface Probed {
  readonly rights: RepositoryRights;
  readonly scopes: string | null;
}

/** An empty repository answers 409 to who may read it. */
const isAllowed = (answer: GitHubAnswer): boolean =>
  answer.kind === 'answer' || answer.kind === 'not-modified' || answer.status === 409;

const probe = async (client: GitHubClient, repo: RepoName, signal: AbortSignal): Promise<Probed> => {
  const told = await Promise.all(
    probes.map(async ([right, route, parameters]) => ({
      right,
      answer: await client.ask(repo, { route, parameters, signal }),
    })),
  );
  const open = told
    .map(({ answer }) => answer)
    .filter((answer) => answer.kind === 'trouble')
    .find((answer) => answer.reason !== 'no-access' && !isAllowed(answer));
  const scopes = told.flatMap(({ answer }) =>
    answer.kind === 'answer' && answer.scopes !== null ? [answer.scopes] : [],
  );
  return {
    scopes: scopes[0] ?? null,
    rights: {
      repo: `${repo.owner}/${repo.name}`,
      can: told.filter(({ answer }) => isAllowed(answer)).map(({ right }) => right),
      missing: told
        .filter(({ answer }) => answer.kind === 'trouble' && answer.reason === 'no-access')
        .map(({ right }) => right),
      trouble: open?.say ?? null,
      until: open?.until ?? null,
    },
  };
};

const Installation = z.object({ permissions: z.record(z.string(), z.string()) });

const readPermissions = async (client: GitHubClient, repo: RepoName | undefined, signal: AbortSignal) => {
  if (client.appOctokit === null || repo === undefined) return null;
  const parameters = { owner: repo.owner, repo: repo.name, request: { signal } };
  const answer = await client.appOctokit
    .request('GET /repos/{owner}/{repo}/installation', parameters)
    .catch(() => null);
  return Installation.safeParse(answer?.data).data?.permissions ?? null;
};

const notRead = (repo: string): RepositoryRights => ({
  repo,
  can: [],
  missing: [],
  trouble: 'the repository is not given as owner/name',
  until: null,
});

/** Three reads per repository; hand in as many as the budget is worth. Never throws. */
export const readRights = async (
  client: GitHubClient,
  repos: readonly string[],
  signal: AbortSignal,
): Promise<Rights> => {
  const probed = await Promise.all(
    repos.map(async (text): Promise<Probed> => {
      const repo = parseRepo(text);
      return repo === null ? { rights: notRead(text), scopes: null } : probe(client, repo, signal);
    }),
  );
  const repositories = probed.map(({ rights }) => rights);
  if (client.appOctokit === null) {
    const scopes = probed.find((one) => one.scopes !== null)?.scopes ?? null;
    return {
      identity: { kind: 'token', scopes: scopes === null ? null : scopes.split(/,\s*/).filter(Boolean) },
      repositories,
    };
  }
  const readable = repositories.find(({ can }) => can.length > 0)?.repo ?? repos[0] ?? '';
  const permissions = await readPermissions(client, parseRepo(readable) ?? undefined, signal);
  return { identity: { kind: 'app', permissions }, repositories };
};
