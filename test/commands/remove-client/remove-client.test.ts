/** `remove-client` through the real door and store: archived, never deleted. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineRemoveClient } from '../../../src/commands/remove-client/command.ts';
import type { Actor } from '../../../src/operations/call.ts';
import { everything } from '../../../src/operations/scope.ts';
import { readAccessFacts } from '../../../src/store/access-store.ts';
import { addNote, claimTarget, readClaims, readNotes } from '../../../src/store/health-store.ts';
import { registryRecord } from '../../../src/store/registry-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectAnswer, expectRefusal, people, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let heritageId: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  const contacts = [{ team: people.contact.team, user: people.contact.user }];
  const ids = await writeTestClients(desk.database, [toTestClient('heritage', { contacts })]);
  heritageId = ids['heritage'] ?? '';
  testDoor = createTestDoor({
    database: desk.database,
    commands: [defineRemoveClient({ record: registryRecord, addNote })],
  });
});

const line = 'remove-client heritage --reason "contract ended"';
const readRules = async (actor: Actor) =>
  (await desk.database.untied((tx) => readAccessFacts(tx, actor, 'C0ANY'))).rules;
const read = async () => (await readTargets(desk.database.db, everything))[0];

describe('remove-client', () => {
  it('refuses everybody but an admin and writes that down', async () => {
    for (const as of ['viewer', 'operator', 'approver', 'contact', 'outsider'] as const)
      expect(expectRefusal(await testDoor.ask(line, { as })).reason).toBe('denied');
    expect((await read())?.status).toBe('active');
    expect((await testDoor.readAuditRows()).map(({ event }) => event)).toEqual(Array(5).fill('denied'));
  });

  it('archives, keeps the history, lets the contacts out, and records why', async () => {
    const { transact, db } = desk.database;
    await transact((tx) => addNote(tx, heritageId, people.operator, 'an old note', new Date('2026-11-01')));
    await transact((tx) => claimTarget(tx, heritageId, people.operator, new Date('2026-11-01')));
    expect(await readRules(people.contact)).toHaveLength(1);
    const answer = expectAnswer(await testDoor.ask(line));
    expect(answer.message.text).toContain('*Heritage Ltd* `heritage` is archived.');
    expect(await read()).toMatchObject({ id: heritageId, status: 'archived', version: 2 });
    expect(await readRules(people.contact)).toEqual([]);
    expect(await readClaims(db, everything)).toEqual([]);
    expect((await transact((tx) => readNotes(tx, heritageId, 5))).map(({ body }) => body)).toEqual([
      'Archived: contract ended',
      'an old note',
    ]);
    const [row] = await testDoor.readAuditRows();
    expect(row).toMatchObject({
      event: 'answered',
      targetId: heritageId,
      detail: { changed: { from: 'active', to: 'archived', reason: 'contract ended' } },
    });
  });

  it('does nothing twice', async () => {
    await testDoor.ask(line, { key: 'same' });
    await testDoor.ask(line, { key: 'same' });
    expect(expectRefusal(await testDoor.ask(line)).reason).toBe('conflict');
    expect((await read())?.version).toBe(2);
    expect(await desk.database.transact((tx) => readNotes(tx, heritageId, 5))).toHaveLength(1);
  });

  it.each([
    ['without a reason', 'remove-client heritage', 'usage', '--reason'],
    ['with a reason that says nothing', 'remove-client heritage --reason x', 'usage', 'too short'],
    ['without an id', 'remove-client --reason "contract ended"', 'usage', 'is missing: its id'],
    ['by a part of the id', 'remove-client herit --reason "contract ended"', 'not-found', 'herit'],
  ])('refuses %s', async (_what, text, reason, part) => {
    expect(expectRefusal(await testDoor.ask(text))).toMatchObject({
      reason,
      say: expect.stringContaining(part) as string,
    });
    expect((await read())?.status).toBe('active');
  });
});
