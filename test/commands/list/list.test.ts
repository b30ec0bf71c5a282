/** `list` through the real door and store: who sees which clients, and what is known of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../../src/blocks/status-line.ts';
import { defineList } from '../../../src/commands/list/command.ts';
import { toDb } from '../../../src/store/database.ts';
import { readLastStates, writeChecks } from '../../../src/store/health-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  opsChannel,
  people,
  type TestDoor,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  desk = await createDeskDatabase();
  ids = await writeTestClients(desk.database, [
    toTestClient('heritage'),
    toTestClient('bayline', { tier: 'standard', name: '<!channel> & Co' }),
    toTestClient('leaving', { status: 'offboarding' }),
    toTestClient('gone', { status: 'archived' }),
  ]);
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineList({
        readTargets: (tx, scope, filter) => readTargets(toDb(tx), scope, filter),
        readLastStates: async (tx, targetIds) =>
          (await readLastStates(tx, targetIds)).map((row) => ({ ...row, state: row.state as Status })),
      }),
    ],
  });
  const check = (state: string) => [{ targetId: ids['heritage'] ?? '', state, body: null, observations: [] }];
  const { db } = desk.database;
  await writeChecks(
    db,
    '00000000-0000-7000-8000-000000000001',
    check('pass'),
    new Date('2026-11-20T06:00:00Z'),
  );
  await writeChecks(
    db,
    '00000000-0000-7000-8000-000000000002',
    check('fail'),
    new Date('2026-11-20T07:56:00Z'),
  );
});
afterAll(() => desk.drop());

const readKeys = async (line: string, ask: Parameters<TestDoor['ask']>[1] = { as: 'viewer' }) =>
  (expectAnswer(await testDoor.ask(line, ask)).data as readonly { key: string }[]).map(({ key }) => key);

describe('list', () => {
  it.each([
    ['list', ['bayline', 'heritage', 'leaving']],
    ['ls premium', ['heritage', 'leaving']],
    ['clients standard', ['bayline']],
    ['list self-service', []],
    ['list --archived', ['bayline', 'gone', 'heritage', 'leaving']],
  ])('%s', async (line, keys) => {
    expect(await readKeys(line)).toEqual(keys);
  });

  it('says the last known state with its age, and names nothing that pings', async () => {
    const receipt = await testDoor.ask('list', { as: 'viewer' });
    expect(toText(receipt)).toMatch(/heritage premium, America\/Chicago: ❌ failing 4 min ago/);
    expect(toText(receipt)).toMatch(/leaving.*: offboarding/);
    expect(toText(receipt)).toMatch(/bayline.*: never checked/);
    expect(JSON.stringify(receipt)).not.toMatch(/"text":"[^"]*<!channel>/);
  });

  it('shows where a client reads that client only, and where strangers read nothing there', async () => {
    const place = { ...opsChannel, channel: 'C0CLIENT' };
    testDoor.setAudience('C0CLIENT', { kind: 'shared', targetIds: [ids['bayline'] ?? ''] });
    expect(await readKeys('list', { place })).toEqual(['bayline']);
    expect(await readKeys('list premium', { place })).toEqual([]);
    testDoor.setAudience('C0CLIENT', { kind: 'shared', targetIds: [] });
    expect(await testDoor.ask('list', { place })).toMatchObject({ kind: 'answered', where: 'direct' });
  });

  it('is not for contacts and outsiders, and takes tiers only', async () => {
    testDoor.grant(people.contact, [{ role: 'contact', targetIds: [ids['bayline'] ?? ''] }]);
    for (const as of ['contact', 'outsider'] as const)
      expect(expectRefusal(await testDoor.ask('list', { as })).reason).toBe('denied');
    expect(toText(await testDoor.ask('list gold'))).toContain(
      'tier gold: must be one of premium, standard, self-service.',
    );
  });
});
