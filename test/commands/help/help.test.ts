/** `help` through the real door, over commands with many and with no words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineAddClient } from '../../../src/commands/add-client/command.ts';
import { defineHelp } from '../../../src/commands/help/command.ts';
import { defineKillswitch } from '../../../src/commands/killswitch/command.ts';
import { defineNote } from '../../../src/commands/note/command.ts';
import { clientFields } from '../../../src/policy/registry/client-fields.ts';
import { addNote } from '../../../src/store/health-store.ts';
import { registryRecord } from '../../../src/store/registry-store.ts';
import { normalizeInstanceUrl } from '../../../src/systems/acumatica/instance-url.ts';
import { toText } from '../../support/answer-text.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  people,
  type TestDoor,
  terminal,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
  testDoor = createTestDoor({
    database: desk.database,
    commands: (late) => [
      defineNote({ addNote }),
      defineAddClient({
        record: registryRecord,
        normalize: normalizeInstanceUrl,
        resolveTarget: async () => null,
      }),
      defineKillswitch({ set: async () => {}, read: async () => [], readNames: async () => [] }),
      defineHelp({
        commands: () => late().commands,
      }),
    ],
  });
  testDoor.grant(people.contact, [{ role: 'contact', targetIds: ['00000000-0000-7000-8000-000000000001'] }]);
});
afterAll(() => desk.drop());

describe('help', () => {
  it.each([
    ['admin', ['note', 'add-client', 'killswitch', 'help']],
    ['operator', ['note', 'killswitch', 'help']],
    ['viewer', ['killswitch', 'help']],
    ['contact', ['help']],
  ] as const)('lists to a %s what they may ask for', async (as, verbs) => {
    const { data } = expectAnswer(await testDoor.ask('help', { as }));
    expect((data as readonly { verb: string }[]).map(({ verb }) => verb)).toEqual(verbs);
  });

  it('explains one command, by its alias too', async () => {
    const text = toText(await testDoor.ask('help N'));
    expect(text).toContain('note: Write a note on a client');
    expect(text).toContain('Usage: /acuops note <client> <text>');
    expect(text).toContain('\n• client: which client\n• text: what to remember\n');
    expect(text).toContain('Example: /acuops note acme password is rotated on Friday');
  });

  it('says where the role does not include what is explained', async () => {
    expect(toText(await testDoor.ask('help note', { as: 'viewer' }))).toContain(
      'Your role does not include it',
    );
    expect(toText(await testDoor.ask('help note', { as: 'operator' }))).not.toContain('does not include');
  });

  it('says which part of a command the role does not include', async () => {
    for (const as of ['viewer', 'approver'] as const)
      expect(toText(await testDoor.ask('help killswitch', { as }))).toContain(
        '\nYour role does not include killswitch on; an admin can change that.',
      );
    expect(toText(await testDoor.ask('help killswitch'))).not.toContain('does not include');
  });

  it('says once what may be left out, and nothing of it where nothing may', async () => {
    const text = toText(await testDoor.ask('help help'));
    expect(text.match(/left out/gu)).toHaveLength(1);
    expect(text).toContain('\n[topic] may be left out.');
    // Its flags are in brackets too, but a new client needs some of them.
    for (const verb of ['note', 'add-client'])
      expect(toText(await testDoor.ask(`help ${verb}`))).not.toContain('left out');
  });

  it('speaks of Slack in Slack only', async () => {
    expect(toText(await testDoor.ask('help'))).toContain('mention the bot');
    const there = await testDoor.ask('help', { place: terminal, via: 'socket' });
    expect(toText(there)).not.toMatch(/mention|slash/u);
    expect(toText(there)).toContain('help <command> explains one');
  });

  it('tells a client’s contact of mentions only, which are all that they have', async () => {
    const text = toText(await testDoor.ask('help', { as: 'contact' }));
    expect(text).toContain('Mention the bot and write help <command>');
    expect(text).not.toContain('slash');
  });

  it('shows the longest one whole: every flag, usage and an example that works', async () => {
    const text = toText(await testDoor.ask('help add-client'));
    for (const { flag } of clientFields) expect(text).toContain(`• --${flag}: `);
    expect(text).not.toContain('more lines');
    const example = /Example: \/acuops (.*)/.exec(text)?.[1] ?? '';
    expect(expectAnswer(await testDoor.ask(example)).data).toMatchObject({ id: 'acme' });
  });

  it('guesses the verb that was meant', async () => {
    expect(expectRefusal(await testDoor.ask('help noet')).say).toContain('Did you mean `note`?');
    // Never one that would be denied.
    expect(expectRefusal(await testDoor.ask('help noet', { as: 'viewer' })).say).not.toContain('Did you');
    expect(expectRefusal(await testDoor.ask('hlep')).say).toContain('Did you mean `help`?');
    expect(expectRefusal(await testDoor.ask('<!channel>')).say).not.toContain('<!');
  });

  it('is not for outsiders', async () => {
    expect(expectRefusal(await testDoor.ask('help', { as: 'outsider' })).reason).toBe('denied');
  });
});
