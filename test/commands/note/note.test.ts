/** `note` through the real door and store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineNote, longestNote } from '../../../src/commands/note/command.ts';
import { addNote, readNotes } from '../../../src/store/health-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  type Person,
  type TestDoor,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let heritageId: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  heritageId = (await writeTestClients(desk.database, [toTestClient('heritage')]))['heritage'] ?? '';
  testDoor = createTestDoor({ database: desk.database, commands: [defineNote({ addNote })] });
});

const readBodies = async () =>
  (await desk.database.transact((tx) => readNotes(tx, heritageId, 50))).map(({ body }) => body);

describe('note', () => {
  it.each<Person>(['viewer', 'contact', 'outsider'])('refuses a %s and writes that down', async (as) => {
    expect(expectRefusal(await testDoor.ask('note heritage hello', { as })).reason).toBe('denied');
    expect(await readBodies()).toEqual([]);
    expect(await testDoor.readAuditRows()).toMatchObject([
      { event: 'denied', verb: 'note', targetId: heritageId },
    ]);
  });

  it('keeps the words as they are, once per delivery, and records that there is one', async () => {
    for (const key of ['one', 'one'])
      expectAnswer(
        await testDoor.ask('note Heritage  password --fresh on “Friday”', { as: 'operator', key }),
      );
    expect(await readBodies()).toEqual(['password --fresh on “Friday”']);
    expect(await testDoor.readAuditRows()).toMatchObject([
      {
        event: 'answered',
        actor: 'T0DESK:U0OPERATOR',
        targetId: heritageId,
        detail: { changed: { noted: 'password --fresh on “Friday”' } },
      },
    ]);
  });

  it.each([
    '19" rack,  2 of them',
    '“open',
    '--fresh is what they asked for',
    '"all of it" in quotes',
    'two\nlines',
  ])('keeps %j as it was typed', async (text) => {
    expectAnswer(await testDoor.ask(`note heritage  ${text}`));
    expect(await readBodies()).toEqual([text]);
  });

  it('makes foreign words inert and shortens what it repeats, never what it keeps', async () => {
    const body = `<!channel> ${'<@U123> & '.repeat(100)}end`;
    const receipt = await testDoor.request('note', { client: 'heritage', text: body });
    const { text } = expectAnswer(receipt).message;
    expect(text).not.toMatch(/<[!@]/);
    expect(text.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
    expect(await readBodies()).toEqual([body]);
  });

  it('repeats in Slack and in a terminal what was typed, escaped once', async () => {
    const receipt = await testDoor.request('note', { client: 'heritage', text: 'a < b & *c* `d` &lt;' });
    expect(expectAnswer(receipt).message.text).toContain(': a &lt; b &amp; ∗c∗ ˋdˋ &amp;lt;');
    expect(toText(receipt)).toContain(': a < b & *c* `d` &lt;');
  });

  it('takes secrets out before anything is kept', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    await testDoor.ask(`note heritage use ${token}`);
    expect(JSON.stringify([await readBodies(), await testDoor.readAuditRows()])).not.toContain(token);
    expect(await readBodies()).toHaveLength(1);
  });

  it.each([
    ['no text', 'note heritage', 'usage', 'is missing: what to remember'],
    ['no client', 'note', 'usage', 'is missing: which client'],
    ['a client nobody knows', 'note herritage hello', 'not-found', 'herritage'],
    ['a book', `note heritage ${'x'.repeat(longestNote + 1)}`, 'usage', 'longer than 2000'],
    ['an open quote before the text', 'note “heritage hello', 'usage', 'quotation mark is open'],
  ])('refuses %s', async (_what, line, reason, part) => {
    const receipt = await testDoor.ask(line);
    expect(expectRefusal(receipt).reason).toBe(reason);
    expect(toText(receipt)).toContain(part);
    expect(await readBodies()).toEqual([]);
  });
});
