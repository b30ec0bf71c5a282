/** What somebody is told who named a client that is not there, or not theirs: near or own clients, never one that they may not see. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AnyCommand, defineCommand, type Permission } from '../../src/operations/command.ts';
import { explainTargets } from '../../src/operations/explain-target.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { readTargets } from '../../src/store/target-store.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import {
  createTestDoor,
  expectRefusal,
  opsChannel,
  type Person,
  people,
  type TestDoor,
} from '../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let ids: Readonly<Record<string, string>>;

/** `look` takes a client or a tier, `ask` a client. */
const define = (verb: string, permission: Permission, takesTiers: boolean): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb,
    aliases: [],
    summary: 'A command for a test',
    words: { positionals: [{ name: 'who', about: 'which client', required: true }], flags: {} },
    example: `${verb} heritage`,
    input: z.strictObject({ who: z.string(), reason: z.string().optional() }),
    permission: () => permission,
    effect: 'none',
    asks: ({ who }) =>
      takesTiers && ['premium', 'standard', 'self-service'].includes(who)
        ? { kind: 'tier', tier: who }
        : { kind: 'key', key: who },
    run: async () => refuse('conflict', 'It ran.'),
  });

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  ids = await writeTestClients(
    desk.database,
    ['heritage', 'bayline', 'baylight', 'premier'].map((key) => toTestClient(key)),
  );
  testDoor = createTestDoor({
    database: desk.database,
    commands: [define('look', 'look', true), define('ask', 'ask-status', false)],
    secrets: ['s3cret-word'],
  });
});

const ownOnly = (...keys: string[]): void =>
  testDoor.grant(people.contact, [{ role: 'contact', targetIds: keys.map((key) => ids[key] ?? '') }]);

let deliveries = 0;
const say = async (verb: string, who: string, as: Person): Promise<string> => {
  deliveries += 1;
  const door = explainTargets(testDoor.door, {
    ...testDoor,
    readNames: (scope) => readTargets(desk.database.db, scope),
    redact: (text) => text.replaceAll('s3cret-word', '[redacted]'),
  });
  const receipt = await door.request({
    deliveryKey: `explain-${deliveries}`,
    via: 'slack',
    actor: people[as],
    place: opsChannel,
    verb,
    input: { who },
  });
  return expectRefusal(receipt).say;
};

describe('who may see all clients', () => {
  it.each([
    [
      'look',
      'bayln',
      'There is no client `bayln`, so nothing was done. Did you mean `bayline`? `/acuops list`',
    ],
    ['look', 'heritag', 'Did you mean `heritage`?'],
    ['look', 'premiu', 'Did you mean `premium` or `premier`?'],
    ['ask', 'premiu', 'Did you mean `premier`?'],
    ['ask', 'nothing-like-it', 'so nothing was done. `/acuops list` shows them all.'],
    ['ask', 's3cret-word', 'There is no client `[redacted]`'],
  ])('%s %s', async (verb, who, said) => {
    expect(await say(verb, who, 'viewer')).toContain(said);
  });

  it('is told what the command itself refused', async () => {
    expect(await say('ask', 'heritage', 'viewer')).toBe('It ran.');
  });
});

describe('a client’s contact', () => {
  it('reads the same of a foreign client and of none, and which ones are theirs', async () => {
    ownOnly('bayline');
    for (const who of ['heritage', 'heritagee', 'baylight'])
      expect(await say('ask', who, 'contact')).toBe(
        `You may not see that client, or it does not exist: \`${who}\`. Nothing was done. You may see \`bayline\`.`,
      );
  });

  it('is not told of clients where the role does not include the command at all', async () => {
    ownOnly('bayline');
    expect(await say('look', 'heritage', 'contact')).toContain('Your role does not include `look`');
    expect(await say('ask', 'heritage', 'outsider')).toMatch(/^You have no role at this desk/u);
  });
});

describe('who mistypes a command', () => {
  it.each<[string, Person, string]>([
    ['lok', 'viewer', 'There is no command `lok`. Did you mean `look`? `/acuops help`'],
    ['lok', 'contact', 'There is no command `lok`. `/acuops help` lists them all.'],
    ['aks', 'contact', 'Did you mean `ask`?'],
    ['lok', 'outsider', 'There is no command `lok`. You have no role at this desk'],
    ['s3cret-word', 'outsider', 'There is no command `[redacted]`.'],
    ['s3cret-word', 'viewer', 'There is no command `[redacted]`.'],
  ])('%s by a %s: is told only of such as they may ask for', async (verb, as, said) => {
    ownOnly('bayline');
    expect(await say(verb, 'bayline', as)).toContain(said);
  });
});
