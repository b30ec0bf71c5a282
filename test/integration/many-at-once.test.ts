/** Many people ask in the same moment: nobody is refused because a command took a second connection while it held one. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelIds, createWorld, personIds } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk } from './open-desk.ts';

const world = createWorld({ now: new Date() });
let desk: OpenDesk<typeof world>;
beforeAll(async () => {
  desk = await openDesk({ world });
});
afterAll(() => desk.stop());

/** More than the desk has connections. */
const times = 24;

it.each([
  ['whoami', 'You are'],
  ['help', 'What you can ask for'],
  ['status heritage', 'Heritage Fabrics'],
  ['list', 'Heritage Fabrics'],
  ['audit', 'answered'],
  ['killswitch', 'killswitch'],
])('answers %s to all of them', async (line, expected) => {
  const acks = await desk.stand.slack.command(personIds.admin, channelIds.ops, line, {
    times,
    concurrently: true,
  });
  expect(
    acks.filter((ack) => !JSON.stringify(ack.body).toLowerCase().includes(expected.toLowerCase())),
  ).toEqual([]);
});
