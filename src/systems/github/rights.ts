/** What the token or App can do on given repositories, for `doctor`: tries each right with the cheapest read that needs it and names what is missing. */
import { z } from 'zod';
import type { GitHubAnswer, GitHubClient } from './create-client.ts';
import { parseRepo, type RepoName } from './repo-name.ts';

export type Right =
  | 'metadata: read'
  | 'actions: read'
  | 'contents: read'
  | 'checks: read'
  | 'statuses: read'
  | 'pull_requests: read'
  | 'actions_variables: read'
  | 'environments: read';

export interface RepositoryRights {
  readonly repo: string;
  /** What only planning a deploy needs is tried in one repository of each owner. */
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

type Probe = readonly [
  right: Right,
  route: string,
  parameters: Record<string, string | number>,
  /** What GitHub answers to who may look where there is nothing; to others it answers 403. */
  empty?: number,
];

const probes: readonly Probe[] = [
  ['metadata: read', 'GET /repos/{owner}/{repo}', {}],
  ['actions: read', 'GET /repos/{owner}/{repo}/actions/workflows', { per_page: 1 }],
  ['contents: read', 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}', { ref: 'tags/deploy/prod/' }],
];

const planningProbes: readonly Probe[] = [
  ['checks: read', 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ref: 'HEAD', per_page: 1 }, 422],
  ['statuses: read', 'GET /repos/{owner}/{repo}/commits/{ref}/status', { ref: 'HEAD', per_page: 1 }, 422],
  [
    'pull_requests: read',
    'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    { commit_sha: 'HEAD', per_page: 1 },
    422,
  ],
  ['actions_variables: read', 'GET /repos/{owner}/{repo}/actions/variables', { per_page: 1 }],
  [
    'environments: read',
    'GET /repos/{owner}/{repo}/environments/{environment_name}/variables',
    { environment_name: 'production', per_page: 1 },
    404,
  ],
];

interface Probed {
  readonly rights: RepositoryRights;
  readonly scopes: string | null;
}

/** An empty repository answers 409 to who may read it. */
const isAllowed = (answer: GitHubAnswer, empty: number | undefined): boolean =>
  answer.kind === 'answer' ||
  answer.kind === 'not-modified' ||
  answer.status === 409 ||
  answer.status === empty;

const probe = async (
  client: GitHubClient,
  repo: RepoName,
  of: readonly Probe[],
  signal: AbortSignal,
): Promise<Probed> => {
  const told = await Promise.all(
    of.map(async ([right, route, parameters, empty]) => {
      const answer = await client.ask(repo, { route, parameters, signal });
      return { right, answer, allowed: isAllowed(answer, empty) };
    }),
  );
  const refused = told.flatMap(({ right, answer, allowed }) =>
    answer.kind === 'trouble' && !allowed ? [{ right, trouble: answer }] : [],
  );
  const open = refused.map(({ trouble }) => trouble).find(({ reason }) => reason !== 'no-access');
  const scopes = told.flatMap(({ answer }) =>
    answer.kind === 'answer' && answer.scopes !== null ? [answer.scopes] : [],
  );
  return {
    scopes: scopes[0] ?? null,
    rights: {
      repo: `${repo.owner}/${repo.name}`,
      can: told.filter(({ allowed }) => allowed).map(({ right }) => right),
      missing: refused.filter(({ trouble }) => trouble.reason === 'no-access').map(({ right }) => right),
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

const join = (one: RepositoryRights, other: RepositoryRights): RepositoryRights => ({
  repo: one.repo,
  can: [...one.can, ...other.can],
  missing: [...one.missing, ...other.missing],
  trouble: one.trouble ?? other.trouble,
  until: one.until ?? other.until,
});

/** An App's installation and a fine-grained token may do the same in all repositories of one owner, so the first that can be read tells. */
const probePlanning = async (
  client: GitHubClient,
  repositories: readonly RepositoryRights[],
  signal: AbortSignal,
): Promise<readonly RepositoryRights[]> => {
  const owners = new Set<string>();
  const tried = repositories.map(async (rights) => {
    const repo = parseRepo(rights.repo);
    const owner = repo?.owner.toLowerCase();
    if (repo === null || owner === undefined || owners.has(owner) || !rights.can.includes('metadata: read'))
      return rights;
    owners.add(owner);
    return join(rights, (await probe(client, repo, planningProbes, signal)).rights);
  });
  return Promise.all(tried);
};

/** Three reads per repository and five per owner; hand in as many as the budget is worth. Never throws. */
export const readRights = async (
  client: GitHubClient,
  repos: readonly string[],
  signal: AbortSignal,
): Promise<Rights> => {
  const probed = await Promise.all(
    repos.map(async (text): Promise<Probed> => {
      const repo = parseRepo(text);
      return repo === null ? { rights: notRead(text), scopes: null } : probe(client, repo, probes, signal);
    }),
  );
  const repositories = await probePlanning(
    client,
    probed.map(({ rights }) => rights),
    signal,
  );
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
