/** “I'm on it” reaches every card that shows the client, the pressed one above all, however many checks stand in a channel. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelIds, createWorld, personIds } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openDesk } from './open-desk.ts';

const world = createWorld({ now: new Date() });
let desk: OpenDesk<typeof world>;
beforeAll(async () => {
  desk = await openDesk({ world });
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const claim = { actionId: 'acuops:health:claim', index: 0 };
const claimed = () => desk.shown().map((text) => text.includes('is on it since'));
const pressOn = async (card: number) => {
  await desk.stand.slack.click(personIds.onCall, channelIds.ops, desk.messages()[card]?.ts ?? '', claim);
  await desk.quiet();
};

it('is written on the pressed card and on the newer one of the same client, and on no other', async () => {
  await desk.ask('health');
  await desk.ask('health heritage');
  await desk.ask('health kestrel');
  const drawnBefore = desk.messages()[2]?.earlierBlocks.length;
  await pressOn(0);
  expect(claimed()).toEqual([true, true, false]);
  // What shows another client only is not even touched.
  expect(desk.messages()[2]?.earlierBlocks.length).toBe(drawnBefore);
  await desk.say('take heritage --release');
  await desk.quiet();
  expect(claimed()).toEqual([false, false, false]);
});

it('is written on a card of last week too, where that one is pressed', async () => {
  await desk.database.db
    .updateTable('operations')
    .set({ created_at: new Date(Date.now() - 7 * 86_400_000) })
    .where('verb', '=', 'health')
    .execute();
  await pressOn(1);
  expect(claimed()).toEqual([false, true, false]);
});

it('is gone when a check, wherever it was asked for, sees the client well', async () => {
  await desk.ask('health');
  await desk.ask('health kestrel');
  await desk.say('take heritage', 'onCall');
  await desk.quiet();
  expect(claimed().slice(-2)).toEqual([true, false]);
  const drawnBefore = desk.newest().earlierBlocks.length;
  world.story.heritagePasswordRotated({ secretsDir: desk.stand.secretsDir });
  await desk.terminal(['health', 'heritage']);
  await desk.quiet();
  expect(claimed().slice(-2)).toEqual([false, false]);
  expect(desk.newest().earlierBlocks.length).toBe(drawnBefore);
});
