/** A pretend Acumatica site with one instance, our parts before it, and bare servers that answer as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import { createAcumatica, type InstanceInput } from '../../../sandbox/acumatica/server.ts';
import { createGuardedFetch } from '../../../src/runtime/guarded-fetch.ts';
import { createReach } from '../../../src/systems/acumatica/reach.ts';
import { createSignIn, type SignInParts } from '../../../src/systems/acumatica/sign-in.ts';

export const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export const clock = { now: () => new Date() };

export const open = async (
  parts: Partial<SignInParts> &
    Pick<InstanceInput, 'apiUserLimit' | 'limitStatus' | 'published' | 'fieldCase' | 'noRoleStatus'> = {},
) => {
  const { apiUserLimit, limitStatus, published, fieldCase, noRoleStatus, ...more } = parts;
  const site = await createAcumatica();
  closers.push(() => site.stop());
  site.addInstance({
    prefix: 'heritage',
    tenants: ['Heritage', 'Test'],
    users: [{ name: 'svc', password: 'correct-horse' }],
    apiUserLimit,
    limitStatus,
    published,
    fieldCase,
    noRoleStatus,
  });
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 64_000 });
  closers.push(fetch.close);
  const signIn = createSignIn({ fetch, clock, ...more });
  const url = site.urlOf('heritage');
  const request = { url, tenant: 'Heritage', username: 'svc', password: 'correct-horse' };
  const ask = (patch: Partial<typeof request> = {}, boundMs = 3_000) =>
    signIn({ ...request, ...patch, signal: AbortSignal.timeout(boundMs) });
  return { site, fetch, signIn, request, ask, url, reach: createReach({ fetch, clock }) };
};

export const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/erp`;
};
