/** A deploy asked of a second person, through Slack: who may decide, who may not, and that a yes holds only for what was seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, personIds, type World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openDesk, toText, type Who } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  const world = createWorld({ now: new Date() });
  desk = await openDesk({ world, env: { ACUOPS_APPROVALS: 'premium/production=2, */staging=0' } });
  await grantTeam(desk);
  // Bayline's own gates: the project that somebody published by hand is known from now on.
  desk.stand.acumatica.setPublished('bayline', 'Bayline', ['BaylineCustom', 'LotTrace']);
});
afterAll(() => desk.stop());

const approve = { actionId: 'acuops:deploy:approve' };
const withdraw = { actionId: 'acuops:deploy:withdraw' };

/** Until the card waits for people; gives its text. */
const ask = async (line: string, who: Who = 'onCall'): Promise<string> => {
  await desk.say(line, who);
  return waitFor(/: waits for \d approval/u);
};
const waitFor = async (pattern: RegExp): Promise<string> => {
  for (const until = Date.now() + 15_000; ; await new Promise((done) => setTimeout(done, 60))) {
    const newest = desk.messages().at(-1);
    if (newest && pattern.test(newest.text)) return toText(newest);
    if (Date.now() > until) throw new Error(`not seen: ${String(pattern)} in ${newest?.text ?? 'nothing'}`);
  }
};
describe('a client whose tier needs one', () => {
  it('is shown to the approvers directly, and approved by one of them', async () => {
    const card = await ask('deploy aster');
    expect(card).toContain('0 of 1 approval');
    expect(card).toContain('Approve');
    expect(desk.shown(desk.dm('approver')).at(-1)).toContain('waits for 1 approval');
    await desk.press(approve, 'approver');
    const done = await waitFor(/approved by/u);
    expect(done).toContain('This desk does not start deploys yet');
    await desk.quiet();
    // Whoever asked hears of it, as an edited card wakes nobody.
    expect(desk.shown(desk.dm('onCall')).at(-1)).toContain('approved by');
  });

  it('is not decided by whoever asked, nor by one who may not, nor twice', async () => {
    await ask('deploy aster --ref main', 'approver');
    const before = desk.newest().text;
    await desk.press(approve, 'approver');
    await desk.press(approve, 'onCall');
    await desk.press(approve, 'outsider').catch(() => undefined);
    expect(desk.newest().text).toBe(before);
    await desk.press(approve, 'admin');
    await waitFor(/approved by/u);
    await desk.quiet();
  });

  it('is withdrawn by whoever asked, and nothing goes on', async () => {
    await ask('deploy aster');
    await desk.press(withdraw, 'onCall');
    expect(await waitFor(/withdrawn by/u)).toContain(personIds.onCall);
    await desk.quiet();
  });

  it('ends where nobody answers in time', async () => {
    await ask('deploy aster');
    desk.pass(11 * 60_000);
    await waitFor(/still waits for 1 approval/u);
    desk.pass(10 * 60_000);
    await desk.quiet();
    expect(
      desk
        .messages()
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('nobody approved in time');
  });
});

describe('what changed after somebody looked', () => {
  it('is asked anew, and the earlier yes counts no more', async () => {
    await ask('deploy aster');
    desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'main');
    await desk.press(approve, 'approver');
    const card = await waitFor(/: waits for 1 approval/u);
    expect(card).toContain('0 of 1 approval');
    await waitForText('Changed since it was approved');
    await desk.press(approve, 'admin');
    await waitFor(/approved by/u);
    await desk.quiet();
    desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'v1.8.2');
  });

  it('stops it where something is in the way by now', async () => {
    await ask('deploy aster');
    await desk.say('killswitch on --target aster --reason "wrong package went out"');
    await desk.press(approve, 'approver');
    expect(await waitFor(/approved, but not started/u)).toContain('killswitch is on');
    await desk.quiet();
    await desk.say('killswitch off --target aster --reason "taken back"');
  });
});

const waitForText = async (part: string): Promise<void> => {
  for (const until = Date.now() + 15_000; ; await new Promise((done) => setTimeout(done, 60))) {
    if (desk.shown().at(-1)?.includes(part)) return;
    if (Date.now() > until) throw new Error(`not seen: ${part} in ${desk.shown().at(-1) ?? ''}`);
  }
};

describe('a client whose tier needs two', () => {
  it('needs two different people', async () => {
    await ask('deploy bayline');
    await desk.press(approve, 'approver');
    await waitForText('1 of 2 approvals');
    await desk.press(approve, 'approver');
    await waitForText('1 of 2 approvals');
    await desk.press(approve, 'admin');
    await waitFor(/approved by/u);
    await desk.quiet();
  });
});

it('is recorded: who asked, who decided on which digest, and who was refused', async () => {
  const rows = await desk.readAuditRows();
  const decided = rows.filter(({ verb, event }) => verb === 'decide' && event === 'answered');
  expect(decided.length).toBeGreaterThan(5);
  expect(JSON.stringify(decided)).toMatch(/"digest":"[0-9a-f]{64}"/u);
  expect(rows.filter(({ verb, event }) => verb === 'decide' && event === 'denied').length).toBeGreaterThan(0);
});

it('is not asked for by a user of the machine, who could be anybody', async () => {
  const { err, out, exit } = await desk.terminal(['deploy', 'aster']);
  expect(`${out}${err}`).toContain('personal token');
  expect(exit).toBe(3);
});
