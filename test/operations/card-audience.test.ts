/** Who reads a channel may change between the request and any later picture of it: each sending asks anew. */
import { describe, expect, it } from 'vitest';
import { makeOperation } from '../support/card-memory.ts';
import { openSender, refusal } from '../support/card-sender.ts';

const scope = { kind: 'only', targetIds: ['heritage'] } as const;
const othersRead = { kind: 'shared', targetIds: ['bayline'] } as const;

describe('a card that is not posted yet', () => {
  it('goes to its actor alone where others read the channel by now, and says why', async () => {
    const desk = openSender(() => ({ text: 'picture', blocks: [] }));
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    desk.setAudience(othersRead);
    await desk.deliver();
    expect(desk.slack.state.posts).toBe(0);
    await desk.deliver();
    expect(desk.slack.shown.map(({ channel }) => channel)).toEqual(['D-U0ANN']);
    expect(desk.slack.shown[0]?.text).toContain('<#C0OPS> has other readers since you asked');
    // Another process draws it the same.
    desk.restart();
    desk.cards.redraw('a');
    await desk.run(1_500);
    expect(desk.slack.state.updates).toBe(1);
    expect(desk.slack.shown[0]?.text).toContain('has other readers since you asked');
  });

  it('waits where nobody can tell who reads there', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    desk.setAudience(new Error('Slack does not say'));
    await desk.run(9_000);
    expect(desk.slack.state.posts).toBe(0);
    expect(desk.cards.read('a')).toMatchObject({ moved: null, trouble: 'Slack does not say' });
    desk.setAudience({ kind: 'shared', targetIds: ['heritage'] });
    await desk.run(3_500);
    expect(desk.slack.shown.map(({ channel }) => channel)).toEqual(['C0OPS']);
  });
});

describe('a card that stands in the channel', () => {
  it('is taken away at the next picture where others read there by now, and comes back when they do not', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    await desk.deliver();
    desk.setAudience(othersRead);
    desk.cards.redraw('a', { result: { seen: 1 } });
    await desk.run(1_500);
    expect(desk.slack.shown).toHaveLength(1);
    expect(JSON.stringify(desk.slack.shown)).not.toContain('picture');
    expect(desk.slack.shown[0]?.text).toContain('Taken away');
    desk.setAudience({ kind: 'team' });
    desk.cards.redraw('a', { result: { seen: 2 } });
    await desk.run(1_500);
    expect(desk.slack.shown[0]?.text).toBe('picture {"seen":2}');
  });

  it('goes to its actor where the channel takes not even that', async () => {
    const desk = openSender();
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    await desk.deliver();
    desk.setAudience(othersRead);
    desk.slack.next.push(refusal('cannot-post'));
    desk.cards.redraw('a');
    await desk.run(2_500);
    expect(desk.slack.shown.map(({ channel }) => channel)).toContain('D-U0ANN');
  });
});

describe('a card for the team alone', () => {
  it('never stands in the channel of the client that it is about', async () => {
    const desk = openSender(undefined, 'team');
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    desk.setAudience({ kind: 'shared', targetIds: ['heritage'] });
    await desk.run(1_500);
    expect(desk.slack.shown.map(({ channel }) => channel)).toEqual(['D-U0ANN']);
  });

  it('is taken away where the channel became that of the client since', async () => {
    const desk = openSender(undefined, 'team');
    desk.cards.add({ cardId: 'a', operation: makeOperation({ scope }) });
    await desk.deliver();
    expect(desk.slack.shown.map(({ channel }) => channel)).toEqual(['C0OPS']);
    desk.setAudience({ kind: 'shared', targetIds: ['heritage'] });
    desk.cards.redraw('a');
    await desk.run(1_500);
    expect(desk.slack.shown[0]?.text).toContain('Taken away');
  });
});
