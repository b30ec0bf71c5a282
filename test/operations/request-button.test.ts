/** A verb that exists as a button only: for whoever types, wherever, it is the same as no verb at all; a press on a card or in its window finds it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Call } from '../../src/operations/call.ts';
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import { parseTyped } from '../../src/operations/words.ts';
import { ensureKillswitch } from '../../src/store/killswitch-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { type Ask, createTestDoor, expectAnswer, expectRefusal, type TestDoor } from '../support/door.ts';
import { createDeskCommands } from './desk-commands.ts';
import { clearSpine, defineWork } from './spine.ts';

const cardId = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001';
const vias: readonly Call['via'][] = ['slack', 'http', 'socket', 'timer'];

/** No command of the desk sounds like it, so that only it could be what was meant. */
const defineStamp = (): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'stampede',
    aliases: ['stampable'],
    summary: 'A button for a test',
    words: { positionals: [{ name: 'what', about: 'what', required: true }], flags: {} },
    example: 'stampede it',
    input: z.strictObject({ what: z.string() }),
    permission: () => 'look',
    effect: 'record',
    asks: () => ({ kind: 'none' }),
    only: 'button',
    run: async (_, { what }) => ({
      kind: 'answer',
      message: { text: what, blocks: [] },
      data: null,
      exit: 0,
    }),
  });

let desk: DeskDatabase;
let door: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  await ensureKillswitch(desk.database.db, new Date());
  door = createTestDoor({
    database: desk.database,
    commands: (late) => [
      ...createDeskCommands(
        desk.database,
        () => late().now(),
        () => late().commands,
      ),
      defineStamp(),
      defineWork({ steps: {} }),
    ],
  });
});

/** The same sentence for a word that nobody ever declared. */
const unknown = (word: string): string => `There is no command \`${word}\`. \`/acuops help\` lists them all.`;

describe('typed', () => {
  it.each(vias)('by %s it is no command, and nothing is written', async (via) => {
    for (const word of ['stampede', 'STAMPEDE', 'stampable', 'stampedes', 'xyzzyq']) {
      expect(expectRefusal(await door.ask(`${word} it`, { via }))).toMatchObject({
        reason: 'unknown-verb',
        say: unknown(word),
      });
      // As the edges build it where the words were read already.
      expect(expectRefusal(await door.request(word, { what: 'it' }, { via })).say).toBe(unknown(word));
    }
    expect(await door.readAuditRows()).toEqual([]);
  });

  it('wrongly it has no usage line either', () => {
    for (const line of ['stampede', 'stampede it --loud', 'stampede "it', 'stampede a b'])
      expect(parseTyped(line, door.commands)).toEqual({
        kind: 'parsed',
        value: { verb: 'stampede', input: {} },
      });
  });

  it('stands in no help', async () => {
    for (const via of vias.filter((one) => one !== 'timer')) {
      expect(JSON.stringify(expectAnswer(await door.ask('help', { via })))).not.toContain('stamp');
      expect(expectRefusal(await door.ask('help stampede', { via })).say).toBe(unknown('stampede'));
    }
  });

  it.each(vias)('by %s every word of the desk is either listed or no command', async (via) => {
    const listed = new Set(door.commands.all.flatMap(({ verb, aliases }) => [verb, ...aliases]));
    const every = [...createDeskCommands(desk.database, door.now, () => door.commands), defineStamp()];
    const unlisted = every
      .filter(({ hidden }) => !hidden)
      .flatMap(({ verb, aliases }) => [verb, ...aliases])
      .filter((word) => !listed.has(word));
    expect(unlisted).toEqual(expect.arrayContaining(['stampede', 'stampable']));
    for (const word of unlisted)
      expect(expectRefusal(await door.request(word, {}, { via })).reason).toBe('unknown-verb');
  });
});

describe('pressed', () => {
  const presses: readonly (readonly [string, Ask])[] = [
    ['on a card that it leaves', { pressed: cardId }],
    ['on a card that it takes over or decides on', { card: { id: cardId, version: 1, takeOver: false } }],
  ];

  it.each(vias.filter((via) => via !== 'slack'))('by %s it cannot be: there are no buttons', async (via) => {
    for (const [, press] of presses)
      expect(expectRefusal(await door.request('stampede', { what: 'it' }, { ...press, via })).say).toBe(
        unknown('stampede'),
      );
    expect(await door.readAuditRows()).toEqual([]);
  });

  it('leaving the card it is answered and recorded', async () => {
    const receipt = await door.request('stampede', { what: 'it' }, { pressed: cardId });
    expect(expectAnswer(receipt).message.text).toBe('it');
    expect((await door.readAuditRows()).map(({ event, verb }) => [event, verb])).toEqual([
      ['answered', 'stampede'],
    ]);
  });

  it('deciding on a card it counts once', async () => {
    await door.ask('work');
    const card = await desk.database.db.selectFrom('cards').selectAll().executeTakeFirstOrThrow();
    const press = { card: { id: card.id, version: card.decision_version, takeOver: false } };
    expect(expectAnswer(await door.request('stampede', { what: 'it' }, press)).message.text).toBe('it');
    expect(expectRefusal(await door.request('stampede', { what: 'it' }, press)).reason).toBe('stale-card');
  });

  it('on a card that is gone it is not told to be typed', async () => {
    const press = { card: { id: cardId, version: 1, takeOver: false } };
    const { reason, say } = expectRefusal(await door.request('stampede', { what: 'it' }, press));
    expect(reason).toBe('stale-card');
    expect(say).not.toContain('stampede');
  });

  it('with input at fault it is told the fault and no usage line', async () => {
    const { reason, say } = expectRefusal(await door.request('stampede', {}, { pressed: cardId }));
    expect(reason).toBe('usage');
    expect(say).toContain('`what`');
    expect(say).not.toMatch(/Usage|Example/u);
  });

  it('by somebody who may not, it is denied', async () => {
    const receipt = await door.request('stampede', { what: 'it' }, { pressed: cardId, as: 'outsider' });
    expect(expectRefusal(receipt).reason).toBe('denied');
    expect((await door.readAuditRows()).map(({ event }) => event)).toEqual(['denied']);
  });
});
