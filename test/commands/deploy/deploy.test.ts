/** The words of `deploy` at the real door and store: who may, what is recorded, what is done once, and where its card goes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineDeploy } from '../../../src/commands/deploy/command.ts';
import type { DeployPowers } from '../../../src/commands/deploy/powers.ts';
import type { Place } from '../../../src/operations/call.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectRefusal, type Person, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let door: TestDoor;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  ids = await writeTestClients(desk.database, [toTestClient('heritage')]);
  const powers = new Proxy({} as DeployPowers, {
    get: () => () => {
      throw new Error('a request reaches nobody');
    },
  });
  door = createTestDoor({ database: desk.database, commands: [defineDeploy(powers)] });
});

const readCards = () => desk.database.db.selectFrom('cards').select('channel').execute();
const line = 'deploy heritage --dry-run';

describe('deploy --dry-run', () => {
  it.each<Person>(['viewer', 'contact', 'outsider'])('refuses a %s and writes that down', async (as) => {
    expect(expectRefusal(await door.ask(line, { as })).reason).toBe('denied');
    expect(await door.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'deploy' }]);
    expect(await readCards()).toEqual([]);
  });

  it('is written down with what was asked, and hinted', async () => {
    const receipt = await door.ask(`${line} --env staging --ref v1.4.2`, { as: 'operator' });
    expect(receipt).toMatchObject({ kind: 'started', joined: false, where: 'place' });
    expect(await door.readAuditRows()).toMatchObject([
      {
        event: 'asked',
        verb: 'deploy',
        targetId: ids['heritage'],
        detail: { input: { client: 'heritage', env: 'staging', ref: 'v1.4.2', dryRun: true } },
      },
    ]);
    expect(door.hints).toHaveLength(1);
  });

  it('is one operation when the same delivery comes twice, and joined while the same plan is made', async () => {
    const first = await door.ask(line, { as: 'operator', key: 'once' });
    const again = await door.ask(line, { as: 'operator', key: 'once' });
    const other = await door.ask(line, { as: 'approver' });
    if (first.kind !== 'started') throw new Error(first.kind);
    expect(again).toMatchObject({ kind: 'started', operation: { id: first.operation.id } });
    expect(other).toMatchObject({ kind: 'started', joined: true, operation: { id: first.operation.id } });
    const elsewhere = await door.ask(`${line} --ref other`, { as: 'approver' });
    expect(elsewhere).toMatchObject({ kind: 'started', joined: false });
  });

  it("goes to the asker alone where it is asked in the client's channel", async () => {
    const place: Place = { kind: 'channel', team: 'T0DESK', channel: 'C0HERITAGE' };
    door.setAudience('C0HERITAGE', { kind: 'shared', targetIds: [ids['heritage'] ?? ''] });
    expect(await door.ask(line, { as: 'operator', place })).toMatchObject({ where: 'direct' });
    expect((await readCards()).map(({ channel }) => channel)).toEqual(['direct:U0OPERATOR']);
  });

  it.each([
    ['deploy heritage --dry-run --env live', '`--env` `live`: must be production or staging'],
    ['deploy heritage --dry-run --ref -x', '`--ref` `-x`: is no name of a branch, tag or commit'],
    ['deploy --dry-run', 'client&gt;` is missing'],
    ['deploy heritage --dryrun', 'Did you mean `--dry-run`?'],
  ])('says what is wrong with "%s"', async (typed, say) => {
    const refusal = expectRefusal(await door.ask(typed, { as: 'operator' }));
    expect(refusal.reason).toBe('usage');
    expect(refusal.say).toContain(say);
  });
});
