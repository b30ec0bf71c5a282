/** `killswitch` through the real door and store; that effects stop is proven at the effect door. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineKillswitch } from '../../../src/commands/killswitch/command.ts';
import { toDb } from '../../../src/store/database.ts';
import {
  decideStop,
  ensureKillswitch,
  readKillswitches,
  setKillswitch,
} from '../../../src/store/killswitch-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  opsChannel,
  type Person,
  type TestDoor,
  terminal,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  ids = await writeTestClients(desk.database, [toTestClient('heritage'), toTestClient('bayline')]);
  await ensureKillswitch(desk.database.db, new Date('2026-11-20T07:00:00Z'));
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineKillswitch({
        set: setKillswitch,
        read: readKillswitches,
        readNames: (tx, scope) => readTargets(toDb(tx), scope),
      }),
    ],
  });
});

const stopped = async () => ({
  heritage: (await decideStop(desk.database.db, ids['heritage'] ?? '')) !== null,
  bayline: (await decideStop(desk.database.db, ids['bayline'] ?? '')) !== null,
});
const none = { heritage: false, bayline: false };

describe('killswitch', () => {
  it.each<Person>(['viewer', 'operator', 'approver', 'contact', 'outsider'])(
    'refuses a %s and writes that down',
    async (as) => {
      expect(expectRefusal(await testDoor.ask('killswitch on --reason "wrong package"', { as })).reason).toBe(
        'denied',
      );
      expect(await stopped()).toEqual(none);
      expect(await testDoor.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'killswitch' }]);
    },
  );

  it('stops everything or one client, says who and why, and records it', async () => {
    expectAnswer(await testDoor.ask('killswitch on --target heritage --reason "wrong package"'));
    expect(await stopped()).toEqual({ heritage: true, bayline: false });
    expectAnswer(await testDoor.ask('killswitch on --reason "all of it"'));
    expect(await stopped()).toEqual({ heritage: true, bayline: true });
    expect(toText(await testDoor.ask('killswitch', { as: 'viewer' }))).toMatch(
      /is on for everything[\s\S]*everything: stopped by @U0ADMIN just now, all of it[\s\S]*heritage: stopped/,
    );
    const [, row] = await testDoor.readAuditRows();
    expect(row).toMatchObject({ detail: { changed: { state: 'on', target: '*', reason: 'all of it' } } });
    await testDoor.ask('killswitch off --reason "mended"');
    expect(await stopped()).toEqual({ heritage: true, bayline: false });
  });

  it('says what was switched and what is on now, each by its name, and how to end it', async () => {
    expect(toText(await testDoor.ask('killswitch'))).toBe('The killswitch is off: nothing is stopped.');
    expect(toText(await testDoor.ask('killswitch on --target heritage --reason "wrong package"'))).toBe(
      `Switched on for heritage.
The killswitch is on for one client: the desk changes nothing of theirs until it is off; all others are as always.
Checks and cards go on.
• heritage: stopped by @U0ADMIN just now, wrong package
An admin ends it with /acuops killswitch off --target heritage --reason "…".`,
    );
    expect(toText(await testDoor.ask('killswitch off --reason "mended"'))).toMatch(
      /^Switched off for everything, where it was off already\.\nThe killswitch is on for one client/u,
    );
    expect(toText(await testDoor.ask('killswitch off --target heritage --reason "mended"'))).toBe(
      'Switched off for heritage.\nThe killswitch is off: nothing is stopped.',
    );
    expect(toText(await testDoor.ask('killswitch on --reason "all of it"'))).toMatch(
      /changes nothing at any client until it is off\.\n[\s\S]*ends it with \/acuops killswitch off --reason/u,
    );
    expect(toText(await testDoor.ask('killswitch on --reason "more of it"'))).toMatch(
      /^Switched on for everything, where it was on already; the reason is the new one\./u,
    );
  });

  it('tells somebody who may look at it what exactly they may not', async () => {
    const receipt = await testDoor.ask('killswitch on --reason "wrong package"', { as: 'viewer' });
    expect(expectRefusal(receipt).say).toContain('Your role does not include `killswitch on`, so');
    expectAnswer(await testDoor.ask('killswitch', { as: 'viewer' }));
    expect(expectRefusal(await testDoor.ask('killswitch on --reason x', { as: 'approver' })).say).toContain(
      'Your role does not include `killswitch on`',
    );
  });

  it('names people in a terminal as they are typed there', async () => {
    await testDoor.ask('killswitch on --reason "wrong package"');
    const text = toText(await testDoor.ask('killswitch', { place: terminal, via: 'socket' }));
    expect(text).toContain('stopped by T0DESK:U0ADMIN just now');
  });

  it('gives an example of what was wanted', async () => {
    for (const state of ['on', 'off'])
      expect(expectRefusal(await testDoor.ask(`killswitch ${state}`)).say).toContain(
        `Example: \`/acuops killswitch ${state} --reason`,
      );
  });

  it('does nothing twice: a replay does not switch back', async () => {
    await testDoor.ask('killswitch on --reason "wrong package"', { key: 'same' });
    await testDoor.ask('killswitch off --reason "mended"');
    await testDoor.ask('killswitch on --reason "wrong package"', { key: 'same' });
    expect(await stopped()).toEqual(none);
  });

  it('counts as on where it cannot be read, and says so', async () => {
    await desk.database.db.deleteFrom('killswitches').execute();
    expect(toText(await testDoor.ask('killswitch'))).toContain('cannot be read, so it counts as on');
    expect(await stopped()).toEqual({ heritage: true, bayline: true });
  });

  it.each([
    ['killswitch on', 'usage', '--reason'],
    ['killswitch on --reason x', 'usage', 'too short'],
    ['killswitch on --target nobody --reason "wrong package"', 'not-found', 'no client nobody, so nothing'],
    ['killswitch on --target heritag --reason "wrong package"', 'not-found', 'Did you mean heritage?'],
    ['killswitch maybe', 'usage', 'must be on, off or show'],
  ])('refuses %s', async (line, reason, part) => {
    const receipt = await testDoor.ask(line);
    expect(expectRefusal(receipt).reason).toBe(reason);
    expect(toText(receipt)).toContain(part);
    expect(await stopped()).toEqual(none);
  });

  it('goes to the asker alone where a client reads', async () => {
    testDoor.setAudience('C0CLIENT', { kind: 'shared', targetIds: [ids['bayline'] ?? ''] });
    expect(await testDoor.ask('killswitch', { place: { ...opsChannel, channel: 'C0CLIENT' } })).toMatchObject(
      { where: 'direct' },
    );
  });

  it('for one client stands in that client’s audit, and for everything in no client’s', async () => {
    await testDoor.ask('killswitch on --target heritage --reason "wrong package"');
    await testDoor.ask('killswitch on --reason "all wrong"');
    expect((await testDoor.readAuditRows()).map(({ targetId }) => targetId)).toEqual([null, ids['heritage']]);
    const of = desk.database.db
      .selectFrom('operations')
      .select('id')
      .where('target_id', '=', ids['heritage'] ?? '');
    expect(await of.execute()).toHaveLength(1);
  });

  it('says why an effect is stopped in words that ping nobody', async () => {
    await testDoor.ask('killswitch on --reason "<!channel> & <@U0ANN> look `here`"');
    const say = await decideStop(desk.database.db, null);
    expect(say).toMatch(/: `&lt;!channel&gt; &amp; &lt;@U0ANN&gt; look here`$/u);
    await testDoor.ask(`killswitch on --reason "${'long '.repeat(60).trim()}"`);
    expect(await decideStop(desk.database.db, null)).toMatch(/long long`$/u);
  });
});
