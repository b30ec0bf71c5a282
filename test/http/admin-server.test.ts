import { afterEach, expect, it } from 'vitest';
import { createAdminServer } from '../../src/http/admin-server.ts';
import type { FrontServer } from '../../src/http/front-server.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { createReadiness } from '../../src/runtime/readiness.ts';
import { createKeptLog } from '../support/quiet-log.ts';

const open: FrontServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop(100)));
});

const start = async () => {
  const { log } = createKeptLog();
  const readiness = createReadiness({ log, boundMs: 50 });
  const server = await createAdminServer({
    host: '127.0.0.1',
    port: 0,
    log,
    readiness,
    metrics: createMetrics(),
  });
  open.push(server);
  const read = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { readiness, read, url: server.url };
};

it('is alive even when nothing it needs is', async () => {
  const { readiness, read } = await start();
  readiness.add('store', () => new Promise(() => {}));
  expect(await read('/livez')).toEqual({ status: 200, text: 'ok\n' });
  expect(await read('/readyz')).toEqual({
    status: 503,
    text: expect.stringMatching(/^\[-\] store: no answer within 50 ms \(\d+ ms\)\nnot ready\n$/u) as string,
  });
});

it('lists its checks when asked', async () => {
  const { readiness, read } = await start();
  readiness.add('store', () => Promise.resolve(null));
  expect(await read('/readyz')).toEqual({ status: 200, text: 'ready\n' });
  expect((await read('/readyz?verbose')).text).toMatch(/^\[\+\] store: ok \(\d+ ms\)\nready\n$/u);
});

it('serves the figures and nothing else', async () => {
  const { read, url } = await start();
  expect((await read('/metrics')).text).toContain('# TYPE acuops_requests_total counter');
  expect((await read('/cli/v1/help')).status).toBe(404);
  expect((await read('/constructor')).status).toBe(404);
  expect((await fetch(`${url}/readyz`, { method: 'POST' })).status).toBe(405);
});
