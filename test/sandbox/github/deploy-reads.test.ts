import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Committed, createCommitted } from './committed.ts';
import { createOpenApi } from './open-api.ts';
import { ask } from './support.ts';

let committed: Committed;
const read = <T>(path: string): Promise<T> => committed.read<T>(path);

beforeAll(async () => {
  committed = await createCommitted();
});
afterAll(() => committed.front.stop());

const base = '/repos/{owner}/{repo}';

describe('answers fit the OpenAPI description', () => {
  const openApi = createOpenApi();
  const cases: readonly [path: string, below: string, status?: number][] = [
    ['commits', 'commits'],
    ['commits/{ref}', 'commits/main'],
    ['commits/{ref}', 'commits/tags/deploy/prod/20261102-090500'],
    ['commits/{ref}', 'commits/nowhere', 422],
    ['compare/{basehead}', 'compare/feature/try...main'],
    ['compare/{basehead}', 'compare/main...nowhere', 404],
    ['commits/{ref}/check-runs', 'commits/main/check-runs?filter=all'],
    ['commits/{ref}/status', 'commits/main/status'],
    ['commits/{ref}/status', 'commits/feature/try/status'],
    ['git/matching-refs/{ref}', 'git/matching-refs/tags/signed'],
    ['git/ref/{ref}', 'git/ref/tags/signed'],
    ['commits/{commit_sha}/pulls', 'commits/tags/deploy/prod/20261102-090500/pulls'],
    ['contents/{path}', 'contents/acuops.yaml'],
    ['contents/{path}', 'contents/Customization'],
    ['contents/{path}', 'contents/nowhere', 404],
    ['actions/variables', 'actions/variables'],
    ['actions/organization-variables', 'actions/organization-variables'],
    ['environments/{environment_name}/variables', 'environments/staging/variables'],
  ];
  test.each(cases)('GET %s: %s', async (path, below, status = 200) => {
    const answer = await ask(committed.front, `${committed.repo}/${below}`);
    expect(answer.status).toBe(status);
    expect(openApi.findFaults('GET', `${base}/${path}`, status, answer.body)).toEqual([]);
  });
});

interface Checks {
  readonly total_count: number;
  readonly check_runs: readonly { readonly name: string; readonly conclusion: string | null }[];
}
const toPairs = (checks: Checks) => checks.check_runs.map((one) => [one.name, one.conclusion]);

describe('checks', () => {
  test('the newest of each name, unless all are asked for', async () => {
    const latest = await read<Checks>('commits/heads/main/check-runs');
    expect(latest.total_count).toBe(3);
    expect(new Map(toPairs(latest) as [string, string][])).toEqual(
      new Map([
        ['test', 'success'],
        ['lint', 'success'],
        ['scan', null],
      ]),
    );
    const all = await read<Checks>('commits/main/check-runs?filter=all&check_name=test');
    expect(toPairs(all)).toEqual([
      ['test', 'failure'],
      ['test', 'success'],
    ]);
    expect(toPairs(await read<Checks>('commits/main/check-runs?status=in_progress'))).toEqual([
      ['scan', null],
    ]);
  });

  test('come in pages, and none is an empty list', async () => {
    const path = `${committed.repo}/commits/main/check-runs?per_page=2`;
    const { headers, body } = await ask(committed.front, path);
    expect((body as Checks).check_runs).toHaveLength(2);
    expect(headers.get('link')).toContain('rel="next"');
    expect(await read(`commits/${committed.sha.first}/check-runs`)).toEqual({
      total_count: 0,
      check_runs: [],
    });
    expect(await committed.refuse('commits/nowhere/check-runs')).toEqual([
      422,
      'No commit found for SHA: nowhere',
    ]);
  });
});

interface Status {
  readonly state: string;
  readonly total_count: number;
  readonly statuses: readonly { readonly context: string; readonly state: string }[];
}

describe('statuses', () => {
  test('are the newest of each context, with one word for all', async () => {
    const { state, total_count: total, statuses } = await read<Status>('commits/HEAD/status');
    expect([state, total]).toEqual(['pending', 2]);
    expect(statuses.map((one) => [one.context, one.state])).toEqual([
      ['ci/slow', 'pending'],
      ['ci/old', 'success'],
    ]);
    const second = await read<Status>('commits/main/status?per_page=1&page=2');
    expect([second.state, second.total_count, second.statuses.length]).toEqual(['pending', 2, 1]);
  });

  test('are red where one is, and pending where none is', async () => {
    const { front, name, sha } = committed;
    expect((await read<Status>(`commits/${sha.side}/status`)).state).toBe('pending');
    front.addStatus(name, sha.side, { context: 'a', state: 'success' });
    expect((await read<Status>(`commits/${sha.side}/status`)).state).toBe('success');
    front.addStatus(name, sha.side, { context: 'b', state: 'error' });
    expect((await read<Status>(`commits/${sha.side}/status`)).state).toBe('failure');
  });
});

test('an annotated tag is an object of its own, and is found by its name as its commit', async () => {
  const { sha } = committed;
  const [ref] = await read<{ object: { sha: string; type: string } }[]>('git/matching-refs/tags/signed');
  expect(ref?.object.type).toBe('tag');
  expect(ref?.object.sha).not.toBe(sha.second);
  expect(await read('commits/signed')).toMatchObject({ sha: sha.second });
  expect(await read('compare/signed...main')).toMatchObject({ base_commit: { sha: sha.second } });
  expect(await committed.refuse(`compare/${ref?.object.sha}...main`)).toEqual([404, 'Not Found']);
});

test('a commit tells the pull request that brought it', async () => {
  const { sha } = committed;
  expect(await read(`commits/${sha.second}/pulls`)).toMatchObject([
    {
      number: 12,
      title: 'Add tier breaks',
      state: 'closed',
      merged_at: '2026-11-02T09:00:00Z',
      merge_commit_sha: sha.second,
      user: { login: 'sam-ortiz' },
    },
  ]);
  expect(await read(`commits/${sha.third}/pulls`)).toEqual([]);
});

describe('contents', () => {
  test('are as the commit had them, named by git’s own hash', async () => {
    // `printf 'a: 1\nb: 2\n' | git hash-object --stdin` and the same of the newer text.
    expect(await read(`contents/acuops.yaml?ref=${committed.sha.first}`)).toMatchObject({
      type: 'file',
      name: 'acuops.yaml',
      size: 10,
      sha: '083c5aec5d713f2f8285b135c6dc515a71bbe814',
      content: `${Buffer.from('a: 1\nb: 2\n').toString('base64')}\n`,
    });
    expect(await read('contents/acuops.yaml')).toMatchObject({
      sha: 'd5d0cf3bba27c8bb3532d2647b0289479b81b1c7',
    });
    expect(await read('contents/Customization/Main/Gr%C3%B6%C3%9Fe.cs')).toMatchObject({
      path: 'Customization/Main/Größe.cs',
      size: 17,
    });
    expect(await read('contents/Customization?ref=staging')).toMatchObject([
      { type: 'dir', path: 'Customization/Main' },
    ]);
  });

  test('that are deleted, or of no commit, are not found', async () => {
    expect(await committed.refuse('contents/old.txt')).toEqual([404, 'Not Found']);
    expect(await committed.refuse('contents/acuops.yaml?ref=nowhere')).toEqual([
      404,
      'No commit found for the ref nowhere',
    ]);
  });

  test('asked for again with their ETag are 304', async () => {
    const path = `${committed.repo}/contents/acuops.yaml`;
    const etag = (await ask(committed.front, path)).headers.get('etag') ?? '';
    expect((await ask(committed.front, path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

interface Variables {
  readonly total_count: number;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

test('variables come ten a page, thirty at most, and by environment', async () => {
  const first = await read<Variables>('actions/variables');
  expect([first.total_count, first.variables.length]).toEqual([12, 10]);
  expect(first.variables[0]).toMatchObject({ name: 'NAME_10', value: '0' });
  expect((await read<Variables>('actions/variables?per_page=100')).variables).toHaveLength(12);
  expect(await read('environments/staging/variables')).toMatchObject({
    total_count: 1,
    variables: [{ name: 'ACUMATICA_TEST_TENANT', value: 'HeritageTest' }],
  });
  expect(await read('environments/production/variables')).toEqual({ total_count: 0, variables: [] });
  expect(await read('actions/organization-variables')).toMatchObject({
    total_count: 1,
    variables: [{ name: 'ORG_WIDE', value: 'yes' }],
  });
  expect(await committed.refuse('environments/nowhere/variables')).toEqual([404, 'Not Found']);
});

test('a repository without commits of ours is left to the library behind', async () => {
  const { front } = committed;
  front.addRepository({ name: 'acuops-bare' });
  const { status, body } = await ask(front, '/repos/acuops-demo/acuops-bare/contents/README.md');
  expect([status, body]).toMatchObject([200, { name: 'README.md' }]);
});

describe('the App', () => {
  const wants: readonly [below: string, permission: string][] = [
    ['commits/main', 'contents'],
    ['compare/feature/try...main', 'contents'],
    ['contents/acuops.yaml', 'contents'],
    ['commits/main/check-runs', 'checks'],
    ['commits/main/pulls', 'pull_requests'],
    ['commits/main/status', 'statuses'],
    ['actions/variables', 'actions_variables'],
    ['actions/organization-variables', 'actions_variables'],
    ['environments/production/variables', 'environments'],
  ];
  test.each(wants)('reads %s with %s only', async (below, permission) => {
    const { front, repo } = committed;
    const auth = createAppAuth({
      appId: front.appId,
      privateKey: front.privateKey,
      installationId: front.installationId,
      request: new Octokit({ baseUrl: front.apiUrl }).request,
    });
    const { token } = await auth({ type: 'installation' });
    expect((await ask(front, `${repo}/${below}`, { token })).status).toBe(200);
    const rest = wants.map(([, one]) => one).filter((one) => one !== permission);
    front.setPermissions(Object.fromEntries(rest.map((one) => [one, 'read'])));
    const { status, headers } = await ask(front, `${repo}/${below}`, { token });
    front.setPermissions(Object.fromEntries([...rest, permission].map((one) => [one, 'read'])));
    expect([status, headers.get('x-accepted-github-permissions')]).toEqual([403, `${permission}=read`]);
  });
});
