/** `cancel` through the real door and store: takes back what waits, within what the asker may see, and once. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { defineCancel } from '../../../src/commands/cancel/command.ts';
import { defineDeploy } from '../../../src/commands/deploy/command.ts';
import type { DeployPowers } from '../../../src/commands/deploy/powers.ts';
import { castVote, findAsked, openRound, readNewestRound } from '../../../src/store/approval-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectRefusal, type Person, people, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let door: TestDoor;
let asked: { readonly id: string; readonly spokenId: string };
let otherId: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  const ids = await writeTestClients(desk.database, [toTestClient('heritage'), toTestClient('other')]);
  otherId = ids['other'] ?? '';
  door = createTestDoor({
    database: desk.database,
    commands: [
      defineDeploy({} as DeployPowers),
      defineCancel({
        findOpen: findAsked,
        castVote: (tx, { operationId }, vote, now) => castVote(tx, operationId, vote, now),
      }),
    ],
  });
  const receipt = await door.ask('deploy heritage', { as: 'operator' });
  if (receipt.kind !== 'started') throw new Error(receipt.kind);
  asked = receipt.operation;
});

const askPeople = () =>
  openRound(desk.database.db, asked.id, {
    round: 1,
    digest: 'd'.repeat(64),
    requester: people.operator,
    needed: 1,
    askedAt: door.now(),
    expiresAt: new Date(door.now().getTime() + 60_000),
  });
const readVotes = async () => (await readNewestRound(desk.database.db, asked.id))?.votes;

it('takes back what waits, once, and records it', async () => {
  await askPeople();
  const line = `cancel ${asked.spokenId.toLowerCase()}`;
  expect(toText(await door.ask(line, { as: 'approver' }))).toContain('Withdrawn');
  expect(await readVotes()).toMatchObject([{ by: people.approver, verdict: 'withdraw' }]);
  expect(await door.readAuditRows()).toMatchObject([
    { event: 'answered', verb: 'cancel' },
    { verb: 'deploy' },
  ]);
  expect(expectRefusal(await door.ask(line, { as: 'approver' })).say).toContain('decided already');
  expect(await readVotes()).toHaveLength(1);
});

it.each<Person>(['viewer', 'contact', 'outsider'])('is refused to a %s', async (as) => {
  await askPeople();
  expect(expectRefusal(await door.ask(`cancel ${asked.spokenId}`, { as })).reason).toBe('denied');
  expect(await readVotes()).toEqual([]);
});

it('knows nothing of what the asker may not see, nor of what is not there', async () => {
  await askPeople();
  door.grant(people.operator, [{ role: 'operator', targetIds: [otherId] }]);
  const hidden = expectRefusal(await door.ask(`cancel ${asked.spokenId}`, { as: 'operator' }));
  const absent = expectRefusal(await door.ask('cancel 000000', { as: 'operator' }));
  expect(hidden.say.replace(asked.spokenId, '')).toBe(absent.say.replace('000000', ''));
  expect(await readVotes()).toEqual([]);
});

it('says so where nobody is asked yet, and what an operation is called', async () => {
  expect(expectRefusal(await door.ask(`cancel ${asked.spokenId}`)).say).toContain('still looks at GitHub');
  expect(expectRefusal(await door.ask('cancel that')).say).toContain('six letters and figures');
});
