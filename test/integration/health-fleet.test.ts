/** `health` over the fleet, one tier, one client, none: what the card says, what the terminal says, and what it costs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const listed = (card: string): readonly string[] =>
  ['Heritage', 'Bayline', 'Kestrel', 'Aster', 'Norrland', 'Pacific', 'Juniper', 'Wexford'].filter((name) =>
    card.includes(name),
  );

describe('health of the whole fleet', () => {
  it('is one card that begins with the verdict, names what fails with cause and next step, and counts the rest', async () => {
    const receipt = await desk.say('health', 'onCall');
    await desk.quiet();
    expect(receipt).toMatch(/health [0-9A-Z]{6} is under way/u);
    expect(desk.messages()).toHaveLength(1);
    const card = desk.newest();
    expect(card.text).toMatch(
      /^4 of 7 need you, worst: Heritage Fabrics P1, sign-in refused since \d\d:\d\d C[SD]T$/u,
    );
    const [text = ''] = desk.shown();
    for (const part of [
      'First check',
      'P1 · Heritage Fabrics (premium) · answer by',
      '→ ask the client for a new API password',
      'Last deploy 34 days ago, limit 30',
      'CI failed 3 times in a row (ci.yml)',
      'Deploy workflow acuops-deploy.yml is missing',
      'Never deployed',
      'critical, best effort · Juniper Retail',
      'best effort · Pacific Crate',
      'switched off by GitHub',
      'sign-in not checked',
      'repository not found or the token has no access',
      'Last deploy 28 days ago',
      'CI failed once (ci.yml)',
      'healthy: Aster Medical Supply',
      'not judged: Wexford Tools (offboarding)',
      '4 failing · ❔ 1 unknown · ⚠️ 1 with a warning · ✅ 1 healthy · ➖ 1 not judged',
      'unknown: Workflow, Last deploy, CI of 1 client · the other facts fresh',
    ])
      expect(text).toContain(part);
    // Nobody asks anything of a client that is leaving, nor signs in there.
    expect(desk.stand.acumatica.calls('wexford')).toEqual([]);
    expect(desk.stand.github.calls().filter(({ path }) => path.includes('wexford'))).toEqual([]);
  });

  it('leaves no session open anywhere and no word of it in a client’s channel', () => {
    for (const client of desk.stand.world.clients)
      expect(desk.stand.acumatica.sessions(client.site.prefix)).toEqual([]);
    expect(desk.messages('heritage')).toEqual([]);
    expect(desk.messages('bayline')).toEqual([]);
  });

  it('asks GitHub for nothing within five minutes, and for nothing that is charged after it, where nothing changed', async () => {
    desk.stand.github.resetCounts();
    const soon = await desk.ask('health');
    expect(desk.stand.github.calls().filter(({ path }) => !path.includes('norrland'))).toEqual([]);
    expect(soon).toContain('No new failure and none recovered since check');
    desk.pass(6 * 60_000);
    await desk.ask('health');
    // A repository that cannot be seen has no answer to be compared with.
    const paid = desk.stand.github.calls().filter((call) => call.charged > 0);
    expect(paid.filter(({ path }) => !path.includes('norrland'))).toEqual([]);
    expect(desk.stand.github.calls().filter(({ status }) => status === 304).length).toBeGreaterThan(10);
  });

  it('says how old its facts are where they are not fresh, and asks for all with --fresh', async () => {
    desk.pass(3 * 60_000);
    expect(await desk.ask('health aster')).toContain('oldest fact was 3 min old');
    desk.stand.github.resetCounts();
    expect(await desk.ask('health aster --fresh', 'onCall')).toContain('all facts fresh');
    expect(desk.stand.github.calls().length).toBeGreaterThan(2);
    expect(desk.stand.github.calls().filter((call) => call.charged > 0)).toEqual([]);
  });
});

describe('health of less', () => {
  it('shows one client whole, passes too, and names only it', async () => {
    const card = await desk.ask('health Kestrel');
    // It was checked with the others before.
    expect(card).toContain('none recovered since check');
    expect(listed(card)).toEqual(['Kestrel']);
    expect(card).toMatch(/^⚠️ Kestrel Instruments works, with a warning: last deploy 28 days ago/u);
    expect(card).toContain('✅ API: sign-in works');
    expect(card).toContain('✅ Deploy workflow enabled');
  });

  it.each([
    ['health premium', ['Heritage', 'Bayline']],
    ['health standard', ['Kestrel', 'Aster', 'Norrland', 'Wexford']],
    ['health self-service', ['Pacific', 'Juniper']],
    ['health --all --failed', ['Heritage', 'Bayline', 'Pacific', 'Juniper']],
  ])('%s lists %j', async (line, names) => {
    const card = await desk.ask(line);
    expect(listed(card)).toEqual(names);
    const saysSo = card.includes('Only failing clients are listed; 4 others are in the counts');
    expect(saysSo).toBe(line.includes('--failed'));
  });
});

describe('health of some and of all at once', () => {
  it.each(['premium', 'heritage', 'typo'])('%s --all is refused with what is allowed', async (who) => {
    const refused = await desk.terminal(['health', who, '--all']);
    expect(refused).toMatchObject({ exit: 2, out: '' });
    for (const part of ['--all', 'all clients', 'one client', 'premium, standard, self-service', 'Example: '])
      expect(refused.err).toContain(part);
    expect(await desk.say(`health ${who} --all`)).toContain('Usage: /acuops health');
  });
});

describe('health from the terminal', () => {
  it.each([
    ['aster', 0, 'pass'],
    ['kestrel', 0, 'warn'],
    ['heritage', 1, 'fail'],
    ['norrland', 4, 'unknown'],
    ['wexford', 0, 'not-judged'],
  ])('%s exits %i: %s', async (client, exit, state) => {
    const { exit: code, body } = await desk.json(['health', client]);
    expect(code).toBe(exit);
    expect(body).toMatchObject({
      state: 'done',
      exit,
      data: { schema: 'acuops.health/1', exitCode: exit, clients: [{ client: { key: client }, state }] },
    });
  });

  it('prints the card as text, and refuses what nobody knows with what is allowed', async () => {
    const { exit, out } = await desk.terminal(['health', 'premium']);
    expect(exit).toBe(1);
    expect(out).toContain('2 of 2 need you, worst: Heritage Fabrics P1');
    expect(await desk.terminal(['health', 'heritge'])).toMatchObject({
      exit: 4,
      err: expect.stringContaining('heritge'),
    });
    expect(await desk.terminal(['health', '--frseh'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--fresh'),
    });
  });
});

describe('health of a client that was archived', () => {
  it('says so where it is asked for by name, and is silent about it in the fleet', async () => {
    await desk.say('remove-client juniper --reason "contract ended"');
    desk.stand.acumatica.forgetCalls();
    const { exit, body } = await desk.json(['health', 'juniper']);
    expect(exit).toBe(0);
    expect(body.data).toMatchObject({ scope: 'Juniper Retail', clients: [{ state: 'not-judged' }] });
    expect(await desk.ask('health juniper')).toMatch(/^➖ Juniper Retail is archived: not judged/u);
    expect(desk.stand.acumatica.calls('juniper')).toEqual([]);
    expect(await desk.ask('health')).not.toContain('Juniper');
  });
});
