/** A window that is refused leaves a denial in the record, as a refused word does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelIds, personIds, type World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
  await desk.ask('health heritage');
});
afterAll(() => desk.stop());

const readDenied = async () => (await desk.readAuditRows()).filter(({ event }) => event === 'denied');

it.each(['details', 'note'])(
  '%s by whoever has no role is written down, once for each press',
  async (name) => {
    const before = (await readDenied()).length;
    const press = { actionId: `acuops:health:${name}` };
    await desk.stand.slack.click(personIds.outsider, channelIds.ops, desk.newest().ts, press, {
      times: 3,
      replay: true,
    });
    await expect.poll(async () => (await readDenied()).length, { timeout: 5_000 }).toBe(before + 1);
    await desk.quiet();
    const rows = await readDenied();
    expect(rows).toHaveLength(before + 1);
    expect(rows[0]).toMatchObject({
      actor: 'T0ACUOPS00:U0OLABRA00',
      via: 'slack',
      verb: 'health',
      detail: { reason: 'no-role', window: name },
    });
  },
);

it('is found by the client that the window was asked for', async () => {
  const targets = await desk.database.db.selectFrom('targets').select(['id', 'key']).execute();
  const heritage = targets.find(({ key }) => key === 'heritage')?.id;
  expect((await readDenied()).some(({ targetId }) => targetId === heritage)).toBe(true);
});

it('a window that is opened leaves none', async () => {
  const before = (await readDenied()).length;
  await desk.press({ actionId: 'acuops:health:details' }, 'onCall');
  await desk.quiet();
  expect(await readDenied()).toHaveLength(before);
});
