import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { onSignals } from '../../src/runtime/on-signals.ts';
import { createShutdown, holdClosers } from '../../src/runtime/shutdown.ts';
import { createKeptLog } from '../support/quiet-log.ts';

afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<void> => new Promise(() => {});

it('closes in reverse order, one after the other, and goes on past a failure', async () => {
  const { log, lines } = createKeptLog();
  const shutdown = createShutdown({ log });
  const seen: string[] = [];
  shutdown.add('store', () => void seen.push('store'));
  shutdown.add('worker', () => Promise.reject(new Error('stuck valve')));
  shutdown.add('intake', async () => {
    await Promise.resolve();
    seen.push('intake');
  });
  const reports = await shutdown.run('test');
  expect(seen).toEqual(['intake', 'store']);
  expect(reports.map(({ outcome }) => outcome)).toEqual(['closed', 'failed', 'closed']);
  expect(lines.join('')).toContain('stuck valve');
});

it('gives each closer its bound and the whole 25 s, and still tells the last ones', async () => {
  vi.useFakeTimers();
  const shutdown = createShutdown({ log: createKeptLog().log });
  const told: string[] = [];
  const hang = (name: string) => (): Promise<void> => {
    told.push(name);
    return never();
  };
  for (const name of ['a', 'b', 'c', 'd']) shutdown.add(name, hang(name), 10_000);
  const startedAt = performance.now();
  const reports = shutdown.run('test');
  await vi.advanceTimersByTimeAsync(25_200);
  expect((await reports).map(({ outcome }) => outcome)).toEqual(Array(4).fill('timed-out'));
  expect(told).toEqual(['d', 'c', 'b', 'a']);
  expect(performance.now() - startedAt).toBeLessThan(25_300);
});

it('runs once however often it is asked, tells everybody first, and closes what is added late', async () => {
  const shutdown = createShutdown({ log: createKeptLog().log });
  let closed = 0;
  shutdown.add('part', () => {
    expect(shutdown.signal.aborted).toBe(true);
    closed += 1;
    shutdown.add('late', () => void (closed += 10));
  });
  expect(shutdown.signal.aborted).toBe(false);
  const [first, second] = await Promise.all([shutdown.run('one'), shutdown.run('two')]);
  expect(second).toBe(first);
  expect(closed).toBe(11);
  shutdown.add('much later', () => void (closed += 100));
  await shutdown.run('three');
  expect(closed).toBe(111);
});

it('lets a start end before it closes what that opened, newest first, and waits no longer than it may', async () => {
  vi.useFakeTimers();
  const shutdown = createShutdown({ log: createKeptLog().log });
  const closed: string[] = [];
  const opening = holdClosers(shutdown);
  opening.shutdown.add('database', () => void closed.push('database'));
  const stopped = shutdown.run('test');
  expect(opening.shutdown.signal.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  opening.shutdown.add('worker', () => void closed.push('worker'));
  expect(closed).toEqual([]);
  opening.release();
  expect((await stopped).map(({ name }) => name)).toEqual(['start', 'worker', 'database']);
  expect(closed).toEqual(['worker', 'database']);

  const other = createShutdown({ log: createKeptLog().log });
  const endless = holdClosers(other);
  endless.shutdown.add('database', () => void closed.push('database of an endless start'));
  const given = other.run('test');
  await vi.advanceTimersByTimeAsync(15_000);
  expect((await given).map(({ outcome }) => outcome)).toEqual(['closed', 'closed']);
  endless.shutdown.add('late', () => void closed.push('late'));
  await other.run('again');
  expect(closed.slice(2)).toEqual(['database of an endless start', 'late']);
});

const listen = (close: () => Promise<void>) => {
  const { log } = createKeptLog();
  const shutdown = createShutdown({ log });
  shutdown.add('part', close);
  const source = new EventEmitter();
  const exits: number[] = [];
  let nowMs = 0;
  const stop = onSignals({ shutdown, log, source, exit: (code) => exits.push(code), nowMs: () => nowMs });
  return { shutdown, source, exits, stop, setNow: (ms: number) => (nowMs = ms) };
};

it('ends with 0 after a whole stop and 1 where a part stayed open', async () => {
  const good = listen(() => Promise.resolve());
  good.source.emit('SIGTERM');
  await good.shutdown.run('same');
  await vi.waitFor(() => expect(good.exits).toEqual([0]));
  const bad = listen(() => Promise.reject(new Error('no')));
  bad.source.emit('SIGINT');
  await vi.waitFor(() => expect(bad.exits).toEqual([1]));
});

it('takes a second signal for force, but not the echo of the first', () => {
  const { source, exits, setNow, stop } = listen(never);
  source.emit('SIGINT');
  setNow(100);
  source.emit('SIGINT');
  expect(exits).toEqual([]);
  setNow(900);
  source.emit('SIGTERM');
  expect(exits).toEqual([143]);
  stop();
  expect(source.listenerCount('SIGINT')).toBe(0);
});

it('does so in a real process', async () => {
  const root = new URL('../../src/runtime/', import.meta.url);
  const program = `
    const { createLogger } = await import('${new URL('logger.ts', root).href}');
    const { createShutdown } = await import('${new URL('shutdown.ts', root).href}');
    const { onSignals } = await import('${new URL('on-signals.ts', root).href}');
    const same = (value) => value;
    const log = createLogger({ level: 'info', redactor: { text: same, value: same } });
    const shutdown = createShutdown({ log });
    shutdown.add('slow', () => process.argv[1] === 'hang' ? new Promise(() => {}) : undefined, 20_000);
    onSignals({ shutdown, log });
    setInterval(() => {}, 1_000);
    console.log('up');`;
  const start = async (mode: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, mode]);
    await once(child.stdout, 'data');
    return child;
  };
  const orderly = await start('close');
  orderly.kill('SIGTERM');
  expect(await once(orderly, 'exit')).toEqual([0, null]);
  const hanging = await start('hang');
  hanging.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(hanging.exitCode).toBeNull();
  hanging.kill('SIGINT');
  expect(await once(hanging, 'exit')).toEqual([130, null]);
});
