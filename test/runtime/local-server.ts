/** A real local HTTP server and a guarded fetch, both closed after each test. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/runtime/guarded-fetch.ts';

export const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export const listen = async (answer: RequestListener): Promise<{ port: number; server: Server }> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
};

export const open = (options: Partial<GuardedFetchOptions> = {}) => {
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 2_000, maxBytes: 1_000, ...options });
  closers.push(fetch.close);
  return fetch;
};
