/** What the console promises of a trouble is what the desk then shows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/bring-up.ts';
import { causeTrouble } from '../../sandbox/fault-console.ts';
import { createWorld, type World } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk } from '../integration/open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openDesk<World>({ world: createWorld({ now: new Date() }) });
});
afterAll(() => desk.stop());

const type = (line: string): string => causeTrouble(line, { stand: desk.stand } as unknown as Sandbox);
const look = async (): Promise<string> => (await desk.terminal(['health', 'aster', '--fresh'])).out;

it('a site that fell silent is mended by calm, and signed in to again after the time that was told', async () => {
  expect(type('aster hang')).toMatch(/`calm` mends the site; .*unknown until 20 minutes after the sign-in/u);
  expect(await look()).toContain('❌ API');
  expect(type('calm')).toContain('where a sign-in got no answer the desk waits 20 minutes');
  expect(await look()).toMatch(/❔ API: unknown, not asked: an earlier session may be open until /u);
  desk.pass(20 * 60_000);
  expect(await look()).toContain('✅ API: sign-in works');
}, 60_000);
