import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHubFront } from '../../../sandbox/github/front.ts';
import { createOpenApi } from './open-api.ts';
import { createLively } from './support.ts';

let front: GitHubFront;
let ids: { deploy: number; ci: number; live: number };
const place = { owner: 'acuops-demo', repo: 'acuops-heritage' };

beforeEach(async () => {
  const lively = await createLively();
  front = lively.front;
  ids = lively;
  front.addRepository({ name: 'acuops-bayline' });
  front.addRepository({ name: 'acuops-norrland', accessible: false });
});
afterEach(() => front.stop());

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const asApp = (
  detail: {
    privateKey?: string;
    repositoryNames?: string[];
    permissions?: Record<string, 'read' | 'write'>;
  } = {},
) =>
  new Octokit({
    baseUrl: front.apiUrl,
    log: quiet,
    authStrategy: createAppAuth,
    auth: {
      appId: front.appId,
      privateKey: detail.privateKey ?? front.privateKey,
      installationId: front.installationId,
      ...(detail.repositoryNames ? { repositoryNames: detail.repositoryNames } : {}),
    },
  });

describe('the App', () => {
  test('its key gives an installation token that reads runs and lists what it may see', async () => {
    const octokit = asApp();
    const { data } = await octokit.actions.listWorkflowRunsForRepo(place);
    expect(data.total_count).toBe(3);
    const { data: seen } = await octokit.apps.listReposAccessibleToInstallation();
    expect(seen.repositories.map((repository) => repository.name)).toEqual([
      'acuops-heritage',
      'acuops-bayline',
    ]);
    const faults = createOpenApi().findFaults('GET', '/installation/repositories', 200, seen);
    expect(faults).toEqual([]);
    await expect(octokit.repos.get({ ...place, repo: 'acuops-norrland' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('a wrong key and an unknown installation token are refused', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    await expect(asApp({ privateKey: other }).repos.get(place)).rejects.toMatchObject({ status: 401 });
    const octokit = new Octokit({ baseUrl: front.apiUrl, auth: 'ghs_unknown', log: quiet });
    await expect(octokit.repos.get(place)).rejects.toMatchObject({ status: 401 });
  });

  test('a token narrowed to one repository does not see the other', async () => {
    const octokit = asApp({ repositoryNames: ['acuops-bayline'] });
    const auth = (await octokit.auth({ type: 'installation', repositoryNames: ['acuops-bayline'] })) as {
      token: string;
    };
    const narrowed = new Octokit({ baseUrl: front.apiUrl, auth: auth.token, log: quiet });
    expect((await narrowed.repos.get({ ...place, repo: 'acuops-bayline' })).status).toBe(200);
    await expect(narrowed.repos.get(place)).rejects.toMatchObject({ status: 404 });
  });

  test('a permission that was taken away is 403 and names what was needed', async () => {
    const octokit = asApp();
    await octokit.actions.listRepoWorkflows(place);
    front.setPermissions({ metadata: 'read', actions: 'read' });
    expect((await octokit.actions.listRepoWorkflows(place)).status).toBe(200);
    await expect(octokit.actions.reRunWorkflowFailedJobs({ ...place, run_id: ids.ci })).rejects.toMatchObject(
      {
        status: 403,
        message: expect.stringContaining('Resource not accessible by integration'),
        response: { headers: { 'x-accepted-github-permissions': 'actions=write' } },
      },
    );
    await expect(octokit.git.listMatchingRefs({ ...place, ref: 'tags/deploy/' })).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe('what passes through to the library behind', () => {
  test('contents are written and read back, with an ETag and our limits', async () => {
    const octokit = new Octokit({ baseUrl: front.apiUrl, auth: front.token, log: quiet });
    const content = Buffer.from('version: 1\n').toString('base64');
    await octokit.repos.createOrUpdateFileContents({
      ...place,
      path: 'acuops.yaml',
      message: 'add',
      content,
    });
    const { data, headers } = await octokit.repos.getContent({ ...place, path: 'acuops.yaml' });
    expect(data).toMatchObject({ type: 'file', content: expect.stringContaining(content) });
    await expect(
      octokit.repos.getContent({
        ...place,
        path: 'acuops.yaml',
        headers: { 'if-none-match': headers.etag ?? '' },
      }),
    ).rejects.toMatchObject({ status: 304 });
    expect(headers['x-ratelimit-remaining']).toBe('4998');
    const { data: ref } = await octokit.git.getRef({ ...place, ref: 'heads/main' });
    expect(ref.object.sha).toMatch(/^[0-9a-f]{40}$/u);
  });

  test('deploy tags are listed by prefix, in order', async () => {
    const octokit = new Octokit({ baseUrl: front.apiUrl, auth: front.token, log: quiet });
    const { data } = await octokit.git.listMatchingRefs({ ...place, ref: 'tags/deploy/prod/' });
    expect(data.map((ref) => ref.ref)).toEqual([
      'refs/tags/deploy/prod/20261101-190000-ROLLED-BACK',
      'refs/tags/deploy/prod/20261110-204500',
    ]);
  });

  test('a new front answers within 300 ms, and the library stays asleep until it is needed', async () => {
    const { createGitHubFront } = await import('../../../sandbox/github/front.ts');
    const started = performance.now();
    const fresh = await createGitHubFront({ owner: 'acuops-demo' });
    expect(performance.now() - started).toBeLessThan(300);
    await fresh.stop();
  });
});
