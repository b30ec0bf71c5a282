/** `whoami` through the real door: who the desk takes somebody for, and what the place shows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineWhoami } from '../../../src/commands/whoami/command.ts';
import { toDb } from '../../../src/store/database.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectRefusal,
  opsChannel,
  people,
  type TestDoor,
  terminal,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let heritageId: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
  heritageId = (await writeTestClients(desk.database, [toTestClient('heritage')]))['heritage'] ?? '';
  testDoor = createTestDoor({
    database: desk.database,
    commands: () => [
      defineWhoami({
        readNames: (tx, scope) => readTargets(toDb(tx), scope),
      }),
    ],
  });
});
afterAll(() => desk.drop());

const channel = { ...opsChannel, channel: 'C0CLIENT' };

describe('whoami', () => {
  it.each([
    ['viewer', opsChannel, 'slack', /You are T0DESK:U0VIEWER: viewer\.\nThis channel is ours/],
    [
      'admin',
      { ...opsChannel, kind: 'dm', channel: 'D0ADMIN' },
      'slack',
      /: admin\.\nNobody else reads here/,
    ],
    ['operator', terminal, 'socket', /: operator\.\nThis terminal shows what you may see/],
  ] as const)('tells a %s', async (as, place, via, pattern) => {
    expect(toText(await testDoor.ask('whoami', { as, place, via }))).toMatch(pattern);
  });

  it('names the client of a contact, once', async () => {
    testDoor.grant(people.contact, [
      { role: 'contact', targetIds: [heritageId] },
      { role: 'contact', targetIds: [heritageId] },
    ]);
    expect(toText(await testDoor.ask('me', { as: 'contact' }))).toContain(
      'T0CLIENT:U0CONTACT: contact of Heritage Ltd.\nYou may ask for its status, and nothing else: /acuops status heritage.',
    );
  });

  it.each([
    [[] as string[], /Another organisation reads here/],
    [['some'], /A client reads here: this channel shows that client only/],
  ])('says who else reads in the place', async (targetIds, pattern) => {
    testDoor.setAudience(channel.channel, {
      kind: 'shared',
      targetIds: targetIds.length > 0 ? [heritageId] : [],
    });
    expect(toText(await testDoor.ask('whoami', { as: 'viewer', place: channel }))).toMatch(pattern);
  });

  it('tells an outsider who they are and whom to ask, and writes the denial down', async () => {
    expect(expectRefusal(await testDoor.ask('whoami', { as: 'outsider' }))).toMatchObject({
      reason: 'denied',
      say: expect.stringMatching(/You have no role.*`T0DESK:U0OUTSIDER`.*admin/) as string,
    });
    expect((await testDoor.readAuditRows())[0]).toMatchObject({ event: 'denied', verb: 'whoami' });
  });

  it('takes no words', async () => {
    expect(expectRefusal(await testDoor.ask('whoami now')).reason).toBe('usage');
  });
});
