/** Two workers and one GitHub account: what they ask together stays below GitHub's limit of a minute, because the points are taken from one ledger in Postgres. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGitHubFront, type GitHubFront } from '../../sandbox/github/front.ts';
import { type Database, openDatabase, toDb } from '../../src/store/database.ts';
import { changeLedger } from '../../src/store/github-store.ts';
import { createGitHubClient, type GitHubClient } from '../../src/systems/github/create-client.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { openSmallDesk } from './open-desk.ts';

const clock = { now: () => new Date() };
let own: DeskDatabase;
let front: GitHubFront;
const databases: Database[] = [];
const clients: GitHubClient[] = [];

/** As `app-systems.ts` joins them. */
const openWorker = (): GitHubClient => {
  const database = openDatabase({ url: own.url, max: 8, log: () => undefined });
  const client = createGitHubClient({
    auth: { kind: 'token', token: () => front.token },
    baseUrl: front.apiUrl,
    clock,
    maxWaitMs: 500,
    ledgers: {
      change: (account, change) => database.untied((tx) => changeLedger(toDb(tx), account, change)),
    },
  });
  databases.push(database);
  clients.push(client);
  return client;
};

beforeAll(async () => {
  own = await createDeskDatabase();
  front = await createGitHubFront({ owner: 'acme' });
  front.addRepository({ name: 'heritage' });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  for (const database of databases) await database.close();
  await front.stop();
  await own.drop();
});

const ask = (client: GitHubClient) =>
  client.ask(
    { owner: 'acme', name: 'heritage' },
    { route: 'GET /repos/{owner}/{repo}/actions/workflows', signal: AbortSignal.timeout(15_000) },
  );

it('never ask for more than the account has, and use nearly all of it', async () => {
  const workers = [openWorker(), openWorker()];
  const answers = await Promise.all(
    workers.flatMap((worker) => Array.from({ length: 700 }, () => ask(worker))),
  );
  const statuses = new Set(front.calls().map(({ status }) => status));
  expect([...statuses]).toEqual([200]);
  // A worker may hold the last block while the other has none left.
  expect(front.calls().length).toBeGreaterThan(790);
  expect(front.calls().length).toBeLessThanOrEqual(850);
  const refused = answers.filter((answer) => answer.kind === 'trouble');
  expect(refused.every(({ reason }) => reason === 'rate-limited')).toBe(true);
  // A worker that comes now finds nothing.
  expect(await ask(openWorker())).toMatchObject({ kind: 'trouble', reason: 'rate-limited' });
});

it('is where a desk takes its points from, a block for many calls', async () => {
  const desk = await openSmallDesk();
  try {
    await desk.ask('health --fresh');
    const [row, ...more] = await desk.database.db.selectFrom('github_budgets').selectAll().execute();
    expect([row?.account, more]).toEqual(['token', []]);
    expect(desk.stand.github.calls().length).toBeGreaterThan(10);
    expect(row?.version).toBeLessThanOrEqual(2);
  } finally {
    await desk.stop();
  }
});
