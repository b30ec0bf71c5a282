import { createServer, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { afterTest, openWorld } from './world.ts';

const repo = { owner: 'acme', name: 'heritage' };
const question = () => ({ route: 'GET /repos/{owner}/{repo}', signal: AbortSignal.timeout(5_000) });
const clock = { now: () => new Date() };

const listen = async (answer: Parameters<typeof createServer>[1]) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

const open = (baseUrl: string, token = () => 'first', more = {}) => {
  const client = createGitHubClient({ auth: { kind: 'token', token }, baseUrl, clock, ...more });
  afterTest(client.close);
  return client;
};

describe('a request', () => {
  it('carries the pinned version and the token as it is at that moment', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers);
      response.setHeader('content-type', 'application/json').end('{}');
    });
    let token = 'first';
    const client = open(`${url}/`, () => token);
    await client.ask(repo, question());
    token = 'second';
    await client.ask(repo, { ...question(), etag: '"abc"' });
    expect(seen).toMatchObject([
      { 'x-github-api-version': '2022-11-28', authorization: 'Bearer first' },
      { 'x-github-api-version': '2022-11-28', authorization: 'Bearer second', 'if-none-match': '"abc"' },
    ]);
    expect(seen[0]).not.toHaveProperty('if-none-match');
  });

  it('takes the token to no other host', async () => {
    const seen: (string | undefined)[] = [];
    const other = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json').end('{}');
    });
    const url = await listen((_request, response) =>
      response.writeHead(302, { location: `${other}/x` }).end(),
    );
    await open(url).ask(repo, question());
    expect(seen).toEqual([undefined]);
  });

  it('is one of twenty at once at most', async () => {
    let running = 0;
    let most = 0;
    const url = await listen((_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.setHeader('content-type', 'application/json').end('{}');
      }, 80);
    });
    const client = open(url);
    await Promise.all(Array.from({ length: 80 }, () => client.ask(repo, question())));
    expect(most).toBe(20);
  });

  it('that never ends is cut at the size limit and at the time limit', async () => {
    const url = await listen((request, response) => {
      response.setHeader('content-type', 'application/json');
      const chunk = 'x'.repeat(1_000_000);
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) continue;
      };
      if (request.url?.includes('huge')) {
        response.on('drain', pour);
        pour();
      } else response.write('{"a":');
    });
    const client = open(url, undefined, { timeoutMs: 3_000 });
    expect(await client.ask({ ...repo, name: 'huge' }, question())).toMatchObject({
      kind: 'trouble',
      reason: 'unavailable',
    });
    const quick = open(url, undefined, { timeoutMs: 150 });
    expect(await quick.ask(repo, question())).toMatchObject({ kind: 'trouble', reason: 'timed-out' });
  });
});

describe('a write', () => {
  it.each([500, 502, 429])('is sent exactly once, also when the answer is %i', async (status) => {
    const { front, github, takeCalls } = await openWorld();
    front.faults.status({ path: '*', method: 'POST' }, status);
    const octokit = await github.octokitFor(repo);
    const sent = octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      owner: 'acme',
      repo: 'heritage',
      workflow_id: 'acuops-deploy.yml',
      ref: 'main',
    });
    await expect(sent).rejects.toMatchObject({ status });
    expect(takeCalls().count).toBe(1);
  });

  it('costs five points, a read one', async () => {
    const { github } = await openWorld({ pointsPerMinute: 100 });
    const octokit = await github.octokitFor(repo);
    await octokit.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'heritage' });
    await octokit
      .request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
        owner: 'acme',
        repo: 'heritage',
        workflow_id: 'acuops-deploy.yml',
        ref: 'main',
      })
      .catch(() => undefined);
    expect(github.budget()).toMatchObject([{ pointsLeft: 94, primary: { limit: 5_000 } }]);
  });
});

it('of an App that is not installed says so and asks anew the next time', async () => {
  const { front } = await openWorld();
  front.setAccessible('heritage', false);
  const client = createGitHubClient({
    auth: { kind: 'app', appId: front.appId, privateKey: front.privateKey },
    baseUrl: front.apiUrl,
    clock,
  });
  afterTest(client.close);
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'trouble', reason: 'no-access' });
  front.setAccessible('heritage', true);
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'answer' });
});
