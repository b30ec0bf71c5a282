/** Who is in a user group may be a minute old for looking; whoever decides or administers is asked about anew. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createAccessReader } from '../../src/app-access.ts';
import { type AnyCommand, defineCommand, type Permission } from '../../src/operations/command.ts';
import { createRequestDoor, type RequestDoor } from '../../src/operations/request.ts';
import { createCommandList } from '../../src/operations/words.ts';
import { createReadGroup } from '../../src/slack/read-groups.ts';
import type { WebClient } from '../../src/slack/slack-clients.ts';
import { addRule } from '../../src/store/access-store.ts';
import { createRequestStore } from '../../src/store/request-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { opsChannel, people } from '../support/door.ts';

const { admin: member } = people;
const now = () => new Date('2026-11-21T08:00:00Z');
let desk: DeskDatabase;
let door: RequestDoor;
let members: readonly string[];
let asked: number;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

/** `can <permission>`: asks for just that. */
const defineCan = (): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'can',
    aliases: [],
    summary: 'Asks for a permission',
    words: { positionals: [], flags: {} },
    example: 'can',
    input: z.strictObject({ permission: z.string() }),
    permission: ({ permission }) => permission as Permission,
    effect: 'none',
    asks: () => ({ kind: 'none' }),
    run: async () => ({ kind: 'answer', message: { text: 'yes', blocks: [] }, data: null, exit: 0 }),
  });

beforeEach(async () => {
  await desk.clear();
  [members, asked] = [[member.user], 0];
  const list = async () => {
    asked += 1;
    return { ok: true, users: [...members] };
  };
  door = createRequestDoor({
    commands: createCommandList([defineCan()]),
    store: createRequestStore(desk.database, now),
    access: createAccessReader({
      database: desk.database,
      admins: [],
      ownTeam: async () => member.team,
      readGroup: createReadGroup({
        client: { usergroups: { users: { list } } } as unknown as WebClient,
        now,
      }),
      readPlace: async () => ({ kind: 'channel', shared: false }),
    }),
    now,
    redact: (text) => text,
    hint: () => undefined,
  });
  const rule = { subjectKind: 'group', team: member.team, subject: 'S0ADMINS', targetId: null } as const;
  await desk.database.transact((tx) => addRule(tx, { ...rule, role: 'admin' }, member, now()));
});

it('a group that cannot give the right is not asked about anew', async () => {
  await desk.clear();
  const rule = { subjectKind: 'group', team: member.team, subject: 'S0CALL', targetId: null } as const;
  await desk.database.transact((tx) => addRule(tx, { ...rule, role: 'operator' }, member, now()));
  for (let time = 0; time < 3; time += 1) expect(await ask('administer')).toBe('denied');
  expect(asked).toBe(1);
});

let deliveries = 0;
const ask = async (permission: Permission): Promise<string> => {
  deliveries += 1;
  const receipt = await door.request({
    deliveryKey: `fresh-${deliveries}`,
    via: 'slack',
    actor: member,
    place: opsChannel,
    verb: 'can',
    input: { permission },
  });
  return receipt.kind === 'refused' ? receipt.refusal.reason : receipt.kind;
};

it.each<Permission>(['decide', 'administer'])(
  '%s is refused to whoever left the group a moment ago',
  async (permission) => {
    expect(await ask(permission)).toBe('answered');
    members = [];
    expect(await ask(permission)).toBe('denied');
    expect(asked).toBe(2);
  },
);

it.each<Permission>(['look', 'ask-status', 'operate'])(
  '%s does not ask Slack again within the minute',
  async (permission) => {
    expect(await ask(permission)).toBe('answered');
    expect(await ask(permission)).toBe('answered');
    expect(asked).toBe(1);
  },
);
