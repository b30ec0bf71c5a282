/** From a signed request to a card, with the real door, store and effects between: asked once, written once, shown once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CardDelivery } from '../../src/operations/deliver-card.ts';
import { createCardDelivery } from '../../src/operations/deliver-card.ts';
import { createEffectDoor } from '../../src/operations/effect.ts';
import { createRequestDoor } from '../../src/operations/request.ts';
import { createCommandList } from '../../src/operations/words.ts';
import { createCardTransport } from '../../src/slack/card-transport.ts';
import { createCardStore } from '../../src/store/card-store.ts';
import { createEffectStore } from '../../src/store/effect-store.ts';
import { createRequestStore } from '../../src/store/request-store.ts';
import { createMovedClock, defineDrawn, type MovedClock } from '../support/card-memory.ts';
import { deliverDue } from '../support/card-sender.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { startDesk, type TestDesk } from './desk.ts';

let store: DeskDatabase;
let desk: TestDesk;
let clock: MovedClock;
beforeAll(async () => {
  store = await createDeskDatabase();
});
afterAll(() => store.drop());
afterEach(async () => {
  await desk.stop();
  await store.clear();
});

const open = async (mode: 'http' | 'socket'): Promise<CardDelivery> => {
  clock = createMovedClock();
  const commands = createCommandList([defineDrawn('work')]);
  const { database } = store;
  desk = await startDesk(mode, {
    commands,
    patience: { cards: 300 },
    door: createRequestDoor({
      commands,
      store: createRequestStore(database, clock.now),
      access: {
        readAccess: async (actor) => ({
          grants: actor.user === 'U0ANN' ? [{ role: 'operator', targetIds: null }] : [],
          audience: { kind: 'team' },
        }),
      },
      now: clock.now,
      hint: () => undefined,
      redact: (value) => value,
    }),
  });
  return createCardDelivery({
    store: createCardStore(database, clock.now),
    effects: createEffectDoor(createEffectStore(database, clock.now)),
    transport: createCardTransport({
      clients: desk.slack.clients,
      identity: desk.slack.identity,
      now: () => new Date(),
      log: () => undefined,
    }),
    commands,
    readAudience: async () => ({ kind: 'team' }),
    now: clock.now,
    zone: 'UTC',
    log: () => undefined,
  });
};
const run = async (delivery: CardDelivery, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await deliverDue(delivery);
    clock.pass(1_000);
  }
};
const count = async (table: 'operations' | 'cards' | 'audit_rows'): Promise<number> =>
  (await store.database.db.selectFrom(table).select('id').execute()).length;

describe.each(['http', 'socket'] as const)('in %s mode', (mode) => {
  it('three deliveries of one command are one operation and one card, whose receipt names it', async () => {
    const delivery = await open(mode);
    await desk.front.command('U0ANN', 'C0OPS', 'work', { times: 3, replay: true });
    await run(delivery, 3_000);
    expect([await count('operations'), await count('cards')]).toEqual([1, 1]);
    expect(desk.front.messages('C0OPS')).toHaveLength(1);
    const operation = await store.database.db.selectFrom('operations').selectAll().executeTakeFirstOrThrow();
    expect(desk.front.ephemerals('U0ANN')[0]?.text).toContain(operation.spoken_id);
  });

  it('a lost answer leaves one card', async () => {
    const delivery = await open(mode);
    desk.front.faults.loseAnswer('chat.postMessage');
    await desk.front.command('U0ANN', 'C0OPS', 'work');
    await run(delivery, 40_000);
    expect(desk.front.messages('C0OPS')).toHaveLength(1);
    expect(desk.front.calls('chat.postMessage')).toHaveLength(1);
  });

  it('a swallowed post is made good', async () => {
    const delivery = await open(mode);
    desk.front.faults.silence('chat.postMessage');
    await desk.front.command('U0ANN', 'C0OPS', 'work');
    await run(delivery, 40_000);
    expect(desk.front.messages('C0OPS')).toHaveLength(1);
  });

  it('a channel without the bot gets its card by direct message', async () => {
    const delivery = await open(mode);
    await desk.front.command('U0ANN', 'C0OUT', 'work');
    await run(delivery, 3_000);
    expect(desk.front.messages(desk.front.dm('U0ANN'))).toHaveLength(1);
  });

  it('a person without a role gets an explanation and no operation', async () => {
    const delivery = await open(mode);
    const [ack] = await desk.front.command('U0BEN', 'C0OPS', 'work');
    expect(ack?.text).toMatch(/You have no role at this desk, so nothing was done/u);
    await run(delivery, 2_000);
    expect(await count('operations')).toBe(0);
    expect(desk.front.messages('C0OPS')).toEqual([]);
  });
});
