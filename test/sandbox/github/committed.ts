/** A stand-in with one repository whose commits, checks and variables are seeded, and plain requests to it. */
import { expect } from 'vitest';
import { createGitHubFront, type GitHubFront } from '../../../sandbox/github/front.ts';
import { ask, at, createClock } from './support.ts';

export interface Committed {
  readonly front: GitHubFront;
  readonly name: string;
  readonly repo: string;
  /** first, second and third are on main; side left it after first; far has nothing in common with them. */
  readonly sha: Readonly<Record<'first' | 'second' | 'third' | 'side' | 'far', string>>;
  /** Below the repository. Insists on 200. */
  read<T>(path: string): Promise<T>;
  /** Status and message. */
  refuse(path: string): Promise<[number, string]>;
}

const name = 'acuops-heritage';
const repo = `/repos/acuops-demo/${name}`;

const addCommits = (front: GitHubFront): Committed['sha'] => {
  const author = 'dana-lee';
  const first = front.addCommit(name, {
    title: 'Start',
    author,
    at: at('2026-11-01T09:00'),
    files: {
      'acuops.yaml': 'a: 1\nb: 2\n',
      'Customization/Main/Price.cs': 'class Price {}\n',
      'old.txt': 'x\n',
    },
  });
  const second = front.addCommit(name, {
    title: 'Add tier breaks (#12)',
    body: 'Three tiers.',
    author: 'sam-ortiz',
    at: at('2026-11-02T09:00'),
    files: { 'acuops.yaml': 'a: 1\nb: 3\nc: 4\n', 'old.txt': null },
    isVerified: true,
    pull: { number: 12, title: 'Add tier breaks' },
  });
  const third = front.addCommit(name, {
    sha: `beef${'0'.repeat(36)}`,
    title: 'Round prices',
    author,
    at: at('2026-11-03T09:00'),
    files: { 'Customization/Main/Größe.cs': 'class Größe {}\n' },
  });
  const side = front.addCommit(name, {
    sha: `beef${'1'.repeat(36)}`,
    title: 'Try',
    author,
    at: at('2026-11-02T10:00'),
    parents: [first],
    branch: 'feature/try',
  });
  const far = front.addCommit(name, {
    sha: `beef000${'2'.repeat(33)}`,
    title: 'Pages',
    author,
    at: at('2026-11-02T11:00'),
    parents: [],
    branch: 'pages',
  });
  return { first, second, third, side, far };
};

export const createCommitted = async (): Promise<Committed> => {
  const front = await createGitHubFront({ owner: 'acuops-demo', clock: createClock() });
  front.addRepository({ name, branches: ['staging'] });
  const sha = addCommits(front);
  front.addTag(name, 'deploy/prod/20261102-090500', sha.second);
  front.addTag(name, 'v9', 'f'.repeat(40));
  const check = { name: 'test', conclusion: 'failure', at: at('2026-11-03T09:05') };
  front.addCheck(name, sha.third, check);
  front.addCheck(name, sha.third, { ...check, conclusion: 'success', at: at('2026-11-03T09:20') });
  front.addCheck(name, sha.third, { name: 'lint', conclusion: 'success' });
  front.addCheck(name, sha.third, { name: 'scan', conclusion: null });
  const status = { context: 'ci/old', at: at('2026-11-03T09:05') };
  front.addStatus(name, sha.third, { ...status, state: 'error' });
  front.addStatus(name, sha.third, { ...status, state: 'success', at: at('2026-11-03T09:20') });
  front.addStatus(name, sha.third, { context: 'ci/slow', state: 'pending' });
  front.addTag(name, 'signed', sha.second, { annotated: true });
  front.setOrganizationVariable(name, 'org_wide', 'yes');
  for (let index = 0; index < 12; index += 1) front.setVariable(name, `name_${index + 10}`, String(index));
  front.setVariable(name, 'ACUMATICA_TEST_TENANT', 'HeritageTest', 'Staging');
  return {
    front,
    name,
    repo,
    sha,
    read: async <T>(path: string) => {
      const answer = await ask(front, `${repo}/${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      return answer.body as T;
    },
    refuse: async (path) => {
      const { status, body } = await ask(front, `${repo}/${path}`);
      return [status, (body as { message: string }).message];
    },
  };
};
