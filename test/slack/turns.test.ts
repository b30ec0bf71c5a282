/** Many cards at once against Slack's rate limits: each stands there once, none is late by more than Slack makes it, and nobody knocks while told to wait. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import { createMovedClock, type MovedClock, makeOperation } from '../support/card-memory.ts';
import { openCards, openTransport } from './cards.ts';
import { world } from './desk.ts';

let clock: MovedClock;
let front: SlackFront;
beforeEach(async () => {
  clock = createMovedClock();
  front = await createSlackFront({ mode: 'http', world, page: false, now: () => clock.now().getTime() });
});
afterEach(() => front.stop());

const limited = (method: string) => front.calls(method).filter((call) => call.status === 429).length;
const cardIds = Array.from({ length: 30 }, (_one, at) => `card-${at}`);

describe('thirty cards at once', () => {
  const openAll = () => {
    const desk = openCards(openTransport(front, clock), clock);
    for (const cardId of cardIds)
      desk.cards.add({ cardId, operation: makeOperation({ id: `op-${cardId}` }) });
    return desk;
  };
  const late = (desk: ReturnType<typeof openAll>) =>
    cardIds.filter((id) => desk.cards.read(id).deliveredVersion < desk.cards.read(id).wantedVersion);

  it('are posted one a second after the first few, and each is refused once at most', async () => {
    const desk = openAll();
    await desk.run(28_000, 250);
    expect(late(desk)).toEqual([]);
    expect(front.messages('C0OPS')).toHaveLength(30);
    expect(limited('chat.postMessage')).toBeLessThanOrEqual(10);
  });

  it('are edited as fast as Slack takes it, each at a time of its own', async () => {
    const desk = openAll();
    await desk.run(28_000, 250);
    for (let times = 0; times < 3; times += 1) {
      for (const cardId of cardIds) desk.cards.redraw(cardId, { result: { seen: times } });
      await desk.run(1_500, 250);
    }
    // 50 at once, then 50 a minute: the newest picture of each takes its 36 s and no more.
    await desk.run(38_000, 250);
    expect(late(desk)).toEqual([]);
    expect(new Set(front.messages('C0OPS').map((one) => one.text))).toEqual(new Set(['picture {"seen":2}']));
    expect(limited('chat.update')).toBeLessThanOrEqual(10);
  });
});
