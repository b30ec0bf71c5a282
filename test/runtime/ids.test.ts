/** Ids sort by their making, whatever the clock does. */
import { afterEach, expect, it, vi } from 'vitest';
import { createId } from '../../src/runtime/ids.ts';

afterEach(() => void vi.useRealTimers());

it.each([
  ['that runs', [1, 2, 3]],
  ['that stands still', [5, 5, 5]],
  ['that is set back', [9_000, 10, 20]],
])('sort by their making with a clock %s', (_name, moments) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const begin = Date.now() + 60_000;
  const ids = moments.map((ms) => {
    vi.setSystemTime(begin + ms);
    return createId();
  });
  expect(ids).toEqual(ids.toSorted());
});

it('are all different and of version 7, more than one millisecond can count', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const ids = Array.from({ length: 10_000 }, () => createId());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
  expect(
    ids.filter((id) => !/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u.test(id)),
  ).toEqual([]);
});

it('are of the moment that is asked for', () => {
  expect(createId(0x0102_0304_0506)).toMatch(/^01020304-0506-7/u);
});
