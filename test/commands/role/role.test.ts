/** `role` through the real door and store, and who is meant by what is typed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineRole } from '../../../src/commands/role/command.ts';
import { parseSubject } from '../../../src/commands/role/subject.ts';
import { addRule, readAccessFacts, readRules, removeRule } from '../../../src/store/access-store.ts';
import { toDb } from '../../../src/store/database.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  type Person,
  people,
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
  ids = await writeTestClients(desk.database, [toTestClient('heritage')]);
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineRole({
        addRule,
        removeRule,
        readRules,
        readNames: (tx, scope) => readTargets(toDb(tx), scope),
        admins: [people.admin],
      }),
    ],
  });
});

const maria = { team: 'T0DESK', user: 'U0MARIA1' };
const readRoles = async (actor = maria) =>
  (await desk.database.untied((tx) => readAccessFacts(tx, actor, 'C0ANY'))).rules.map(
    ({ role, targetId }) => [role, targetId],
  );

describe('role', () => {
  it('of a contact stands in the audit of the client, given and taken', async () => {
    await testDoor.ask('role grant <@U0MARIA1> contact heritage');
    await testDoor.ask('role revoke <@U0MARIA1> contact heritage');
    await testDoor.ask('role grant <@U0MARIA1> viewer');
    expect((await testDoor.readAuditRows()).map(({ targetId }) => targetId)).toEqual([
      null,
      ids['heritage'],
      ids['heritage'],
    ]);
  });

  it.each<Person>(['viewer', 'operator', 'approver', 'contact', 'outsider'])(
    'refuses a %s and writes that down',
    async (as) => {
      for (const line of ['role grant <@U0MARIA1> admin', 'role list'])
        expect(expectRefusal(await testDoor.ask(line, { as })).reason).toBe('denied');
      expect(await readRoles()).toEqual([]);
      expect((await testDoor.readAuditRows()).map(({ event }) => event)).toEqual(['denied', 'denied']);
    },
  );

  it('grants and revokes, once per delivery, and records who and what', async () => {
    for (const key of ['one', 'one']) await testDoor.ask('role grant <@U0MARIA1|maria> operator', { key });
    expect(await readRoles()).toEqual([['operator', null]]);
    expect(toText(await testDoor.ask('role grant T0DESK:U0MARIA1 operator'))).toContain(
      'already was operator',
    );
    expect(await testDoor.readAuditRows()).toMatchObject([
      {},
      {
        event: 'answered',
        detail: { changed: { action: 'grant', who: 'T0DESK:U0MARIA1', role: 'operator' } },
      },
    ]);
    expectAnswer(await testDoor.ask('role revoke <@U0MARIA1> operator'));
    expect(await readRoles()).toEqual([]);
    expect(expectRefusal(await testDoor.ask('role revoke <@U0MARIA1> operator')).reason).toBe('not-found');
  });

  it('binds a contact to a client, and nobody else to one', async () => {
    expectAnswer(await testDoor.ask('role grant <@U0MARIA1> contact heritage'));
    expect(await readRoles()).toEqual([['contact', ids['heritage']]]);
    for (const [line, reason] of [
      ['role grant <@U0MARIA1> contact', 'usage'],
      ['role grant <@U0MARIA1> viewer heritage', 'usage'],
      ['role grant <@U0MARIA1> contact nobody', 'not-found'],
      ['role grant maria operator', 'usage'],
      ['role grant <@U0MARIA1> owner', 'usage'],
      ['role grant', 'usage'],
    ] as const)
      expect(expectRefusal(await testDoor.ask(line))).toMatchObject({ reason });
    expect(await readRoles()).toHaveLength(1);
  });

  it('says of an admin by configuration where that is changed, with and without a rule beside it', async () => {
    const before = expectRefusal(await testDoor.ask('role revoke <@U0ADMIN> admin'));
    expect(before.reason).toBe('conflict');
    expect(before.say).toContain('Nothing changed. <@U0ADMIN> is admin by configuration (`ACUOPS_ADMINS`)');
    await testDoor.ask('role grant <@U0ADMIN> admin');
    await testDoor.ask('role grant <@U0ADMIN> viewer');
    expect(toText(await testDoor.ask('role revoke <@U0ADMIN> admin'))).toMatch(
      /^The rule is gone, but the role stays\.\n@U0ADMIN is admin by configuration/u,
    );
    expect(toText(await testDoor.ask('role revoke <@U0ADMIN> viewer'))).toContain('no longer viewer');
    expect(expectRefusal(await testDoor.ask('role revoke <@U0MARIA1> admin')).say).toContain('was not admin');
  });

  it.each([
    ['role grant <@U0MARIA1>', 'Say which role: one of viewer,', 'role grant T0DESK:U0MARIA1 operator'],
    ['role grant T0OTHER1', 'Say which role: one of viewer,', 'role grant T0OTHER1 operator'],
    ['role grant maria', '`who` must be', 'role grant T0123ABCD:U0123ABCD operator'],
    ['role grant', 'Say who and which role.', 'role grant @maria operator'],
  ])('%s: asks for what is missing', async (line, say, example) => {
    const refusal = expectRefusal(await testDoor.ask(line));
    expect(refusal.say).toContain(say);
    expect(refusal.say).toContain(`Example: \`/acuops ${example}\``);
  });

  it('lists everybody, the configured admins first', async () => {
    await testDoor.ask('role grant T0OTHER1 viewer');
    const text = toText(await testDoor.ask('role list'));
    expect(text).toMatch(/@U0ADMIN admin, by configuration[\s\S]*everybody of T0OTHER1 viewer/);
  });

  it('names the client of a contact as people read it and as it is typed', async () => {
    await testDoor.ask('role grant <@U0MARIA1> contact heritage');
    const receipt = await testDoor.ask('role list');
    expect(toText(receipt)).toContain('• @U0MARIA1 contact of Heritage Ltd heritage\n');
    expect(expectAnswer(receipt).data).toMatchObject([{ client: 'heritage', targetId: ids['heritage'] }]);
    expect(toText(await testDoor.ask('role grant <@U0MARIA1> contact heritag'))).toContain(
      'Did you mean heritage?',
    );
  });

  it.each([
    ['role grant'],
    ['role revoke @maria operator'],
    ['role grant T0DESK:U0MARIA1 contact'],
    ['role grnt T0DESK:U0MARIA1 operator'],
  ])('gives in a terminal an example that works there: %s', async (line) => {
    const there = { place: terminal, via: 'socket' } as const;
    const { say } = expectRefusal(await testDoor.ask(line, there));
    const example = /Example: `\/acuops (role .*)`/u.exec(say)?.[1] ?? '';
    expect(example).toContain('T0123ABCD:U0123ABCD');
    expect(expectRefusal(await testDoor.ask('role grant', {})).say).toContain('grant @maria operator`');
    const receipt = await testDoor.ask(example.replace('revoke', 'grant').replace('acme', 'heritage'), there);
    // Who it is, as it is typed there.
    expect(toText(receipt)).toMatch(/^T0123ABCD:U0123ABCD is (?:operator|contact of heritage) from now on/u);
  });

  it('lists in a terminal the ids that can be typed there', async () => {
    await testDoor.ask('role grant <!subteam^S0123456> viewer');
    await testDoor.ask('role grant <@U0MARIA1> operator');
    const text = toText(await testDoor.ask('role list', { place: terminal, via: 'socket' }));
    for (const line of ['T0DESK:U0ADMIN admin', 'T0DESK:S0123456 viewer', 'T0DESK:U0MARIA1 operator'])
      expect(text).toContain(`• ${line}`);
  });

  it('wants the workspace written out in a terminal', async () => {
    const there = { place: terminal, via: 'socket' } as const;
    expect(expectRefusal(await testDoor.ask('role grant U0MARIA1 operator', there)).reason).toBe('usage');
    expectAnswer(await testDoor.ask('role grant T0DESK:U0MARIA1 operator', there));
    expect(await readRoles()).toEqual([['operator', null]]);
  });
});

describe('who is meant', () => {
  it.each([
    ['<@U0123456>', 'T1', { kind: 'user', team: 'T1', id: 'U0123456' }],
    ['<@W0123456|name>', 'T1', { kind: 'user', team: 'T1', id: 'W0123456' }],
    ['<!subteam^S0123456|@ops>', 'T1', { kind: 'group', team: 'T1', id: 'S0123456' }],
    ['T0999999:U0123456', 'T1', { kind: 'user', team: 'T0999999', id: 'U0123456' }],
    ['T0999999:S0123456', null, { kind: 'group', team: 'T0999999', id: 'S0123456' }],
    ['local:SAMUEL1', null, { kind: 'user', team: 'local', id: 'SAMUEL1' }],
    ['T0999999', null, { kind: 'team', team: 'T0999999', id: 'T0999999' }],
    ['<@U0123456>', null, null],
    ['@maria', 'T1', null],
    ['<!channel>', 'T1', null],
    ['everybody', 'T1', null],
  ])('%s from %s', (text, team, subject) => {
    expect(parseSubject(text, team)).toEqual(subject);
  });
});
