/** Cards through the real WebClient against the pretend Slack and its faults: whatever goes wrong, one card stands there in the end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import type { CardTransport } from '../../src/operations/card.ts';
import type { Message } from '../../src/operations/message.ts';
import { createMovedClock, type MovedClock, makeOperation } from '../support/card-memory.ts';
import { openCards, openTransport as openTransportTo, place } from './cards.ts';
import { eventually, world } from './desk.ts';

let clock: MovedClock;
let front: SlackFront;
beforeEach(async () => {
  clock = createMovedClock();
  front = await createSlackFront({ mode: 'http', world, page: false });
});
afterEach(() => front.stop());

const openTransport = (cardsMs?: number) => openTransportTo(front, clock, cardsMs);
const open = (transport: CardTransport = openTransport()) => openCards(transport, clock);

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const message = (text: string): Message => ({ text, blocks: [section(text)] });

describe('exactly one card stands there', () => {
  const faults: readonly (readonly [string, (slack: SlackFront) => void])[] = [
    ['nothing went wrong', () => undefined],
    [
      'Slack limited the rate',
      (slack) => slack.faults.rateLimit('chat.postMessage', { retryAfterSeconds: 2, times: 2 }),
    ],
    ['Slack answered 500', (slack) => slack.faults.serverError('chat.postMessage')],
    [
      'Slack answered 503 and history was limited',
      (slack) => {
        slack.faults.serverError('chat.postMessage', { status: 503 });
        slack.faults.rateLimit('conversations.history', { retryAfterSeconds: 1 });
      },
    ],
    ['Slack kept silent', (slack) => slack.faults.silence('chat.postMessage')],
    ['the answer was lost after the post', (slack) => slack.faults.loseAnswer('chat.postMessage')],
    ['Slack named a fatal error', (slack) => slack.faults.platformError('chat.postMessage', 'fatal_error')],
  ];
  it.each(faults)('though %s', async (_name, order) => {
    order(front);
    const desk = open();
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.run(40_000);
    desk.cards.redraw('card-1', { result: { seen: 8 } });
    await desk.run(3_000);
    expect(front.faults.pending()).toBe(0);
    expect(front.messages('C0OPS').map((one) => one.text)).toEqual(['picture {"seen":8}']);
    expect(desk.cards.read('card-1')).toMatchObject({ trouble: null, deliveredVersion: 2 });
  });

  it('though a post that nobody could find turned up after the second one', async () => {
    // Longer than the thirty seconds of the moved clock take on a busy machine.
    front.faults.slow('chat.postMessage', { ms: 3_000 });
    const desk = open(openTransport(300));
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.run(35_000);
    await eventually(() => front.messages('C0OPS').length === 2);
    await desk.run(32_000);
    expect(front.messages('C0OPS')).toHaveLength(1);
    expect(front.messages('C0OPS')[0]?.ts).toBe(desk.cards.read('card-1').posted?.ts);
  });

  it('though an answer was lost in a thread', async () => {
    const root = await front.say('U0ANN', 'C0OPS', 'look here');
    front.faults.loseAnswer('chat.postMessage');
    const desk = open();
    desk.cards.add({
      cardId: 'card-1',
      operation: makeOperation(),
      place: { ...place, thread: root.ts },
    });
    await desk.run(5_000);
    expect(front.thread('C0OPS', root.ts).filter((one) => one.isBot)).toHaveLength(1);
    expect(front.calls('chat.postMessage')).toHaveLength(1);
  });

  it('though an answer was lost in a direct message', async () => {
    front.faults.loseAnswer('chat.postMessage');
    const desk = open();
    desk.cards.add({
      cardId: 'card-1',
      operation: makeOperation(),
      place: { ...place, channel: 'direct:U0ANN' },
    });
    await desk.run(5_000);
    expect(front.messages(front.dm('U0ANN'))).toHaveLength(1);
    expect(front.calls('chat.postMessage')).toHaveLength(1);
  });

  it('though the channel has pages of newer messages since', async () => {
    front.faults.loseAnswer('chat.postMessage');
    const desk = open();
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.deliver();
    for (let index = 0; index < 450; index += 1) await front.say('U0ANN', 'C0OPS', `talk ${index}`);
    clock.pass(2_000);
    await desk.run(3_000);
    expect(front.messages('C0OPS').filter((one) => one.isBot)).toHaveLength(1);
    expect(desk.cards.read('card-1').posted?.ts).toBe(front.messages('C0OPS')[0]?.ts);
    expect(front.calls('chat.postMessage')).toHaveLength(1);
  });

  it('and foreign metadata that names it is not taken for it', async () => {
    front.faults.silence('chat.postMessage');
    const desk = open();
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.deliver();
    const forged = await front.say('U0BEN', 'C0OPS', 'I am a card');
    Object.assign(forged, {
      metadata: { event_type: 'acuops_card', event_payload: { card: 'card-1', effect: 'x' } },
    });
    await desk.run(40_000);
    expect(front.messages('C0OPS').filter((one) => one.isBot)).toHaveLength(1);
  });
});

describe('where the bot cannot post', () => {
  it.each(['C0OUT', 'C0NONE'])(
    'the card of %s comes by direct message and says how to invite it',
    async (channel) => {
      const desk = open();
      desk.cards.add({ cardId: 'card-1', operation: makeOperation(), place: { ...place, channel } });
      await desk.run(3_000);
      const [card, ...more] = front.messages(front.dm('U0ANN'));
      expect(more).toEqual([]);
      expect(JSON.stringify(card?.blocks[0])).toContain('/invite @acuops');
      expect(card?.text).toBe('picture {"seen":0}');
    },
  );

  it('an archived channel’s card moves too', async () => {
    const desk = open();
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.deliver();
    front.setArchived('C0OPS', true);
    desk.cards.redraw('card-1');
    await desk.run(4_000);
    expect(front.messages(front.dm('U0ANN'))).toHaveLength(1);
  });

  it('a thread whose first message is gone is left for its channel', async () => {
    const desk = open();
    desk.cards.add({
      cardId: 'card-1',
      operation: makeOperation(),
      place: { ...place, thread: '1700000000.000100' },
    });
    await desk.deliver();
    expect(front.messages('C0OPS')).toHaveLength(1);
  });
});

describe('without the right to read history', () => {
  it('an unconfirmed post is not repeated', async () => {
    await front.stop();
    front = await createSlackFront({
      mode: 'http',
      page: false,
      world: { ...world, botScopes: ['chat:write'] },
    });
    front.faults.loseAnswer('chat.postMessage');
    const desk = open(openTransport());
    desk.cards.add({ cardId: 'card-1', operation: makeOperation() });
    await desk.run(60_000);
    expect(front.messages('C0OPS')).toHaveLength(1);
    expect(front.calls('chat.postMessage')).toHaveLength(1);
    expect(desk.cards.read('card-1').trouble).toMatch(/missing_scope: the app needs channels:history/u);
  });
});

describe('what the transport says', () => {
  it('is gone for a deleted message, and bad-message for blocks that Slack refuses', async () => {
    const transport = openTransport();
    const posted = await transport.post(place, message('one'), { card: 'c', effect: 'e' });
    if (posted.kind !== 'posted') throw new Error(posted.kind);
    expect(await transport.update(posted, { text: 'x', blocks: [{ type: 'nonsense' }] })).toMatchObject({
      kind: 'refused',
      why: 'bad-message',
    });
    expect(await transport.update(posted, { text: 'x'.repeat(4_001), blocks: [] })).toMatchObject({
      kind: 'refused',
      why: 'bad-message',
    });
    await transport.remove(posted);
    await transport.remove(posted);
    expect(await transport.update(posted, message('two'))).toMatchObject({ kind: 'refused', why: 'gone' });
  });

  it('is later, with Slack’s own wait, when limited', async () => {
    const transport = openTransport();
    front.faults.rateLimit('chat.update', { retryAfterSeconds: 7 });
    expect(await transport.update({ channel: 'C0OPS', ts: '1' }, message('x'))).toEqual({
      kind: 'later',
      waitMs: 7_000,
    });
  });

  it('is a throw where nobody knows', async () => {
    const transport = openTransport();
    front.faults.silence('chat.postMessage');
    await expect(transport.post(place, message('x'), { card: 'c', effect: 'e' })).rejects.toThrow();
  });

  it.each(['fatal_error', 'internal_error'])(
    'is a throw for %s too: it may have been done',
    async (error) => {
      const transport = openTransport();
      front.faults.platformError('chat.postMessage', error);
      await expect(transport.post(place, message('x'), { card: 'c', effect: 'e' })).rejects.toThrow(error);
    },
  );

  it('is later for a token that Slack refuses: no card’s own fault', async () => {
    const transport = openTransport();
    front.faults.platformError('chat.postMessage', 'token_revoked');
    const said = await transport.post(place, message('x'), { card: 'c', effect: 'e' });
    expect(said.kind).toBe('later');
  });
});
