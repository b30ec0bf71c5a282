/** No account is locked and no publish is disturbed: refused credentials are held back, tenants take turns, and nobody signs in where somebody deploys. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, workflowFiles } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openDesk } from './open-desk.ts';

const world = createWorld({ now: new Date() });
let desk: OpenDesk<typeof world>;
beforeAll(async () => {
  desk = await openDesk({ world });
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const signIns = (prefix: string) =>
  desk.stand.acumatica.calls(prefix).filter(({ path }) => path === '/entity/auth/login');
const tries = () => desk.stand.acumatica.tries('heritage', 'acuops-heritage');

describe('a refused credential', () => {
  it('is tried once over three checks, and stays a failure that says what to do', async () => {
    for (const line of ['health heritage', 'health', 'health heritage --fresh']) {
      const card = await desk.ask(line);
      expect(card).toContain('sign-in refused');
      expect(card).toContain('ask the client for a new API password');
    }
    expect(tries()).toBe(1);
    expect(signIns('heritage')).toHaveLength(1);
    expect(desk.newest().text).toMatch(/^Heritage Fabrics needs you: P1, sign-in refused since \d\d:\d\d/u);
  });

  it('is tried exactly once more after somebody confirmed it', async () => {
    expect(await desk.say('retry-sign-in heritage', 'onCall')).toContain('may be tried once more');
    expect(tries()).toBe(1);
    await desk.ask('health heritage');
    await desk.ask('health heritage');
    expect(tries()).toBe(2);
    expect(await desk.say('retry-sign-in aster', 'onCall')).toContain('No refused credential');
  });

  it('is tried at once when its secret file changed, also to another wrong one', async () => {
    writeFileSync(join(desk.stand.secretsDir, 'ACU_HERITAGE_PASSWORD'), 'heritage-api-2026-summer\n');
    await desk.ask('health heritage');
    expect(tries()).toBe(3);
    await desk.ask('health heritage');
    expect(tries()).toBe(3);
    world.story.heritagePasswordRotated({ secretsDir: desk.stand.secretsDir });
    const card = await desk.ask('health heritage');
    expect(card).toContain('Heritage Fabrics is healthy');
    expect(card).toContain('Recovered: Heritage Fabrics (was: sign-in refused)');
    expect(tries()).toBe(0);
  });

  it('is named nowhere: neither password stands in a log, a card, the audit or a job', async () => {
    const rows = JSON.stringify(await desk.readAuditRows());
    const seen = [desk.log.join('\n'), rows, JSON.stringify(desk.stand.slack.calls())].join('\n');
    for (const secret of ['2026-spring', '2026-summer', '2026-autumn', 'aster-api-2026'])
      expect(seen).not.toContain(secret);
    expect(seen).toContain('heritage');
  });
});

describe('one instance, two tenants', () => {
  it('lets them sign in one after the other, however slow it is', async () => {
    const { acumatica } = desk.stand;
    acumatica.forgetCalls();
    acumatica.setBehaviour('tradecloud', { kind: 'slow', ms: 250 });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, acumatica.sessions('tradecloud').length);
    }, 5);
    // Three checks at once, each of which wants in.
    await Promise.all([desk.say('health aster'), desk.say('health kestrel'), desk.say('health standard')]);
    await desk.quiet();
    clearInterval(watch);
    acumatica.setBehaviour('tradecloud', { kind: 'ok' });
    expect(most).toBe(1);
    expect(signIns('tradecloud').filter(({ status }) => status === 204)).toHaveLength(4);
    expect(new Set(signIns('tradecloud').map(({ tenant }) => tenant))).toEqual(new Set(['Kestrel', 'Aster']));
    expect(acumatica.sessions('tradecloud')).toEqual([]);
  });
});

describe('while a run deploys', () => {
  const begin = (repo: string, branch = 'main') =>
    desk.stand.github.addRun(repo, {
      file: workflowFiles.deploy,
      event: 'push',
      branch,
      status: 'in_progress',
      createdAt: desk.now(),
      actor: 'mei-tan',
      announce: true,
      jobs: [{ name: 'deploy', conclusion: null, status: 'in_progress' }],
    });
  const end = (repo: string, run: number) =>
    desk.stand.github.updateRun(repo, run, {
      status: 'completed',
      conclusion: 'success',
      updatedAt: desk.now(),
      jobs: [{ name: 'deploy', conclusion: 'success', completedAt: desk.now() }],
    });

  it('nobody signs in there, the neighbours on the instance neither, and the card says since when', async () => {
    const { github, acumatica } = desk.stand;
    const run = begin('acuops-aster');
    await github.webhooks.settled();
    acumatica.forgetCalls();
    const own = await desk.ask('health aster');
    expect(own).toMatch(/API: unknown, not asked: publishing since 20\d\d-/u);
    expect(own).toContain('wait for the deploy to finish');
    const neighbour = await desk.ask('health kestrel');
    expect(neighbour).toContain('not asked: publishing since');
    expect(neighbour).not.toContain('Aster');
    // Whose deploy it is stays theirs: neither words nor links lead to it, on no way out.
    const { body } = await desk.json(['health', 'kestrel']);
    for (const told of [JSON.stringify(desk.newest()), JSON.stringify(body)])
      expect(told).not.toMatch(/aster/iu);
    expect(JSON.stringify((await desk.json(['health', 'aster'])).body)).toContain(
      'acuops-aster/actions/runs',
    );
    // GitHub goes away, the deploy goes on.
    desk.pass(6 * 60_000);
    github.faults.status({ path: '*' }, 503);
    expect(await desk.ask('health aster')).toContain('not asked: publishing since');
    github.faults.clear();
    expect(signIns('tradecloud')).toEqual([]);
    end('acuops-aster', run);
    await github.webhooks.settled();
    expect(await desk.ask('health aster')).toContain('Aster Medical Supply is healthy');
  });

  it('a run to staging stops nobody at production', async () => {
    const run = begin('acuops-aster', 'staging');
    await desk.stand.github.webhooks.settled();
    expect(await desk.ask('health aster')).toContain('API: sign-in works');
    end('acuops-aster', run);
  });
});
