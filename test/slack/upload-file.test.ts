/** A card's file through the real WebClient: it stands once, in the thread that the card stands in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import type { Audience } from '../../src/policy/access.ts';
import { createMovedClock, type MovedClock, makeOperation } from '../support/card-memory.ts';
import { openCards, openTransport, place } from './cards.ts';
import { world } from './desk.ts';

let clock: MovedClock;
let front: SlackFront;
beforeEach(async () => {
  clock = createMovedClock();
  front = await createSlackFront({ mode: 'http', world, page: false });
});
afterEach(() => front.stop());
const open = () => openCards(openTransport(front, clock, 300), clock);

describe('a file', () => {
  const files = (): readonly (readonly [string, string, string | undefined])[] =>
    front.files().map((file) => [file.title, file.bytes.toString(), file.threadTs] as const);

  it.each([
    ['files.getUploadURLExternal', 'silence'],
    ['files.completeUploadExternal', 'loseAnswer'],
    ['files.completeUploadExternal', 'serverError'],
    ['files.completeUploadExternal', 'rateLimit'],
  ] as const)('stands once in the card’s thread though %s met %s', async (method, fault) => {
    if (fault === 'rateLimit') front.faults.rateLimit(method, { retryAfterSeconds: 1 });
    else front.faults[fault](method);
    const desk = open();
    desk.cards.add({ cardId: 'card-1', operation: makeOperation({ verb: 'list', state: 'done' }) });
    await desk.run(45_000);
    const card = front.messages('C0OPS').find((one) => one.text === 'fleet');
    expect(front.faults.pending()).toBe(0);
    const shared = files().filter(([, , thread]) => thread !== undefined);
    expect(shared).toEqual([['The fleet', 'all öf it', card?.ts]]);
    expect(desk.cards.read('card-1').trouble).toBeNull();
  });

  describe.each(['nothing went wrong', 'its answer was lost'])('of a card in a thread, though %s', (what) => {
    it('stands once in that thread, under its first message', async () => {
      const root = await front.say('U0ANN', 'C0OPS', 'look here');
      if (what !== 'nothing went wrong') front.faults.loseAnswer('files.completeUploadExternal');
      const desk = open();
      desk.cards.add({
        cardId: 'card-1',
        place: { ...place, thread: root.ts },
        operation: makeOperation({ verb: 'list', state: 'done' }),
      });
      await desk.run(45_000);
      expect(files().filter(([, , thread]) => thread !== undefined)).toEqual([
        ['The fleet', 'all öf it', root.ts],
      ]);
      expect(front.thread('C0OPS', root.ts).map((one) => [one.text, one.fileIds.length])).toEqual([
        ['look here', 0],
        ['fleet', 0],
        ['', 1],
      ]);
      expect(desk.cards.read('card-1')).toMatchObject({ trouble: null, deliveredVersion: 1 });
    });

    it('stands once under the card itself where that thread is gone', async () => {
      if (what !== 'nothing went wrong') front.faults.loseAnswer('files.completeUploadExternal');
      const desk = open();
      desk.cards.add({
        cardId: 'card-1',
        place: { ...place, thread: '1700000000.000100' },
        operation: makeOperation({ verb: 'list', state: 'done' }),
      });
      await desk.run(45_000);
      const [card] = front.messages('C0OPS');
      expect(files().filter(([, , thread]) => thread !== undefined)).toEqual([
        ['The fleet', 'all öf it', card?.ts],
      ]);
      expect(desk.cards.read('card-1')).toMatchObject({ trouble: null, deliveredVersion: 1 });
    });
  });

  it.each([
    ['nothing went wrong', null],
    ['Slack kept silent', 'silence'],
    ['the answer was lost', 'loseAnswer'],
  ] as const)('goes with its card where others read the channel by now, though %s', async (_what, fault) => {
    let audience: Audience = { kind: 'team' };
    const desk = openCards(openTransport(front, clock, 300), clock, async (): Promise<Audience> => audience);
    desk.cards.add({ cardId: 'card-1', operation: makeOperation({ verb: 'list', state: 'done' }) });
    await desk.run(3_000);
    expect(files()).toHaveLength(1);
    audience = { kind: 'shared', targetIds: [] };
    if (fault) front.faults[fault]('files.delete');
    desk.cards.redraw('card-1');
    await desk.run(12_000);
    expect(front.faults.pending()).toBe(0);
    expect(files()).toEqual([]);
    expect(front.messages('C0OPS')[0]?.text).toContain('Taken away');
    expect(desk.cards.read('card-1').trouble).toBeNull();
  });

  it('that Slack does not let us remove is a card in trouble, for doctor to name', async () => {
    let audience: Audience = { kind: 'team' };
    const desk = openCards(openTransport(front, clock, 300), clock, async (): Promise<Audience> => audience);
    desk.cards.add({ cardId: 'card-1', operation: makeOperation({ verb: 'list', state: 'done' }) });
    await desk.run(3_000);
    audience = { kind: 'shared', targetIds: [] };
    front.faults.platformError('files.delete', 'cant_delete_file');
    desk.cards.redraw('card-1');
    await desk.run(3_000);
    expect(desk.cards.read('card-1').trouble).toContain('its file could not be removed: cant_delete_file');
  });
});
