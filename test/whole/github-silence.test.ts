/** GitHub takes the request and never answers: beside the other suites, since the deadline is waited for. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { type OpenDesk, openSmallDesk } from '../integration/open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
});
afterAll(() => desk.stop());

it('silence is unknown within the deadline, and the API is judged all the same', async () => {
  desk.stand.github.faults.silence({ path: '/repos/acuops-demo/acuops-aster/actions/runs' });
  const { exit, body } = await desk.json(['health', 'aster', '--fresh']);
  desk.stand.github.faults.clear();
  expect(exit).toBe(4);
  const observations = body.data.clients[0]?.observations;
  expect(observations?.find((one) => one.criterion === 'api')?.verdict).toBe('pass');
  expect(observations?.find((one) => one.criterion === 'ci')?.verdict).toBe('unknown');
}, 40_000);
