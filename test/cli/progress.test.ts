import { afterEach, expect, it, vi } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

const watch = (isTty: boolean) => {
  vi.useFakeTimers();
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text) };
  return {
    written,
    progress: createProgress({ stdout: { write: () => {} }, stderr: stream, isTty }, '7F3K2M'),
  };
};

const bare = (text: string | undefined): string => (text ?? '').replace('\r\u001B[K', '');

it('keeps one short line up to date and takes it away at the end', () => {
  const { written, progress } = watch(true);
  progress.show(`3 of 8 looked at\u001B[2J ${'x'.repeat(100)}\nmore`);
  vi.advanceTimersByTime(2_000);
  expect(bare(written.at(-1))).toMatch(/^… 7F3K2M · 2 s · 3 of 8 looked at\[2J x+$/u);
  expect(bare(written.at(-1)).length).toBeLessThanOrEqual(78);
  progress.end();
  const count = written.length;
  expect(bare(written.at(-1))).toBe('');
  vi.advanceTimersByTime(5_000);
  expect(written).toHaveLength(count);
});

it('writes nothing where nobody looks', () => {
  const { written, progress } = watch(false);
  progress.show('3 of 8');
  vi.advanceTimersByTime(5_000);
  progress.end();
  expect(written).toEqual([]);
});
