/** Cards sent through the real WebClient to the pretend Slack, for tests of what stands there in the end. */
import type { SlackFront } from '../../sandbox/slack/front.ts';
import type { CardTransport } from '../../src/operations/card.ts';
import { createCardDelivery } from '../../src/operations/deliver-card.ts';
import { createEffectDoor } from '../../src/operations/effect.ts';
import { createCommandList } from '../../src/operations/words.ts';
import type { Audience } from '../../src/policy/access.ts';
import { createCardTransport } from '../../src/slack/card-transport.ts';
import { createIdentity } from '../../src/slack/identity.ts';
import { createSlackClients } from '../../src/slack/slack-clients.ts';
import {
  createCardMemory,
  createEffectMemory,
  defineDrawn,
  type MovedClock,
} from '../support/card-memory.ts';
import { deliverDue } from '../support/card-sender.ts';

export const place = { team: 'T0ACUOPS00', channel: 'C0OPS', thread: null };

export const openTransport = (slack: SlackFront, clock: MovedClock, cardsMs = 400): CardTransport => {
  const clients = createSlackClients(
    slack.botToken,
    { apiUrl: slack.apiUrl, log: () => undefined },
    { cards: cardsMs, files: cardsMs },
  );
  return createCardTransport({
    clients,
    identity: createIdentity(clients.facts).read,
    now: clock.now,
    log: () => undefined,
  });
};

/** A sender of cards kept in memory, on a clock that the test moves. */
export const openCards = (
  transport: CardTransport,
  clock: MovedClock,
  readAudience: () => Promise<Audience> = async () => ({ kind: 'team' }),
) => {
  const cards = createCardMemory(clock.now);
  const delivery = createCardDelivery({
    store: cards,
    effects: createEffectDoor(createEffectMemory(clock.now)),
    transport,
    commands: createCommandList([
      defineDrawn('work'),
      defineDrawn('list', () => ({
        text: 'fleet',
        blocks: [],
        file: { name: 'fleet.txt', title: 'The fleet', content: 'all öf it' },
      })),
    ]),
    readAudience,
    now: clock.now,
    zone: 'UTC',
    log: () => undefined,
  });
  const run = async (ms: number, stepMs = 1_000): Promise<void> => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await deliverDue(delivery);
      clock.pass(stepMs);
    }
  };
  return { cards, run, deliver: () => deliverDue(delivery) };
};
