/** Facts of GitHub: what cannot be read is unknown and never healthy, what a webhook tells is seen at the next check, and nothing is paid for twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, workflowFiles } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk } from './open-desk.ts';

const world = createWorld({ now: new Date() });
let desk: OpenDesk<typeof world>;
beforeAll(async () => {
  desk = await openDesk({ world });
});
afterAll(() => desk.stop());

const astersPath = '/repos/acuops-demo/acuops-aster/*';
const failCi = (announce: boolean) => {
  const { github } = desk.stand;
  const id = github.addRun('acuops-aster', {
    file: workflowFiles.ci,
    event: 'push',
    branch: 'main',
    status: 'in_progress',
    createdAt: desk.now(),
    announce,
    jobs: [{ name: 'test', conclusion: null }],
  });
  if (!announce) github.webhooks.lose(10);
  github.updateRun('acuops-aster', id, {
    status: 'completed',
    conclusion: 'failure',
    updatedAt: desk.now(),
    jobs: [{ name: 'test', conclusion: 'failure' }],
  });
  if (!announce) github.webhooks.lose(0);
};

type Faults = typeof desk.stand.github.faults;
const faults: readonly (readonly [string, (lay: Faults) => void, RegExp])[] = [
  ['503', (lay) => lay.status({ path: astersPath }, 503), /unknown, GitHub answered 503/u],
  ['500', (lay) => lay.status({ path: astersPath }, 500), /unknown, GitHub answered 500/u],
  [
    '404',
    (lay) => lay.status({ path: astersPath }, 404),
    /unknown, repository not found or the token has no access/u,
  ],
  ['403', (lay) => lay.status({ path: astersPath }, 403), /unknown, /u],
  ['a secondary limit', (lay) => lay.secondaryLimit({ path: astersPath }, 90), /unknown, .*limit/u],
  ['429', (lay) => lay.secondaryLimit({ path: astersPath }, 90, 429), /unknown, .*limit/u],
  ['broken JSON', (lay) => lay.malformedJson({ path: astersPath }), /unknown, /u],
];

describe('a fault of GitHub', () => {
  it.each(faults)('%s is unknown, never healthy, and says what to do', async (_name, lay, said) => {
    lay(desk.stand.github.faults);
    try {
      const { exit, body } = await desk.json(['health', 'aster', '--fresh']);
      expect({ exit, state: body.data.clients[0]?.state }).toEqual({ exit: 4, state: 'unknown' });
      const { out } = await desk.terminal(['health', 'aster', '--fresh']);
      expect(out).toMatch(said);
      expect(out).toContain('→');
      expect(out).toContain('Aster Medical Supply could not be fully checked');
      expect(out).not.toContain('✅ CI');
    } finally {
      desk.stand.github.faults.clear();
      desk.pass(91_000);
    }
  });
});

describe("GitHub's limit", () => {
  it('is in the help of --fresh, which promises no more than it keeps', async () => {
    const { out } = await desk.terminal(['help', 'health']);
    expect(out).toMatch(/--fresh: .*where GitHub's limit forbids it, the card says so/u);
  });

  it('is named with its end where older facts stand in, which are never called fresh', async () => {
    await desk.terminal(['health', 'bayline', '--fresh']);
    const path = '/repos/acuops-demo/acuops-bayline/*';
    desk.stand.github.faults.secondaryLimit({ path }, 90);
    try {
      const { body } = await desk.json(['health', 'bayline', '--fresh']);
      const old = body.data.clients[0]?.observations.filter(({ limitedUntil }) => limitedUntil !== undefined);
      expect(old?.map(({ criterion }) => criterion)).toEqual(['workflow', 'last-deploy', 'ci']);
      expect(body.data.githubTrouble).toMatchObject({ kind: 'limited', hides: '', clients: 0 });
      expect(body.data.githubTrouble?.until).toMatch(/:00\.000Z$/u);
      const { out } = await desk.terminal(['health', 'bayline', '--fresh']);
      expect(out).toMatch(
        /GitHub's limit is reached until .*: Workflow, Last deploy and CI are as of \d.*\n→ check again after that/u,
      );
      expect(out).not.toMatch(/fresh|UTC/u);
      // Young enough to be used without asking: nobody was refused.
      expect((await desk.json(['health', 'bayline'])).body.data.githubTrouble).toBeNull();
    } finally {
      desk.stand.github.faults.clear();
      desk.pass(91_000);
    }
    const { out } = await desk.terminal(['health', 'bayline', '--fresh']);
    expect(out).toContain('all facts fresh');
  });
});

describe('GitHub away for everybody', () => {
  it('is one line for all, tells what is no longer known, and that it is known again', async () => {
    await desk.ask('health --fresh');
    desk.stand.github.faults.status({ path: '*' }, 502);
    const away = await desk.ask('health --fresh');
    desk.stand.github.faults.clear();
    expect(away.split('\n').slice(0, 4)).toEqual([
      expect.stringMatching(
        /^❌ 1 of 7 needs you: Heritage Fabrics P1, .*; 7 not fully checked, 3 of them failing before: GitHub answered 502$/u,
      ),
      '🔗 GitHub answered 502: Workflow, Last deploy and CI of 7 of 7 clients unknown; the API of 6 of them was checked',
      '→ check again in some minutes; if it stays, look at githubstatus.com',
      // Norrland's repository is out of sight at all times.
      'No longer known: Workflow, Last deploy, CI of 6 clients',
    ]);
    expect(away.match(/GitHub answered 502/gu)).toHaveLength(2);
    expect(away).toContain('unknown: Workflow, Last deploy, CI of 7 clients · the other facts fresh');
    for (const { name } of desk.stand.world.clients) expect(away).toContain(name);
    expect(await desk.ask('health --fresh')).toContain('Known again: Workflow, Last deploy, CI of 6 clients');
  });
});

describe('what changed at GitHub', () => {
  it('is seen by the next check after its webhook, although the facts are young', async () => {
    expect((await desk.json(['health', 'aster'])).exit).toBe(0);
    failCi(true);
    await desk.stand.github.webhooks.settled();
    expect(desk.stand.github.webhooks.deliveries().at(-1)?.status).toBe(202);
    const { out } = await desk.terminal(['health', 'aster']);
    expect(out).toContain('CI failed once (ci.yml)');
  });

  it('is not seen for five minutes where the webhook was lost; the card says how old its facts are', async () => {
    await desk.terminal(['health', 'aster', '--fresh']);
    failCi(false);
    desk.pass(4 * 60_000);
    desk.stand.github.resetCounts();
    const young = await desk.terminal(['health', 'aster']);
    expect(young.out).toContain('CI failed once');
    expect(young.out).toContain('oldest fact was 4 min old');
    expect(desk.stand.github.calls()).toEqual([]);
    desk.pass(2 * 60_000);
    expect((await desk.terminal(['health', 'aster'])).out).toContain('CI failed 2 times in a row');
  });

  it('late, doubled and forged deliveries change nothing', async () => {
    const { github } = desk.stand;
    await desk.terminal(['health', 'aster', '--fresh']);
    const [first] = github.webhooks.deliveries();
    await github.webhooks.redeliver(first?.guid ?? '');
    await github.webhooks.redeliver(first?.guid ?? '');
    const forged = await fetch(`${desk.desk().url}/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'workflow_run',
        'x-github-delivery': 'e0a6f1d2-0000-4000-8000-000000000000',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      },
      body: first?.body ?? '',
    });
    expect(forged.status).toBe(401);
    github.resetCounts();
    await desk.terminal(['health', 'aster']);
    expect(github.calls()).toEqual([]);
  });
});
