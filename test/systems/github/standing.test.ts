import { expect, it } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { readStanding } from '../../../src/systems/github/standing.ts';
import { afterTest, openWorld } from './world.ts';

const signal = () => AbortSignal.timeout(5_000);

it('a token that GitHub takes comes with the hour, and costs none of it', async () => {
  const { front, github, clock } = await openWorld();
  front.leaveQuota(123);
  const first = await readStanding(github, signal(), clock.now);
  expect(first).toMatchObject({
    kind: 'accepted',
    identity: 'token',
    primary: { remaining: 123, limit: 5_000 },
  });
  expect(await readStanding(github, signal(), clock.now)).toEqual(first);
});

it('tells a refused token from a GitHub in trouble', async () => {
  const { front, github, clock } = await openWorld();
  const wrong = createGitHubClient({
    auth: { kind: 'token', token: () => 'ghp_wrong' },
    baseUrl: front.apiUrl,
    clock,
  });
  afterTest(wrong.close);
  expect(await readStanding(wrong, signal(), clock.now)).toEqual({
    kind: 'refused',
    identity: 'token',
    say: 'GitHub refused the token (401)',
  });
  front.faults.status({ path: '/rate_limit' }, 502);
  expect(await readStanding(github, signal(), clock.now)).toMatchObject({
    kind: 'unknown',
    say: 'GitHub answered 502',
  });
});

it('a named installation is used without looking it up, for every owner', async () => {
  const { front, clock } = await openWorld();
  const github = createGitHubClient({
    auth: {
      kind: 'app',
      appId: front.appId,
      privateKey: front.privateKey,
      installationId: front.installationId,
    },
    baseUrl: front.apiUrl,
    clock,
  });
  afterTest(github.close);
  const ask = (owner: string) =>
    github.ask({ owner, name: 'heritage' }, { route: 'GET /repos/{owner}/{repo}', signal: signal() });
  expect((await ask('acme')).kind).toBe('answer');
  await ask('ACME');
  expect(front.calls().filter(({ path }) => path.endsWith('/installation'))).toEqual([]);
  expect(github.budget().map(({ account }) => account)).toEqual([
    'app',
    `installation ${front.installationId}`,
  ]);
});
