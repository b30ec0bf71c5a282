/** An App that is removed and installed again has another installation: the desk must find it without a restart. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { afterTest } from './world.ts';

const repo = { owner: 'acme', name: 'heritage' };
const question = () => ({ route: 'GET /repos/{owner}/{repo}', signal: AbortSignal.timeout(15_000) });
const minuteMs = 60_000;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

afterEach(() => void vi.useRealTimers());

/** A GitHub that knows one installation at a time; the tokens of another are dead, and none is given out for it. */
const openGitHub = async () => {
  let installed: number | null = 1;
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    calls.push(url);
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.endsWith('/installation'))
      return installed === null ? send(404, { message: 'Not Found' }) : send(200, { id: installed });
    const asked = /installations\/(\d+)\/access_tokens$/u.exec(url)?.[1];
    if (asked !== undefined) {
      if (Number(asked) !== installed) return send(404, { message: 'Not Found' });
      return send(201, {
        token: `ghs_of_${installed}`,
        expires_at: new Date(Date.now() + 60 * minuteMs).toISOString(),
        permissions: {},
        repository_selection: 'all',
      });
    }
    const isAlive = request.headers.authorization === `token ghs_of_${installed}`;
    return isAlive ? send(200, {}) : send(401, { message: 'Bad credentials' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const open = (installationId: number | null = null) => {
    const client = createGitHubClient({
      auth: { kind: 'app', appId: 1, privateKey: key, installationId },
      baseUrl: `http://127.0.0.1:${port}`,
      clock: { now: () => new Date() },
    });
    afterTest(client.close);
    return client;
  };
  return {
    open,
    install: (id: number | null) => void (installed = id),
    takeCalls: () => calls.splice(0),
  };
};

/** Only the time of day: Octokit asks a token that it got a moment ago again and again, and keeps one for an hour. */
const pass = (minutes: number): void => {
  const later = Date.now() + minutes * minuteMs;
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(later);
};

it.each([
  ['whose token died with it', 10],
  ['whose token had run out', 70],
])('finds the new installation in place of one %s, once for all who asked', async (_, minutes) => {
  const github = await openGitHub();
  const client = github.open();
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'answer' });
  github.install(2);
  pass(minutes);
  github.takeCalls();
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.ask(repo, question())));
  expect(answers.map(({ kind }) => kind)).toEqual(Array(8).fill('answer'));
  const calls = github.takeCalls();
  expect(calls.filter((url) => url.endsWith('/installation'))).toHaveLength(1);
  expect(calls.filter((url) => url.endsWith('/installations/2/access_tokens'))).toHaveLength(1);
  // The same account for whoever reads the budget, not a second one.
  expect(client.budget().map(({ account }) => account)).toEqual(['app', 'installation of acme']);
});

it('is looked up once and no more for each call, where the App is gone for good', async () => {
  const github = await openGitHub();
  const client = github.open();
  await client.ask(repo, question());
  github.install(null);
  pass(10);
  github.takeCalls();
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'trouble', reason: 'no-access' });
  expect(github.takeCalls()).toEqual([
    '/repos/acme/heritage',
    '/repos/acme/heritage/installation',
    '/orgs/acme/installation',
    '/users/acme/installation',
  ]);
});

it('that is given by configuration is tried once more and not looked for', async () => {
  const github = await openGitHub();
  const client = github.open(1);
  await client.ask(repo, question());
  github.install(2);
  pass(10);
  github.takeCalls();
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'trouble', reason: 'no-access' });
  expect(github.takeCalls()).toEqual(['/repos/acme/heritage', '/app/installations/1/access_tokens']);
  github.install(1);
  expect(await client.ask(repo, question())).toMatchObject({ kind: 'answer' });
});
