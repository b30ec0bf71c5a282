/** `retry-sign-in` through the real door and store: a held credential is freed by a person, once, and held again when refused again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineRetrySignIn } from '../../../src/commands/retry-sign-in/command.ts';
import { everything } from '../../../src/operations/scope.ts';
import { toDb } from '../../../src/store/database.ts';
import { readHold, releaseHolds, writeHold } from '../../../src/store/health-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectAnswer, expectRefusal, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let instances: Readonly<Record<string, string>>;
const toPrint = (key: string): string => `env:ACU_${key.toUpperCase()}_PASSWORD`;
const refusedAt = new Date('2026-11-20T07:00:00Z');

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  const { database } = desk;
  const [heritage, bayline] = [toTestClient('heritage'), toTestClient('bayline')];
  // Two tenants of one site, each with a user of its own.
  const shared = bayline.environments.map((environment) => ({
    ...environment,
    url: heritage.environments[0]?.url ?? '',
  }));
  await writeTestClients(database, [heritage, { ...bayline, environments: shared }]);
  instances = Object.fromEntries(
    (await readTargets(database.db, everything)).map(({ key, environments }) => [
      key,
      environments[0]?.instanceId ?? '',
    ]),
  );
  for (const key of ['heritage', 'bayline'])
    await writeHold(database.db, instances[key] ?? '', toPrint(key), refusedAt);
  testDoor = createTestDoor({
    database,
    commands: [
      defineRetrySignIn({
        readTarget: async (tx, targetId) =>
          (await readTargets(toDb(tx), { kind: 'only', targetIds: [targetId] }))[0] ?? null,
        // The reference stands for what it points at.
        readFingerprint: async ({ passwordRef }) => passwordRef,
        releaseHolds,
      }),
    ],
  });
});

const readHeld = (key: string) => readHold(desk.database.db, instances[key] ?? '', toPrint(key));

describe('retry-sign-in', () => {
  it.each(['viewer', 'contact', 'outsider'] as const)('refuses a %s and writes that down', async (as) => {
    expect(expectRefusal(await testDoor.ask('retry-sign-in heritage', { as })).reason).toBe('denied');
    expect(await readHeld('heritage')).toEqual(refusedAt);
    expect(await testDoor.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'retry-sign-in' }]);
  });

  it('frees what is held of that client alone, not its neighbour’s on the same site, says what happens next, and records it', async () => {
    const answer = expectAnswer(await testDoor.ask('retry-sign-in heritage', { as: 'operator' }));
    expect(answer.message.text).toBe('One refused credential of *Heritage Ltd* may be tried once more.');
    expect(JSON.stringify(answer.message.blocks)).toContain('`/acuops health heritage` signs in once');
    expect(await readHeld('heritage')).toBeNull();
    expect(instances['bayline']).toBe(instances['heritage']);
    expect(await readHeld('bayline')).toEqual(refusedAt);
    expect(await testDoor.readAuditRows()).toMatchObject([
      { event: 'answered', actor: 'T0DESK:U0OPERATOR', detail: { changed: { freed: 1 } } },
    ]);
  });

  it('does nothing twice: a replay does not free what was refused again since', async () => {
    const ask = () => testDoor.ask('retry-sign-in heritage', { key: 'same' });
    await ask();
    await writeHold(desk.database.db, instances['heritage'] ?? '', toPrint('heritage'), testDoor.now());
    expect(expectAnswer(await ask()).data).toEqual({ client: 'heritage', freed: 1 });
    expect(await readHeld('heritage')).toEqual(testDoor.now());
  });

  it('says so where nothing is held, and which client nobody knows', async () => {
    await testDoor.ask('retry-sign-in heritage');
    expect(expectAnswer(await testDoor.ask('retry-sign-in heritage'))).toMatchObject({
      data: { freed: 0 },
      message: { text: expect.stringContaining('No refused credential') as string },
    });
    expect(expectRefusal(await testDoor.ask('retry-sign-in nobody')).reason).toBe('not-found');
  });
});
