import { createServer, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { afterTest, openWorld, seedClient } from './world.ts';

const repo = { owner: 'acme', name: 'heritage' };
const question = () => ({ route: 'GET /repos/{owner}/{repo}', signal: AbortSignal.timeout(15_000) });
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
    const held: (() => void)[] = [];
    let most = 0;
    const url = await listen((_request, response) => {
      held.push(() => response.setHeader('content-type', 'application/json').end('{}'));
      most = Math.max(most, held.length);
    });
    const client = open(url);
    const all = Promise.all(Array.from({ length: 80 }, () => client.ask(repo, question())));
    // Nobody is answered until as many wait as may; one too many would show as soon as the rest is let through.
    await expect.poll(() => most, { timeout: 4_000 }).toBe(20);
    const release = setInterval(() => held.splice(0).forEach((answer) => answer()), 20);
    afterTest(() => clearInterval(release));
    expect((await all).every((answer) => answer.kind === 'answer')).toBe(true);
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

describe('an App', () => {
  const openApp = async () => {
    const { front } = await openWorld();
    const auth = { kind: 'app', appId: front.appId, privateKey: front.privateKey } as const;
    const client = createGitHubClient({ auth, baseUrl: front.apiUrl, clock });
    afterTest(client.close);
    return { front, client };
  };

  it('whose installation was not found is asked for anew the next time', async () => {
    const { front, client } = await openApp();
    // Neither the repository nor its owner, be it an organisation or a person, has it yet.
    front.faults.status({ path: '*/installation', times: 3 }, 404);
    expect(await client.ask(repo, question())).toMatchObject({ kind: 'trouble', reason: 'no-access' });
    expect(await client.ask(repo, question())).toMatchObject({ kind: 'answer' });
  });

  it('that was not given the first repository asked about reads the others all the same', async () => {
    const { front, client } = await openApp();
    seedClient(front, 'hidden');
    front.setAccessible('hidden', false);
    const [hidden, heritage] = await Promise.all([
      client.ask({ owner: 'acme', name: 'hidden' }, question()),
      client.ask(repo, question()),
    ]);
    expect(hidden).toMatchObject({ kind: 'trouble', reason: 'no-access' });
    expect(heritage).toMatchObject({ kind: 'answer' });
    expect(client.budget().map(({ account }) => account)).toEqual(['app', 'installation of acme']);
  });

  it('whose installation GitHub never tells makes nobody wait longer than they said', async () => {
    const { front, client } = await openApp();
    front.faults.silence({ path: '*/installation' });
    const start = performance.now();
    const answer = await client.ask(repo, { ...question(), signal: AbortSignal.timeout(150) });
    expect(answer).toMatchObject({ kind: 'trouble', reason: 'timed-out' });
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
