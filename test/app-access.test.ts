/** From stored rules and Slack's groups to grants; the desk's own timer has one right, which nobody else has and no rule changes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccessReader } from '../src/app-access.ts';
import { scheduler } from '../src/operations/schedule.ts';
import { decideAccess, decideRights, type Grant, roles } from '../src/policy/access.ts';
import type { ReadGroup } from '../src/slack/read-groups.ts';
import { type AccessRule, addRule } from '../src/store/access-store.ts';
import { createDeskDatabase, type DeskDatabase } from './support/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => desk.clear());

const place = { kind: 'dm', team: 'T1', channel: 'D1' } as const;
const open = (readGroup: ReadGroup = async () => new Set()) =>
  createAccessReader({
    database: desk.database,
    admins: [scheduler, { team: 'T1', user: 'UADMIN' }],
    ownTeam: async () => 'T1',
    readGroup,
    readPlace: async () => ({ kind: 'channel', shared: false }),
  });

const rule = (given: Partial<AccessRule>) =>
  desk.database.transact((tx) =>
    addRule(
      tx,
      { subjectKind: 'group', team: 'T1', subject: 'S1', role: 'viewer', targetId: null, ...given },
      { team: 'T1', user: 'UADMIN' },
      new Date(),
    ),
  );

it('tends the house and does nothing else, even where a rule or the configuration would make it an admin', async () => {
  await rule({ subjectKind: 'team', team: 'desk', subject: 'desk', role: 'admin' });
  const { grants } = await open().readAccess(scheduler, place);
  expect(grants).toEqual([{ role: 'desk', targetIds: null }]);
  for (const permission of ['look', 'ask-status', 'operate', 'decide', 'administer'] as const)
    expect(decideRights(grants, permission)).toEqual({ kind: 'only', targetIds: [] });
  expect(decideRights(grants, 'tend')).toEqual({ kind: 'all' });
});

it('no role of a person includes its right', async () => {
  await rule({ subjectKind: 'team', team: 'desk', subject: 'desk', role: 'admin' });
  const all = roles.map((role): Grant => ({ role, targetIds: null }));
  const audience = { kind: 'team' } as const;
  expect(
    decideAccess({ grants: all, permission: 'tend', asked: { kind: 'desk' }, audience, targetId: null }),
  ).toEqual({ kind: 'deny', reason: 'not-allowed' });
  expect((await open().readAccess({ team: 'desk', user: 'somebody' }, place)).grants).toEqual([
    { role: 'admin', targetIds: null },
  ]);
});

describe('groups', () => {
  /** Slack, answering only once everybody who is asked for is asked. */
  const gather = (members: Readonly<Record<string, readonly string[] | Error>>) => {
    const asked: string[] = [];
    const all = Promise.withResolvers<void>();
    const readGroup: ReadGroup = async (group) => {
      asked.push(group);
      if (asked.length === Object.keys(members).length) all.resolve();
      await all.promise;
      const found = members[group] ?? [];
      if (found instanceof Error) throw found;
      return new Set(found);
    };
    const grantsOf = async (user: string) =>
      (await open(readGroup).readAccess({ team: 'T1', user }, place, { freshFor: 'administer' })).grants;
    return { asked, grantsOf };
  };

  it('are asked at once, and each once however many rules name it', async () => {
    await rule({ subject: 'S1' });
    await rule({ subject: 'S1', role: 'operator' });
    await rule({ subject: 'S2', role: 'approver' });
    await rule({ subject: 'S3', role: 'admin' });
    const slack = gather({ S1: ['U1'], S2: ['U1'], S3: [] });
    expect((await slack.grantsOf('U1')).map(({ role }) => role).toSorted()).toEqual([
      'approver',
      'operator',
      'viewer',
    ]);
    expect(slack.asked.toSorted()).toEqual(['S1', 'S2', 'S3']);
  });

  it('that would add nothing are not asked about', async () => {
    for (const role of ['viewer', 'operator', 'approver', 'admin'] as const)
      await rule({ subject: `S-${role}`, role });
    const admin = gather({});
    expect(await admin.grantsOf('UADMIN')).toEqual([{ role: 'admin', targetIds: null }]);
    expect(admin.asked).toEqual([]);
    await rule({ subjectKind: 'user', subject: 'U1', role: 'operator' });
    const operator = gather({ 'S-approver': ['U1'], 'S-admin': [] });
    expect((await operator.grantsOf('U1')).map(({ role }) => role)).toEqual(['operator', 'approver']);
    expect(operator.asked.toSorted()).toEqual(['S-admin', 'S-approver']);
  });

  it('let nobody in where they cannot be read; who has another right keeps it', async () => {
    await rule({ subject: 'S1', role: 'admin' });
    await rule({ subjectKind: 'user', subject: 'U2' });
    const unread = () => gather({ S1: new Error('away') });
    await expect(unread().grantsOf('U1')).rejects.toThrow('away');
    expect(await unread().grantsOf('U2')).toEqual([{ role: 'viewer', targetIds: null }]);
  });
});
