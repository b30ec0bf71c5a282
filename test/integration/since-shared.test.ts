/** A channel that becomes a client's, or is shared, while the team's cards live in it: from then on it shows nothing of others. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { channelIds } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const minuteMs = 61_000;
const setShared = (isShared: boolean): void => {
  desk.stand.slack.setExtShared(channelIds.ops, isShared);
  // Who reads a place is known for a minute.
  desk.pass(minuteMs);
};
beforeEach(() => setShared(false));

const clients = /Heritage|Bayline|Kestrel|Aster|Norrland|Pacific|Juniper|Wexford/u;

describe('shared with another company', () => {
  it('between asking and posting: the card goes to whoever asked', async () => {
    const before = desk.messages().length;
    await desk.say('health', 'onCall');
    setShared(true);
    await desk.quiet();
    expect(desk.messages()).toHaveLength(before);
    const direct = desk.shown(desk.dm('onCall')).at(-1);
    expect(direct).toContain(`#${channelIds.ops} has other readers since you asked`);
    expect(direct).toContain('Heritage Fabrics');
  });

  it('after posting: the next picture takes the card away', async () => {
    expect(await desk.ask('health', 'onCall')).toMatch(clients);
    setShared(true);
    await desk.say('take heritage', 'onCall', 'heritage');
    await desk.quiet();
    expect(desk.shown().at(-1)).toContain('Taken away');
    expect(desk.shown().at(-1)).not.toMatch(clients);
    await desk.say('take heritage --release', 'onCall', 'heritage');
    await desk.quiet();
  });
});

it('mapped to a client: the next picture takes the card away', async () => {
  expect(await desk.ask('health', 'onCall')).toMatch(/Kestrel/u);
  await desk.say(`edit-client heritage --channel <#${channelIds.ops}|ops>`, 'admin');
  await desk.say('take kestrel', 'onCall', desk.dm('onCall'));
  await desk.quiet();
  expect(desk.shown().at(-1)).toContain('Taken away');
  expect(desk.shown().at(-1)).not.toMatch(clients);
});
