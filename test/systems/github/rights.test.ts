import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { readRights } from '../../../src/systems/github/rights.ts';
import { afterTest, openWorld, seedClient } from './world.ts';

const reading = ['metadata: read', 'actions: read', 'contents: read'];
const planning = [
  'checks: read',
  'statuses: read',
  'pull_requests: read',
  'actions_variables: read',
  'environments: read',
];
const signal = () => AbortSignal.timeout(5_000);

it('names what a token can do and cannot, per repository', async () => {
  const { front, github } = await openWorld();
  seedClient(front, 'hidden');
  front.setAccessible('hidden', false);
  const rights = await readRights(github, ['acme/heritage', 'acme/hidden', 'nonsense'], signal());
  expect(rights).toEqual({
    identity: { kind: 'token', scopes: null },
    repositories: [
      {
        repo: 'acme/heritage',
        can: [...reading, ...planning],
        missing: [],
        trouble: null,
        until: null,
      },
      {
        repo: 'acme/hidden',
        can: [],
        missing: reading,
        trouble: null,
        until: null,
      },
      {
        repo: 'nonsense',
        can: [],
        missing: [],
        trouble: 'the repository is not given as owner/name',
        until: null,
      },
    ],
  });
});

it('names what an App was not granted', async () => {
  const { front, clock } = await openWorld();
  front.setPermissions({ metadata: 'read', actions: 'read' });
  const github = createGitHubClient({
    auth: { kind: 'app', appId: front.appId, privateKey: front.privateKey },
    baseUrl: front.apiUrl,
    clock,
  });
  afterTest(github.close);
  const rights = await readRights(github, ['acme/heritage'], signal());
  expect(rights.identity).toMatchObject({ kind: 'app', permissions: { metadata: 'read' } });
  expect(rights.repositories).toMatchObject([
    { can: ['metadata: read', 'actions: read'], missing: ['contents: read', ...planning], trouble: null },
  ]);
});

it.each(planning)(
  'names %s where only that is not granted, in one repository of each owner',
  async (right) => {
    const { front, clock } = await openWorld();
    seedClient(front, 'hidden');
    seedClient(front, 'second');
    front.setAccessible('hidden', false);
    const granted = [...reading, ...planning].filter((one) => one !== right);
    front.setPermissions(Object.fromEntries(granted.map((one) => [one.replace(': read', ''), 'read'])));
    const github = createGitHubClient({
      auth: { kind: 'app', appId: front.appId, privateKey: front.privateKey },
      baseUrl: front.apiUrl,
      clock,
    });
    afterTest(github.close);
    const { repositories } = await readRights(
      github,
      ['acme/hidden', 'acme/heritage', 'acme/second'],
      signal(),
    );
    expect(repositories).toMatchObject([
      { can: [], missing: reading },
      { can: granted, missing: [right], trouble: null },
      { can: reading, missing: [], trouble: null },
    ]);
  },
);

it('takes an empty repository, and one without that environment, for readable', async () => {
  const { front, github } = await openWorld();
  front.faults.status({ path: '*/environments/production/variables' }, 404);
  front.faults.status({ path: '*/status' }, 409);
  const { repositories } = await readRights(github, ['acme/heritage'], signal());
  expect(repositories).toMatchObject([{ can: [...reading, ...planning], missing: [], trouble: null }]);
});

it('says that a right for deploys could not be told', async () => {
  const { front, github } = await openWorld();
  front.faults.status({ path: '*/check-runs' }, 503);
  const { repositories } = await readRights(github, ['acme/heritage'], signal());
  expect(repositories).toMatchObject([
    { can: [...reading, ...planning.slice(1)], missing: [], trouble: 'GitHub answered 503' },
  ]);
});

it('says that it could not tell when GitHub is in trouble', async () => {
  const { front, github } = await openWorld();
  front.faults.status({ path: '/repos/acme/heritage/actions/workflows' }, 503);
  const { repositories } = await readRights(github, ['acme/heritage'], signal());
  expect(repositories).toMatchObject([
    { can: ['metadata: read', 'contents: read', ...planning], missing: [], trouble: 'GitHub answered 503' },
  ]);
});

it('tells the scopes of a classic token, as far as they were granted', async () => {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': 'repo, workflow' })
      .end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(() => server.close());
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const github = createGitHubClient({
    auth: { kind: 'token', token: () => 'x' },
    baseUrl,
    clock: { now: () => new Date() },
  });
  afterTest(github.close);
  expect((await readRights(github, ['acme/heritage'], signal())).identity).toEqual({
    kind: 'token',
    scopes: ['repo', 'workflow'],
  });
});
