import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Committed, createCommitted } from './committed.ts';
import { ask, at } from './support.ts';

let committed: Committed;
let sha: Committed['sha'];
const read = <T>(path: string): Promise<T> => committed.read<T>(path);
const refuse = (path: string): Promise<[number, string]> => committed.refuse(path);

beforeAll(async () => {
  committed = await createCommitted();
  ({ sha } = committed);
});
afterAll(() => committed.front.stop());

interface Compared {
  readonly status: string;
  readonly ahead_by: number;
  readonly behind_by: number;
  readonly total_commits: number;
  readonly merge_base_commit: { readonly sha: string };
  readonly base_commit: { readonly sha: string };
  readonly commits: readonly { readonly sha: string }[];
  readonly files: readonly { readonly filename: string; readonly status: string }[];
}

describe('a commit', () => {
  const refs: readonly [ref: string, which: keyof typeof sha][] = [
    ['main', 'third'],
    ['heads/main', 'third'],
    ['staging', 'third'],
    ['heads%2Ffeature%2Ftry', 'side'],
    ['deploy/prod/20261102-090500', 'second'],
    ['tags%2Fdeploy%2Fprod%2F20261102-090500', 'second'],
    [`beef${'1'.repeat(36)}`, 'side'],
    ['beef111', 'side'],
    ['beef0000', 'third'],
  ];
  test.each(refs)('is found by %s', async (ref, which) => {
    expect(await read(`commits/${ref}`)).toMatchObject({ sha: sha[which] });
  });

  test.each(['nowhere', 'beef00', 'beef000', 'tags/v9', 'tags/main', 'heads/v9', 'f'.repeat(40)])(
    'is not found by %s',
    async (ref) => {
      expect(await refuse(`commits/${ref}`)).toEqual([422, `No commit found for SHA: ${ref}`]);
    },
  );

  test('tells what it changed, who signed it, and its parent', async () => {
    expect(await read(`commits/${sha.second}`)).toMatchObject({
      commit: {
        message: 'Add tier breaks (#12)\n\nThree tiers.',
        verification: { verified: true, reason: 'valid' },
      },
      author: { login: 'sam-ortiz' },
      parents: [{ sha: sha.first }],
      stats: { additions: 2, deletions: 2, total: 4 },
      files: [
        { filename: 'acuops.yaml', status: 'modified', additions: 2, deletions: 1, changes: 3 },
        { filename: 'old.txt', status: 'removed', additions: 0, deletions: 1 },
      ],
    });
    expect(await read(`commits/${sha.third}`)).toMatchObject({
      commit: { verification: { verified: false, reason: 'unsigned' } },
    });
  });

  test('is what a run and a tag without their own sha stand on', async () => {
    const { front, name, repo } = committed;
    front.addWorkflow(name, { file: 'ci.yml', name: 'CI' });
    const id = front.addRun(name, {
      file: 'ci.yml',
      event: 'push',
      createdAt: at('2026-11-03T09:01'),
      jobs: [],
    });
    expect(await read(`actions/runs/${id}`)).toMatchObject({ head_sha: sha.third });
    const path = `${repo}/actions/workflows/ci.yml/dispatches`;
    const body = { ref: 'feature/try', return_run_details: true };
    const { workflow_run_id: run } = (await ask(front, path, { method: 'POST', body })).body as {
      workflow_run_id: number;
    };
    expect(await read(`actions/runs/${run}`)).toMatchObject({ head_sha: sha.side });
    expect(await read('git/ref/heads/main')).toMatchObject({ object: { sha: sha.third } });
  });
});

test('a list of commits goes back from a ref, by path and author too', async () => {
  const list = async (query: string) =>
    (await read<{ sha: string }[]>(`commits${query}`)).map((commit) => commit.sha);
  expect(await list('')).toEqual([sha.third, sha.second, sha.first]);
  expect(await list('?sha=feature/try')).toEqual([sha.side, sha.first]);
  expect(await list('?path=Customization')).toEqual([sha.third, sha.first]);
  expect(await list('?path=acuops.yaml&author=sam-ortiz')).toEqual([sha.second]);
  expect(await list('?per_page=1&page=2')).toEqual([sha.second]);
  expect(await refuse('commits?sha=nowhere')).toEqual([404, 'Not Found']);
});

describe('a comparison', () => {
  const cases: readonly [
    basehead: string,
    status: string,
    ahead: number,
    behind: number,
    from: keyof Committed['sha'],
  ][] = [
    ['main...heads/main', 'identical', 0, 0, 'third'],
    ['tags/deploy/prod/20261102-090500...main', 'ahead', 1, 0, 'second'],
    ['main...deploy%2Fprod%2F20261102-090500', 'behind', 0, 1, 'second'],
    ['feature/try...main', 'diverged', 2, 1, 'first'],
  ];
  test.each(cases)('%s is %s', async (basehead, status, ahead, behind, from) => {
    const said = await read<Compared>(`compare/${basehead}`);
    expect(said).toMatchObject({ status, ahead_by: ahead, behind_by: behind, total_commits: ahead });
    expect(said.commits).toHaveLength(ahead);
    expect(said.merge_base_commit.sha).toBe(sha[from]);
  });

  test('goes from the common commit, oldest first', async () => {
    const said = await read<Compared>('compare/feature%2Ftry...main');
    expect(said.base_commit.sha).toBe(sha.side);
    expect(said.merge_base_commit.sha).toBe(sha.first);
    expect(said.commits.map((one) => one.sha)).toEqual([sha.second, sha.third]);
    expect(said.files.map((file) => [file.filename, file.status])).toEqual([
      ['Customization/Main/Größe.cs', 'added'],
      ['acuops.yaml', 'modified'],
      ['old.txt', 'removed'],
    ]);
    const second = await read<Compared>('compare/feature%2Ftry...main?per_page=1&page=2');
    expect([second.commits.map((one) => one.sha), second.files]).toEqual([[sha.third], []]);
  });

  test('of what is unknown, or has nothing in common, is 404', async () => {
    expect(await refuse('compare/main...nowhere')).toEqual([404, 'Not Found']);
    expect(await refuse(`compare/${'f'.repeat(40)}...main`)).toEqual([404, 'Not Found']);
    expect(await refuse('compare/main')).toEqual([404, 'Not Found']);
    expect(await refuse('compare/main...pages')).toEqual([404, 'No common ancestor between main and pages.']);
  });

  test('shows the newest 250 commits and 300 files', async () => {
    const { front } = committed;
    front.addRepository({ name: 'acuops-long' });
    const start = at('2026-01-01T00:00').getTime();
    const made = Array.from({ length: 310 }, (_, index) =>
      front.addCommit('acuops-long', {
        title: `Step ${index}`,
        author: 'dana-lee',
        at: new Date(start + index * 60_000),
        files: { [`file-${index}`]: '' },
      }),
    );
    const answer = await ask(front, `/repos/acuops-demo/acuops-long/compare/${made[0]}...main`);
    const said = answer.body as Compared;
    expect([said.total_commits, said.files.length]).toEqual([309, 300]);
    expect(said.commits.map((one) => one.sha)).toEqual(made.slice(-250));
  });
});
