/** Half of the hosts are dead while the control host answers: the card says that it is not our network. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFleet, type World } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openDesk({ world: createFleet({ count: 6, now: new Date(), deadHosts: 3, dead: 'refused' }) });
});
afterAll(() => desk.stop());

it('names the one host that all of them share, and whom to call', async () => {
  const card = await desk.ask('health');
  expect(desk.newest().text).toMatch(
    /^3 of 6 need you, probably by one cause: the host 127\.0\.0\.1:\d+; worst: /u,
  );
  expect(card).toMatch(
    /🔗 Probably one cause: the host 127\.0\.0\.1:\d+\. 3 of 6 clients do not answer, all of them there/u,
  );
  expect(card).toContain('call whoever runs that host before calling clients one by one');
});

it('says Acumatica where they are on different hosts', async () => {
  await desk.say(`edit-client client-0002 --url ${desk.stand.acumatica.unknownHostUrl('erp')}`);
  const { body } = await desk.json(['health']);
  expect(body.data.commonCause).toMatchObject({ kind: 'acumatica', failing: 3, probed: 6, host: null });
});

it('says nothing of the kind where two of six fail', async () => {
  await desk.say(`edit-client client-0002 --url ${desk.stand.acumatica.urlOf('acuops-client-0002')}`);
  expect((await desk.json(['health'])).body.data.commonCause).toBeNull();
});
