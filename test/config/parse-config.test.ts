/** One port for both doors is a fault where the machine itself would refuse it, and nowhere else. */
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { findFreePort } from '../../sandbox/loopback.ts';
import { type Environment, parseConfig } from '../../src/config/parse-config.ts';

const slack = { SLACK_BOT_TOKEN: 'xoxb-bot-secret', SLACK_APP_TOKEN: 'xapp-app-secret' };
const faultsOf = (env: Environment): readonly string[] => {
  const parsed = parseConfig(env, '/desk');
  return parsed.kind === 'faulty' ? parsed.faults.map(({ variable }) => variable) : [];
};

const withHosts = (host: string, adminHost: string, port: string) => ({
  ...slack,
  HOST: host,
  PORT: port,
  ADMIN_HOST: adminHost,
  ADMIN_PORT: port,
});
const listen = async (host: string, port: number): Promise<Server | string> => {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: Error & { code?: string }) => resolve(error.code ?? ''));
    server.listen(port, host, () => resolve(server));
  });
};
const close = (server: Server) => new Promise((resolve) => server.close(resolve));

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['127.0.0.1', '0.0.0.0'],
  ['127.0.0.2', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::', '0.0.0.0'],
  ['::1', '127.0.0.1'],
  ['0.0.0.0', '::1'],
  ['localhost', 'localhost'],
])('HOST %s and ADMIN_HOST %s are refused where this machine refuses them', async (host, adminHost) => {
  const port = await findFreePort();
  const first = await listen(host, port);
  // A machine without addresses of version 6 has nothing to tell of them.
  if (typeof first === 'string') return;
  const second = await listen(adminHost, port);
  await close(first);
  if (typeof second !== 'string') await close(second);
  if (typeof second === 'string' && second !== 'EADDRINUSE') return;
  expect(faultsOf(withHosts(host, adminHost, String(port)))).toEqual(
    second === 'EADDRINUSE' ? ['ADMIN_PORT'] : [],
  );
});
test('is one of two machines’ addresses, or a worker’s, which opens one door only', () => {
  expect(faultsOf(withHosts('10.0.0.5', '127.0.0.1', '3001'))).toEqual([]);
  expect(faultsOf(withHosts('localhost', '127.0.0.1', '3001'))).toEqual(['ADMIN_PORT']);
  const worker = { SLACK_BOT_TOKEN: 'xoxb-bot-1', ACUOPS_ROLES: 'worker', PORT: '3001' };
  expect(faultsOf(worker)).toEqual([]);
});

test('ports may both be free ones', () => {
  expect(faultsOf({ ...slack, PORT: '0', ADMIN_PORT: '0' })).toEqual([]);
});
