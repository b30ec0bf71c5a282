import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/operations/message.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { makeOperation } from '../support/card-memory.ts';
import { lost, openSender, refusal } from '../support/card-sender.ts';

describe('a card', () => {
  it('is posted once, then edited with the newest picture only, paced', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    expect(await desk.deliver()).toBe(1);
    expect(desk.slack.shown.map((one) => one.text)).toEqual(['picture {"seen":0}']);
    desk.cards.redraw('a', { result: { seen: 1 } });
    desk.cards.redraw('a', { result: { seen: 2 } });
    expect(await desk.deliver()).toBe(0);
    await desk.run(1_500);
    expect(desk.slack.state).toMatchObject({ posts: 1, updates: 1 });
    expect(desk.slack.shown.map((one) => one.text)).toEqual(['picture {"seen":2}']);
    expect(desk.effects.all().map((effect) => [effect.key, effect.kind, effect.state])).toEqual([
      ['card:a:post', 'slack-post', 'confirmed'],
    ]);
  });

  it('whose answer was lost after the post is found, adopted and brought up to date', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push((act) => {
      act();
      return lost();
    });
    await desk.deliver();
    expect(desk.cards.read('a').posted).toBeNull();
    desk.cards.redraw('a', { result: { seen: 5 } });
    await desk.run(2_000);
    expect(desk.slack.state.posts).toBe(1);
    expect(desk.slack.shown.map((one) => one.text)).toEqual(['picture {"seen":5}']);
    expect(desk.cards.read('a')).toMatchObject({ trouble: null, deliveredVersion: 2 });
  });

  it('whose post was swallowed is posted again only after thirty seconds', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(lost);
    await desk.deliver();
    await desk.run(29_000);
    expect(desk.slack.state.posts).toBe(1);
    await desk.run(4_000);
    expect(desk.slack.state.posts).toBe(2);
    expect(desk.slack.shown).toHaveLength(1);
  });

  it('has its late twin removed after it was posted again', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(lost);
    await desk.deliver();
    await desk.run(34_000);
    const kept = desk.slack.shown[0]?.ts;
    desk.slack.show('C0OPS', { text: 'late', blocks: [] }, 'a');
    expect(desk.slack.shown).toHaveLength(2);
    await desk.run(32_000);
    expect(desk.slack.shown.map((one) => one.ts)).toEqual([kept]);
  });

  it('that stands there twice when looked for keeps the oldest', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push((act) => {
      act();
      act();
      return lost();
    });
    await desk.deliver();
    const oldest = desk.slack.shown[0]?.ts;
    await desk.run(2_000);
    expect(desk.slack.shown.map((one) => one.ts)).toEqual([oldest]);
    expect(desk.cards.read('a').posted?.ts).toBe(oldest);
  });

  it('is never posted again where history cannot be read, and doctor can say so', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(lost);
    desk.slack.state.readable = false;
    await desk.deliver();
    await desk.run(120_000, 5_000);
    desk.cards.redraw('a');
    await desk.run(60_000, 5_000);
    expect(desk.slack.state.posts).toBe(1);
    expect(desk.cards.read('a').trouble).toMatch(
      /history cannot be read \(missing_scope\); it is not posted again/u,
    );
  });

  it('survives a sender killed between post and note: the next adopts', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    const { markPosted } = desk.cards;
    Object.assign(desk.cards, { markPosted: lost });
    await desk.deliver();
    Object.assign(desk.cards, { markPosted });
    desk.restart();
    await desk.run(5_000);
    expect(desk.slack.state.posts).toBe(1);
    expect(desk.slack.shown).toHaveLength(1);
    expect(desk.cards.read('a').posted?.ts).toBe(desk.slack.shown[0]?.ts);
  });

  it('comes later where Slack asks to wait, without being looked for', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(
      () => ({ kind: 'later', waitMs: 4_000 }),
      () => ({ kind: 'later', waitMs: 2_000 }),
    );
    await desk.deliver();
    await desk.run(3_500);
    expect(desk.slack.state.posts).toBe(1);
    await desk.run(3_000);
    expect(desk.slack.state).toMatchObject({ posts: 3, finds: 0 });
    expect(desk.slack.shown).toHaveLength(1);
  });

  it('that may not be posted goes to the person directly and says how to invite the bot', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(refusal('cannot-post'));
    await desk.deliver();
    await desk.deliver();
    expect(desk.slack.shown.map((one) => one.channel)).toEqual(['D-U0ANN']);
    expect(desk.effects.all().map((effect) => [effect.key, effect.state])).toEqual([
      ['card:a:post', 'rejected'],
      ['card:a:post:direct', 'confirmed'],
    ]);
  });

  it('says how to invite the bot in its first block', async () => {
    const posted: Message[] = [];
    const desk = openSender();
    const { post } = desk.slack.transport;
    Object.assign(desk.slack.transport, {
      post: (...args: Parameters<typeof post>) => {
        posted.push(args[1]);
        return post(...args);
      },
    });
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(refusal('cannot-post'));
    await desk.deliver();
    await desk.deliver();
    expect(JSON.stringify(posted[1]?.blocks[0])).toContain('I cannot post in <#C0OPS>');
    expect(JSON.stringify(posted[1]?.blocks[0])).toContain('/invite @acuops');
    expect(posted[1]?.text).toBe('picture {"seen":0}');
  });

  it('that cannot be sent directly either is left for a person', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(refusal('cannot-post'), refusal('cannot-post'));
    await desk.run(10_000);
    expect(desk.slack.state.posts).toBe(2);
    expect(desk.cards.read('a').trouble).toMatch(/not by direct message either/u);
  });

  it('whose blocks Slack refuses arrives in plain text', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    desk.slack.next.push(refusal('bad-message'));
    await desk.deliver();
    expect(desk.slack.shown).toHaveLength(1);
    desk.cards.redraw('a', { result: { seen: 3 } });
    desk.slack.next.push(refusal('bad-message'));
    await desk.run(2_000);
    expect(desk.slack.shown.map((one) => one.text)).toEqual(['plain: picture {"seen":3}']);
  });

  it('that a person deleted is not posted again', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    await desk.deliver();
    desk.slack.shown.length = 0;
    desk.cards.redraw('a');
    await desk.run(5_000);
    expect(desk.slack.state.posts).toBe(1);
    expect(desk.cards.read('a').trouble).toMatch(/cannot be changed/u);
  });
});

describe('one card’s trouble', () => {
  it('holds up no other card, whether it cannot be drawn or Slack hangs on it', async () => {
    const desk = openSender((operation) => {
      if (operation.id === 'bad') throw new Error('a bug in render');
      return { text: operation.id, blocks: [] };
    });
    desk.cards.add({ cardId: 'a', operation: makeOperation({ id: 'bad' }) });
    desk.cards.add({ cardId: 'b', operation: makeOperation({ id: 'lost' }) });
    desk.cards.add({ cardId: 'c', operation: makeOperation({ id: 'good' }) });
    desk.slack.next.push(lost);
    expect(await desk.deliver()).toBe(3);
    expect(desk.slack.shown.map((one) => one.text)).toEqual(['good']);
    expect(desk.cards.read('a').trouble).toMatch(/cannot be drawn: a bug in render/u);
    expect(desk.cards.read('a').operation.state).toBe('open');
  });
});

describe('the picture', () => {
  it.each([
    [{ state: 'refused', result: { refused: 'denied', say: 'You may not.' } }, 'You may not.'],
    [
      { state: 'failed', result: { failed: 'Something broke. Reference 7F3K2M.' } },
      'Something broke. Reference 7F3K2M.',
    ],
    [
      { state: 'refused', verb: 'note', result: { message: null, data: { refused: 'denied', say: 'No.' } } },
      'No.',
    ],
    [
      { state: 'done', verb: 'note', result: { message: { text: 'Noted.', blocks: [] }, data: null } },
      'Noted.',
    ],
  ] as const)('of %j says %s', async (set, words) => {
    const desk = openSender(() => {
      throw new Error('must not be drawn');
    });
    desk.cards.add({ cardId: 'a', operation: makeOperation(set) });
    await desk.deliver();
    expect(desk.slack.shown[0]?.text).toContain(words);
  });
});

describe('a finished card’s file', () => {
  const withFile = (operation: Operation): Message => ({
    text: operation.state,
    blocks: [],
    file: { name: 'fleet.txt', title: 'Fleet', content: 'all of it' },
  });

  it('is added once, when finished, however often the card is drawn again', async () => {
    const desk = openSender(withFile);
    desk.cards.add({ cardId: 'a', operation: makeOperation() });
    await desk.deliver();
    expect(desk.slack.files).toEqual([]);
    desk.cards.redraw('a', { state: 'done' });
    await desk.run(2_000);
    desk.cards.redraw('a');
    await desk.run(2_000);
    expect(desk.slack.files).toEqual(['fleet.txt']);
    expect(desk.effects.all().map((effect) => effect.key)).toContain('card:a:file:op-1');
  });

  it('whose answer was lost is looked for, not sent again', async () => {
    const desk = openSender(withFile);
    desk.cards.add({ cardId: 'a', operation: makeOperation({ state: 'done' }) });
    desk.slack.next.push(
      (act) => act(),
      (act) => {
        act();
        return lost();
      },
    );
    await desk.deliver();
    await desk.run(40_000);
    expect(desk.slack.files).toEqual(['fleet.txt']);
    expect(desk.cards.read('a')).toMatchObject({ trouble: null, deliveredVersion: 1 });
  });
});
