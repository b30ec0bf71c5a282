/** A port that stays free is what a dead site of the pretend world stands on. */
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { findFreePort, listenOnLoopback } from '../../sandbox/loopback.ts';

it('a free port is none that the system hands to whoever asks for any', async () => {
  const port = await findFreePort();
  expect(port).toBeLessThan(32_768);
  const server = createServer();
  expect(await listenOnLoopback(server, port)).toBe(port);
  server.close();
});
