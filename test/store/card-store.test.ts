/** Cards that cannot stand where they were asked for: each goes to the person it is for, and to nobody twice. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createId, createSpokenId } from '../../src/runtime/ids.ts';
import { createCardStore } from '../../src/store/card-store.ts';
import { createRequestStore } from '../../src/store/request-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { opsChannel } from '../support/door.ts';

const now = () => new Date('2026-11-21T08:00:00Z');
const asker = { team: 'T0DESK', user: 'U0ASKER' };
const joiner = { team: 'T0DESK', user: 'U0JOINER' };

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => desk.clear());

const ask = async (places: readonly { readonly channel: string; readonly who: typeof asker }[]) => {
  const requests = createRequestStore(desk.database, now);
  return requests.transact(async (tx) => {
    const operation = await requests.record(tx, {
      operation: {
        id: createId(),
        spokenId: createSpokenId(),
        deliveryKey: 'k',
        verb: 'health',
        input: {},
        actor: asker,
        place: opsChannel,
        scope: { kind: 'all' },
        targetId: null,
        joinKey: null,
        state: 'open',
        step: 'start',
        deadlineMs: null,
        answer: null,
        exit: null,
      },
      audit: {
        actor: asker,
        place: opsChannel,
        via: 'slack',
        event: 'asked',
        verb: 'health',
        targetId: null,
        detail: null,
      },
      card: null,
    });
    if (!operation) throw new Error('no operation');
    for (const { channel, who } of places)
      await requests.addCard(tx, operation.id, { team: 'T0DESK', channel, thread: null }, who);
    return operation;
  });
};

const moveAll = async () => {
  const cards = createCardStore(desk.database, now);
  for (const card of await cards.claim('sender', 10_000, 10))
    await cards.moveToDirect(card.cardId, 'sender', 'cannot-post', 'not in the channel');
  return (await cards.claim('sender', 10_000, 10)).map((card) => card.place.channel).toSorted();
};

describe('a card that cannot be posted', () => {
  it("goes to the one who asked from there, not to the operation's first asker", async () => {
    await ask([
      { channel: 'C0OPS', who: asker },
      { channel: 'C0OTHER', who: joiner },
    ]);
    expect(await moveAll()).toEqual(['direct:U0ASKER', 'direct:U0JOINER']);
  });

  it('is not sent a second time to a person who has it already', async () => {
    await ask([
      { channel: 'C0OPS', who: asker },
      { channel: 'C0OTHER', who: asker },
    ]);
    expect(await moveAll()).toEqual(['direct:U0ASKER']);
  });
});

describe('the lease of a card', () => {
  const read = async () => {
    const row = await desk.database.db.selectFrom('cards').selectAll().executeTakeFirstOrThrow();
    return row.lease_until?.getTime() ?? 0;
  };

  it('is renewed by its owner and by nobody else', async () => {
    await ask([{ channel: 'C0OPS', who: asker }]);
    const cards = createCardStore(desk.database, now);
    const [card] = await cards.claim('sender', 10_000, 10);
    const before = await read();
    await cards.renew(card?.cardId ?? '', 'another', 60_000);
    expect(await read()).toBe(before);
    await cards.renew(card?.cardId ?? '', 'sender', 60_000);
    expect(await read()).toBeGreaterThan(before + 40_000);
  });
});
