/** The desk's own timer has one right, which nobody else has and no rule changes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessReader } from '../src/app-access.ts';
import { scheduler } from '../src/operations/schedule.ts';
import { decideAccess, decideRights, type Grant, roles } from '../src/policy/access.ts';
import { addRule } from '../src/store/access-store.ts';
import { createDeskDatabase, type DeskDatabase } from './support/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

const place = { kind: 'dm', team: 'T1', channel: 'D1' } as const;
const open = () =>
  createAccessReader({
    database: desk.database,
    admins: [scheduler],
    ownTeam: async () => 'T1',
    readGroup: async () => new Set(),
    readPlace: async () => ({ kind: 'channel', shared: false }),
  });

it('tends the house and does nothing else, even where a rule or the configuration would make it an admin', async () => {
  await desk.database.transact((tx) =>
    addRule(
      tx,
      { subjectKind: 'team', team: 'desk', subject: 'desk', role: 'admin', targetId: null },
      { team: 'T1', user: 'U1' },
      new Date(),
    ),
  );
  const { grants } = await open().readAccess(scheduler, place);
  expect(grants).toEqual([{ role: 'desk', targetIds: null }]);
  for (const permission of ['look', 'ask-status', 'operate', 'decide', 'administer'] as const)
    expect(decideRights(grants, permission)).toEqual({ kind: 'only', targetIds: [] });
  expect(decideRights(grants, 'tend')).toEqual({ kind: 'all' });
});

it('no role of a person includes its right', async () => {
  const all = roles.map((role): Grant => ({ role, targetIds: null }));
  const audience = { kind: 'team' } as const;
  expect(
    decideAccess({ grants: all, permission: 'tend', asked: { kind: 'desk' }, audience, targetId: null }),
  ).toEqual({ kind: 'deny', reason: 'not-allowed' });
  expect((await open().readAccess({ team: 'desk', user: 'somebody' }, place)).grants).toEqual([
    { role: 'admin', targetIds: null },
  ]);
});
