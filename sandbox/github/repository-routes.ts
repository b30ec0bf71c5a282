/** The repository itself and its tags, which the stand-in keeps because the library behind it lists tags wrongly. Commits and contents are in `commit-routes.ts`; branches and the rest pass through to the library. */
import { findTip, hasCommits } from './commits.ts';
import { HttpRefusal, type Route, refuseNotFound } from './routes.ts';
import { toPage } from './run-filters.ts';
import { type Json, toGitRef, toNodeId, toRepository, toRepositoryUrl } from './shapes.ts';
import type { RepositoryRow } from './tables.ts';

const byName = (row: RepositoryRow): [string, string][] =>
  [...row.tags].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const toTag = (apiUrl: string, row: RepositoryRow, name: string, sha: string): Json => {
  const url = toRepositoryUrl(apiUrl, row);
  return {
    name,
    zipball_url: `${url}/zipball/refs/tags/${name}`,
    tarball_url: `${url}/tarball/refs/tags/${name}`,
    commit: { sha, url: `${url}/commits/${sha}` },
    node_id: toNodeId('Ref', `${row.id}:refs/tags/${name}`),
  };
};

/** Of an annotated tag, the object is the tag's own and not the commit. */
const toTagRef = (apiUrl: string, row: RepositoryRow, name: string, sha: string): Json => {
  const own = row.tagObjects.get(name);
  const ref = toGitRef(apiUrl, row, `refs/tags/${name}`, sha);
  if (own === undefined) return ref;
  return {
    ...ref,
    object: { sha: own, type: 'tag', url: `${toRepositoryUrl(apiUrl, row)}/git/tags/${own}` },
  };
};

export const createRepositoryRoutes = (apiUrl: string): readonly Route[] => [
  {
    method: 'GET',
    pattern: '',
    permission: ['metadata', 'read'],
    answer: ({ repository }) => ({ status: 200, body: toRepository(apiUrl, repository) }),
  },
  {
    // All of them at once, as GitHub does: this call knows no pages.
    method: 'GET',
    pattern: 'git/matching-refs/tags/:prefix*',
    permission: ['contents', 'read'],
    answer: ({ repository, params }) => {
      const tags = byName(repository).filter(([name]) => name.startsWith(params['prefix'] ?? ''));
      return {
        status: 200,
        body: tags.map(([name, sha]) => toTagRef(apiUrl, repository, name, sha)),
      };
    },
  },
  {
    method: 'GET',
    pattern: 'git/matching-refs/tags',
    permission: ['contents', 'read'],
    answer: ({ repository }) => ({
      status: 200,
      body: byName(repository).map(([name, sha]) => toTagRef(apiUrl, repository, name, sha)),
    }),
  },
  {
    method: 'GET',
    pattern: 'git/ref/tags/:tag*',
    permission: ['contents', 'read'],
    answer: ({ repository, params }) => {
      const name = params['tag'] ?? '';
      const sha = repository.tags.get(name);
      if (sha === undefined) throw refuseNotFound();
      return { status: 200, body: toTagRef(apiUrl, repository, name, sha) };
    },
  },
  {
    method: 'GET',
    pattern: 'git/ref/heads/:branch*',
    permission: ['contents', 'read'],
    isOurs: hasCommits,
    answer: ({ repository, params }) => {
      const name = params['branch'] ?? '';
      const tip = findTip(repository, name);
      if (!tip) throw refuseNotFound();
      return { status: 200, body: toGitRef(apiUrl, repository, `refs/heads/${name}`, tip.sha) };
    },
  },
  {
    method: 'GET',
    pattern: 'tags',
    permission: ['metadata', 'read'],
    answer: ({ repository, url }) => {
      const page = toPage(byName(repository).toReversed(), url);
      return {
        status: 200,
        body: page.items.map(([name, sha]) => toTag(apiUrl, repository, name, sha)),
        headers: page.headers,
      };
    },
  },
];

/** `POST git/refs` of a tag. Of anything else: undefined, and the library behind answers. */
export const createTagRef = (
  apiUrl: string,
  row: RepositoryRow,
  body: Readonly<Record<string, unknown>>,
): Json | undefined => {
  const { ref, sha } = body;
  if (typeof ref !== 'string' || !ref.startsWith('refs/tags/')) return undefined;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/u.test(sha))
    throw new HttpRefusal(422, 'The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  const name = ref.slice('refs/tags/'.length);
  if (row.tags.has(name)) throw new HttpRefusal(422, 'Reference already exists');
  row.tags.set(name, sha);
  return toGitRef(apiUrl, row, ref, sha);
};
