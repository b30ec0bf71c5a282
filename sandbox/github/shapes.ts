/** Users, repositories and references as GitHub writes them in JSON. Complete enough for GitHub's own OpenAPI description; no state here. */
import { type RepositoryRow, toSha } from './tables.ts';

export type Json = Readonly<Record<string, unknown>>;

export const toTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const toNodeId = (kind: string, id: number | string): string =>
  Buffer.from(`${kind}:${id}`).toString('base64url');
export const toUserId = (login: string): number => Number.parseInt(toSha(login).slice(0, 7), 16) + 1;

export const toUser = (
  apiUrl: string,
  login: string,
  type: 'User' | 'Organization' | 'Bot' = 'User',
): Json => {
  const url = `${apiUrl}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: toUserId(login),
    node_id: toNodeId(type, toUserId(login)),
    avatar_url: `https://avatars.githubusercontent.com/u/${toUserId(login)}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
    user_view_type: 'public',
  };
};

export const toOrganization = (apiUrl: string, login: string): Json => {
  const url = `${apiUrl}/orgs/${login}`;
  return {
    login,
    id: toUserId(login),
    node_id: toNodeId('Organization', toUserId(login)),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${toUserId(login)}?v=4`,
    description: null,
  };
};

/** Property name and what follows the repository's address. */
const repositoryLinks: readonly (readonly [string, string])[] = [
  ['forks_url', '/forks'],
  ['keys_url', '/keys{/key_id}'],
  ['collaborators_url', '/collaborators{/collaborator}'],
  ['teams_url', '/teams'],
  ['hooks_url', '/hooks'],
  ['issue_events_url', '/issues/events{/number}'],
  ['events_url', '/events'],
  ['assignees_url', '/assignees{/user}'],
  ['branches_url', '/branches{/branch}'],
  ['tags_url', '/tags'],
  ['blobs_url', '/git/blobs{/sha}'],
  ['git_tags_url', '/git/tags{/sha}'],
  ['git_refs_url', '/git/refs{/sha}'],
  ['trees_url', '/git/trees{/sha}'],
  ['statuses_url', '/statuses/{sha}'],
  ['languages_url', '/languages'],
  ['stargazers_url', '/stargazers'],
  ['contributors_url', '/contributors'],
  ['subscribers_url', '/subscribers'],
  ['subscription_url', '/subscription'],
  ['commits_url', '/commits{/sha}'],
  ['git_commits_url', '/git/commits{/sha}'],
  ['comments_url', '/comments{/number}'],
  ['issue_comment_url', '/issues/comments{/number}'],
  ['contents_url', '/contents/{+path}'],
  ['compare_url', '/compare/{base}...{head}'],
  ['merges_url', '/merges'],
  ['archive_url', '/{archive_format}{/ref}'],
  ['downloads_url', '/downloads'],
  ['issues_url', '/issues{/number}'],
  ['pulls_url', '/pulls{/number}'],
  ['milestones_url', '/milestones{/number}'],
  ['notifications_url', '/notifications{?since,all,participating}'],
  ['labels_url', '/labels{/name}'],
  ['releases_url', '/releases{/id}'],
  ['deployments_url', '/deployments'],
];

/** A run's list shows its repository twice per run, so the picture of one repository is kept. */
const pictures = new WeakMap<RepositoryRow, Json>();

export const toRepositoryUrl = (apiUrl: string, row: RepositoryRow): string =>
  `${apiUrl}/repos/${row.owner}/${row.name}`;

export const toMinimalRepository = (apiUrl: string, row: RepositoryRow): Json => {
  const kept = pictures.get(row);
  if (kept) return kept;
  const url = toRepositoryUrl(apiUrl, row);
  const picture: Json = {
    id: row.id,
    node_id: toNodeId('Repository', row.id),
    name: row.name,
    full_name: `${row.owner}/${row.name}`,
    private: row.private,
    owner: toUser(apiUrl, row.owner, 'Organization'),
    html_url: `https://github.com/${row.owner}/${row.name}`,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(repositoryLinks.map(([name, path]) => [name, `${url}${path}`])),
  };
  pictures.set(row, picture);
  return picture;
};

export const toRepository = (apiUrl: string, row: RepositoryRow): Json => {
  const address = `github.com/${row.owner}/${row.name}`;
  return {
    ...toMinimalRepository(apiUrl, row),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.createdAt),
    pushed_at: toTime(row.createdAt),
    git_url: `git://${address}.git`,
    ssh_url: `git@github.com:${row.owner}/${row.name}.git`,
    clone_url: `https://${address}.git`,
    svn_url: `https://${address}`,
    mirror_url: null,
    homepage: null,
    size: 128,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: row.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: 'main',
    temp_clone_token: '',
    subscribers_count: 0,
    network_count: 0,
  };
};

export const toGitRef = (apiUrl: string, row: RepositoryRow, ref: string, sha: string): Json => {
  const url = toRepositoryUrl(apiUrl, row);
  return {
    ref,
    node_id: toNodeId('Ref', `${row.id}:${ref}`),
    url: `${url}/git/${ref}`,
    object: { sha, type: 'commit', url: `${url}/git/commits/${sha}` },
  };
};
