/** Path by path: no verb, by anybody who may not, in any place, tells whether a client exists or shows anything of it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Place } from '../../src/operations/call.ts';
import { ensureKillswitch } from '../../src/store/killswitch-store.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, opsChannel, people, type TestDoor } from '../support/door.ts';
import { createDeskCommands } from './desk-commands.ts';

let desk: DeskDatabase;
let door: TestDoor;
let ids: Readonly<Record<string, string>>;

const ownChannel: Place = { ...opsChannel, channel: 'C0OWN' };
const otherChannel: Place = { ...opsChannel, channel: 'C0OTHER' };
const sharedChannel: Place = { ...opsChannel, channel: 'C0SHARED' };
const places: Record<string, Place> = {
  'the own channel': ownChannel,
  'the other channel': otherChannel,
  'a channel shared with strangers': sharedChannel,
  'our channel': opsChannel,
  'a direct message': { kind: 'dm', team: 'T0DESK', channel: 'D0DIRECT' },
};

beforeAll(async () => {
  desk = await createDeskDatabase();
  await ensureKillswitch(desk.database.db, new Date());
  ids = await writeTestClients(desk.database, [toTestClient('mine'), toTestClient('hidden')]);
  door = createTestDoor({
    database: desk.database,
    commands: (late) =>
      createDeskCommands(
        desk.database,
        () => late().now(),
        () => late().commands,
      ),
  });
  door.grant(people.contact, [{ role: 'contact', targetIds: [ids['mine'] ?? ''] }]);
  door.setAudience(ownChannel.channel, { kind: 'shared', targetIds: [ids['mine'] ?? ''] });
  door.setAudience(otherChannel.channel, { kind: 'shared', targetIds: [ids['hidden'] ?? ''] });
  door.setAudience(sharedChannel.channel, { kind: 'shared', targetIds: [] });
  await door.ask('note hidden nobody outside may read this');
});
afterAll(() => desk.drop());

/** One lawful line per verb that can name a client; `%` stands for its key. */
const naming = [
  'health %',
  'health % --fresh',
  'deploy % --dry-run',
  'status %',
  'note % hello',
  'take %',
  'take % --release',
  'retry-sign-in %',
  'edit-client % --name Other',
  'remove-client % --reason "they left"',
  'audit --client %',
  'killswitch on --target % --reason "for a test"',
  'role grant T0DESK:U0OUTSIDER contact %',
];
const others = [
  'health',
  'health premium',
  'health --all',
  'list',
  'list premium',
  'list --archived',
  'audit',
  'audit verify',
  'audit export',
  'registry export',
  'registry import',
  'role list',
  'role grant T0DESK:U0OUTSIDER admin',
  'token list',
  'token create laptop',
  'killswitch show',
  'killswitch off --reason "for a test"',
  'doctor',
  'whoami',
  'help',
  'help health',
  'help hidden',
];

const say = async (line: string, as: 'contact' | 'outsider', place: Place, actor: Actor = people[as]) => {
  const receipt = await door.ask(line, { as: actor, place });
  return { receipt, text: JSON.stringify(receipt) };
};

const snapshot = async (): Promise<string> => {
  const parts = await Promise.all(
    (['targets', 'notes', 'claims', 'access_rules', 'access_tokens', 'killswitches', 'cards'] as const).map(
      async (table) => {
        const { rows } = await sql<{
          row: string;
        }>`select to_jsonb(t)::text as row from ${sql.table(table)} t order by 1`.execute(desk.database.db);
        return rows.map(({ row }) => row).join('\n');
      },
    ),
  );
  return parts.join('\n');
};

const blind = (text: string, key: string): string =>
  text
    .replaceAll(key, '%')
    .replaceAll(/"id":"[^"]+"|"spokenId":"[^"]+"/gu, '')
    .replaceAll(/reference [A-Z0-9]{6}/giu, '');

describe('the lines that are walked', () => {
  it.each(naming)('"%s" would be understood, so it is access that refuses it', async (line) => {
    const receipt = await door.ask(line.replaceAll('%', 'absent'));
    expect(receipt).toMatchObject({ kind: 'refused', refusal: { reason: 'not-found' } });
  });
});

describe.each(Object.entries(places))('in %s', (_, place) => {
  describe.each(['contact', 'outsider'] as const)('the %s', (as) => {
    it.each(naming)('learns by "%s" nothing of another client, nor whether it exists', async (line) => {
      const before = await snapshot();
      const hidden = await say(line.replaceAll('%', 'hidden'), as, place);
      const absent = await say(line.replaceAll('%', 'absent'), as, place);
      expect(hidden.receipt.kind).toBe('refused');
      expect(blind(hidden.text, 'hidden')).toBe(blind(absent.text, 'absent'));
      for (const word of ['Hidden Ltd', 'acuops-hidden', 'nobody outside'])
        expect(hidden.text).not.toContain(word);
      expect(await snapshot()).toBe(before);
    });

    it.each(others)('is shown by "%s" nothing of another client', async (line) => {
      const before = await snapshot();
      const { text, receipt } = await say(line, as, place);
      for (const word of ['Hidden Ltd', 'acuops-hidden', ids['hidden'] ?? '?', 'nobody outside'])
        expect(text).not.toContain(word);
      // What the outsider asked for is refused whatever it is; a contact may learn who they are and what there is to ask.
      const isHarmless = as === 'contact' && /^(?:whoami|help)/u.test(line);
      expect(isHarmless || receipt.kind === 'refused').toBe(true);
      expect(await snapshot()).toBe(before);
    });
  });

  it('a contact has the status of the own client, without the notes of the team', async () => {
    await door.ask('note mine only for us');
    const { receipt, text } = await say('status mine', 'contact', place);
    const where = place === ownChannel || place === opsChannel || place.kind === 'dm' ? 'place' : 'direct';
    expect(receipt).toMatchObject({ kind: 'answered', where });
    expect(text).not.toContain('only for us');
  });
});

describe('one of us', () => {
  it.each(['viewer', 'operator', 'approver', 'admin'] as const)(
    '(%s) in a client channel gets that client only, and the other one directly',
    async (as) => {
      const list = await door.ask('list', { as, place: ownChannel });
      expect(JSON.stringify(list)).toContain('Mine Ltd');
      expect(JSON.stringify(list)).not.toContain('Hidden Ltd');
      expect(list).toMatchObject({ where: 'place' });
      const named = await door.ask('status hidden', { as, place: ownChannel });
      expect(named).toMatchObject({ kind: 'answered', where: 'direct' });
      const health = await door.ask('health', { as, place: ownChannel });
      if (health.kind !== 'started') throw new Error(JSON.stringify(health));
      expect(health.operation.scope).toEqual({ kind: 'only', targetIds: [ids['mine']] });
      const other = await door.ask('health hidden', { as, place: ownChannel });
      expect(other).toMatchObject({ kind: 'started', where: 'direct' });
      if (other.kind !== 'started') throw new Error(JSON.stringify(other));
      const cards = await desk.database.db
        .selectFrom('cards')
        .select('channel')
        .where('operation_id', '=', other.operation.id)
        .execute();
      expect(cards.filter(({ channel }) => !channel.startsWith('direct:'))).toEqual([]);
    },
  );

  it('is told that a client does not exist', async () => {
    expect(await door.ask('status absent', { as: 'viewer' })).toMatchObject({
      refusal: { reason: 'not-found' },
    });
  });
});
