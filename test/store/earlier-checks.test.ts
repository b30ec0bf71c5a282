/** Which checks a new one is compared with, read from a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createId } from '../../src/runtime/ids.ts';
import { readLastResults } from '../../src/store/earlier-checks.ts';
import { writeChecks } from '../../src/store/health-store.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  desk = await createDeskDatabase();
  ids = await writeTestClients(desk.database, [toTestClient('heritage'), toTestClient('bayline')]);
});
afterAll(() => desk.drop());

const toMinute = (minute: number): Date => new Date(Date.UTC(2026, 10, 20, 8, minute));
const check = async (spokenId: string, minute: number, keys: readonly string[], state = 'done') => {
  const id = createId();
  const at = toMinute(minute);
  await desk.database.db
    .insertInto('operations')
    .values({
      id,
      spoken_id: spokenId,
      delivery_key: spokenId,
      verb: 'health',
      input: '{}',
      actor_team: 'T1',
      actor_user: 'U1',
      place: '{}',
      scope: '{}',
      state,
      step: 'judge',
      result: JSON.stringify({ of: spokenId }),
      created_at: at,
      finished_at: state === 'done' ? at : null,
    })
    .execute();
  const checks = keys.map((key) => ({
    targetId: ids[key] ?? '',
    state: 'pass',
    body: null,
    observations: [],
  }));
  await writeChecks(desk.database.db, id, checks, at);
  return id;
};
const read = async (keys: readonly string[], before: string) =>
  (
    await readLastResults(
      desk.database.db,
      keys.map((key) => ids[key] ?? ''),
      before,
    )
  ).map(({ spokenId, result }) => [spokenId, (result as { of: string }).of]);

describe('the last checks of some targets', () => {
  it('are those of each, once, newest first, and neither this one nor one that is not done', async () => {
    await check('AAAAAA', 1, ['heritage', 'bayline']);
    await check('BBBBBB', 2, ['heritage']);
    await check('CCCCCC', 3, ['heritage', 'bayline'], 'open');
    const now = await check('DDDDDD', 4, ['heritage', 'bayline']);
    expect(await read(['heritage', 'bayline'], now)).toEqual([
      ['BBBBBB', 'BBBBBB'],
      ['AAAAAA', 'AAAAAA'],
    ]);
    expect(await read(['bayline'], now)).toEqual([['AAAAAA', 'AAAAAA']]);
    expect(await read([], now)).toEqual([]);
  });
});
