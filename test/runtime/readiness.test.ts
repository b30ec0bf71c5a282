import { expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { createReadiness } from '../../src/runtime/readiness.ts';
import { createKeptLog } from '../support/quiet-log.ts';

it('is ready when every check is, and names the one that is not', async () => {
  const readiness = createReadiness({ log: createKeptLog().log });
  readiness.add('store', () => Promise.resolve(null));
  expect((await readiness.read()).ready).toBe(true);
  readiness.add('queue', () => Promise.resolve('12 s behind'));
  const { ready, checks } = await readiness.read();
  expect(ready).toBe(false);
  expect(checks).toMatchObject([
    { name: 'store', ok: true },
    { name: 'queue', ok: false, say: '12 s behind' },
  ]);
});

it('does not wait for a silent check, and tells it to stop', async () => {
  const readiness = createReadiness({ log: createKeptLog().log, boundMs: 40 });
  let told = false;
  readiness.add('silent', (signal) => {
    signal.addEventListener('abort', () => (told = true));
    return new Promise(() => {});
  });
  const startedAt = performance.now();
  const { ready, checks } = await readiness.read();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect([ready, checks[0]?.say, told]).toEqual([false, 'no answer within 40 ms', true]);
});

it('shows what may be shown of a failure, and logs the rest', async () => {
  const { log, lines } = createKeptLog();
  const readiness = createReadiness({ log });
  readiness.add('store', () =>
    Promise.reject(
      new AcuopsError({ code: 'store-unavailable', message: 'inner', say: 'Postgres is away.' }),
    ),
  );
  readiness.add('other', () => {
    throw new Error('postgres://user@host/db');
  });
  const { checks } = await readiness.read();
  expect(checks[0]?.say).toBe('Postgres is away.');
  expect(checks[1]?.say).not.toContain('postgres:');
  expect(lines.join('')).toContain('inner');
});

it('is not ready once the desk stops', async () => {
  const stopping = new AbortController();
  const readiness = createReadiness({ log: createKeptLog().log, stopping: stopping.signal });
  expect((await readiness.read()).ready).toBe(true);
  stopping.abort();
  expect(await readiness.read()).toMatchObject({ ready: false, checks: [{ name: 'stopping' }] });
});
