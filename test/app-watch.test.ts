/** Following by id ends with the right to it: who lost a role, or all of them, reads nothing that they once asked for. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWaitFor } from '../src/app-watch.ts';
import type { WaitFor } from '../src/http/cli-watch.ts';
import type { Operation } from '../src/operations/operation.ts';
import { clearSpine, defineWork } from './operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from './support/desk-database.ts';
import { createTestDoor, people, type TestDoor, terminal } from './support/door.ts';

let desk: DeskDatabase;
let door: TestDoor;
let waitFor: WaitFor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  door = createTestDoor({ database: desk.database, commands: [defineWork({ steps: {} })] });
  waitFor = createWaitFor({ ...door, database: desk.database, zone: 'UTC' });
});

const start = async (as: 'viewer' | 'contact' = 'viewer'): Promise<Operation> => {
  const receipt = await door.ask('work', { as, place: terminal, via: 'http' });
  if (receipt.kind !== 'started') throw new Error(JSON.stringify(receipt));
  return receipt.operation;
};
const look = ({ spokenId }: Operation, as: keyof typeof people = 'viewer', waitMs = 0) =>
  waitFor(spokenId, people[as], waitMs, new AbortController().signal);
const finish = () =>
  sql`update operations set state = 'done', due_at = null, result = '{"secret":"fleet"}'`.execute(
    desk.database.db,
  );

describe('an operation that is followed by its id', () => {
  it('is shown to whoever asked for it, as long as they may see as much', async () => {
    const operation = await start();
    expect(await look(operation)).toMatchObject({ state: 'open' });
    await finish();
    expect(await look(operation)).toMatchObject({ state: 'done', data: { secret: 'fleet' } });
    expect(await look(operation, 'operator')).toBeNull();
  });

  it('is not shown to somebody whose last role was taken away', async () => {
    const operation = await start();
    await finish();
    door.grant(people.viewer, []);
    expect(await look(operation)).toBeNull();
  });

  it('is not shown to somebody who may see one client of it by now', async () => {
    const operation = await start();
    await finish();
    door.grant(people.viewer, [{ role: 'contact', targetIds: ['0190a000-0000-7000-8000-000000000001'] }]);
    expect(await look(operation)).toBeNull();
  });

  it('is not shown at the end of a wait during which the role was lost', async () => {
    const operation = await start();
    const waiting = look(operation, 'viewer', 5_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    door.grant(people.viewer, []);
    await finish();
    expect(await waiting).toBeNull();
  });
});
