/** `take` through the real door and store: first come, and the cards are drawn again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineTake } from '../../../src/commands/take/command.ts';
import { everything } from '../../../src/operations/scope.ts';
import { claimTarget, readClaims, releaseClaim } from '../../../src/store/health-store.ts';
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
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let redrawn: number;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  await writeTestClients(desk.database, [toTestClient('heritage')]);
  redrawn = 0;
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineTake({
        claim: claimTarget,
        release: releaseClaim,
        redraw: async () => {
          redrawn += 1;
        },
        zone: 'UTC',
      }),
    ],
  });
});

const readOwner = async () => (await readClaims(desk.database.db, everything)).map(({ by }) => by.user);

describe('take', () => {
  it.each<Person>(['viewer', 'contact', 'outsider'])('refuses a %s and writes that down', async (as) => {
    expect(expectRefusal(await testDoor.ask('take heritage', { as })).reason).toBe('denied');
    expect(await readOwner()).toEqual([]);
    expect(await testDoor.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'take' }]);
  });

  it('is for the first one; the second is told who, and nothing is drawn for them', async () => {
    expectAnswer(await testDoor.ask('take heritage', { as: 'operator' }));
    const second = await testDoor.ask('take heritage', { as: 'approver' });
    expect(expectRefusal(second)).toMatchObject({
      reason: 'conflict',
      say: expect.stringContaining(`<@${people.operator.user}> is on *heritage* since`) as string,
    });
    expect(await readOwner()).toEqual([people.operator.user]);
    expect(redrawn).toBe(1);
    const events = (await testDoor.readAuditRows()).map(({ event, actor, detail }) => ({
      event,
      actor,
      detail,
    }));
    expect(events).toMatchObject([
      { event: 'refused', actor: 'T0DESK:U0APPROVER', detail: { reason: 'conflict' } },
      { event: 'answered', actor: 'T0DESK:U0OPERATOR', detail: { changed: { taken: true } } },
    ]);
  });

  it('does nothing twice: a replay does not take again what was let go since', async () => {
    await testDoor.ask('take heritage', { key: 'same' });
    expect(toText(await testDoor.ask('take heritage --release'))).toContain('Nobody is on heritage now.');
    expectAnswer(await testDoor.ask('take heritage', { key: 'same' }));
    expect(await readOwner()).toEqual([]);
  });

  it('keeps the first moment when the same person takes it again', async () => {
    const first = expectAnswer(await testDoor.ask('take heritage'));
    testDoor.pass(60_000);
    expect(expectAnswer(await testDoor.ask('take heritage')).data).toEqual(first.data);
  });
});
