/** The App's installations, one for each owner, kept while they live: an App that was removed and installed again is another installation, and is looked up anew. */
import type { GitHubOctokit } from './octokit.ts';
import type { RepoName } from './repo-name.ts';

export interface Installations {
  /** @throws what GitHub answers to the App's own lookup. */
  readonly open: (repo: RepoName) => Promise<GitHubOctokit>;
  /** Runs the work, and once more on what a new lookup finds where the installation turns out to be gone. */
  readonly use: <T>(repo: RepoName, work: (octokit: GitHubOctokit) => Promise<T>) => Promise<T>;
}

export interface InstallationParts {
  readonly app: GitHubOctokit;
  /** The one to use for every repository; null: looked up per owner. */
  readonly given: number | null;
  readonly openAs: (account: string, installationId: number) => GitHubOctokit;
}

const isStatus = (error: unknown, status: number): error is Error =>
  error instanceof Error && 'status' in error && error.status === status;

const toUrl = (error: Error): string => {
  const request = 'request' in error ? error.request : undefined;
  return typeof request === 'object' && request !== null && 'url' in request ? String(request.url) : '';
};

/** Its token is refused, or none is given out for it. A refused App (401 at its tokens) is another matter: a lookup would be refused too. */
const isGone = (error: unknown): boolean => {
  if (isStatus(error, 401)) return !toUrl(error).endsWith('/access_tokens');
  return isStatus(error, 404) && toUrl(error).endsWith('/access_tokens');
};

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
      if (!isStatus(error, 404)) throw error;
    }
  }
  return (await app.request('GET /users/{username}/installation', { username: owner })).data.id;
};

export const createInstallations = ({ app, given, openAs }: InstallationParts): Installations => {
  const opened = new Map<string, Promise<GitHubOctokit>>();

  const openAnew = async (repo: RepoName): Promise<GitHubOctokit> =>
    given === null
      ? openAs(`installation of ${repo.owner}`, await findInstallation(app, repo))
      : openAs(`installation ${given}`, given);

  const toKey = ({ owner }: RepoName): string => (given === null ? owner.toLowerCase() : '');

  /** Only what it was asked to: somebody else may have found the next one meanwhile. */
  const forget = (repo: RepoName, known: Promise<GitHubOctokit>): void => {
    if (opened.get(toKey(repo)) === known) opened.delete(toKey(repo));
  };

  const open = (repo: RepoName): Promise<GitHubOctokit> => {
    const known = opened.get(toKey(repo)) ?? openAnew(repo);
    opened.set(toKey(repo), known);
    // A failed lookup must not stick: the App may be installed a minute later.
    known.catch(() => forget(repo, known));
    return known;
  };

  const use: Installations['use'] = async (repo, work) => {
    const known = open(repo);
    const octokit = await known;
    try {
      return await work(octokit);
    } catch (error) {
      if (!isGone(error)) throw error;
      forget(repo, known);
      return work(await open(repo));
    }
  };
  return { open, use };
};
