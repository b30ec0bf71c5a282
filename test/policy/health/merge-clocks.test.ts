import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockedObservation, Observation, Verdict } from '../../../src/policy/health/facts.ts';
import { mergeClocks } from '../../../src/policy/health/merge-clocks.ts';
import { ago, now } from './sample-facts.ts';

const observe = (verdict: Verdict, observedAt: Date = now, over: Partial<Observation> = {}): Observation => ({
  criterion: 'api',
  subject: 'production',
  verdict,
  cause: verdict,
  say: verdict,
  next: null,
  url: null,
  observedAt,
  ...over,
});

/** Every verdict one minute after the one before. */
const runThrough = (verdicts: readonly Verdict[]): (Date | null)[] => {
  let clocked: readonly ClockedObservation[] = [];
  return verdicts.map((verdict, index) => {
    clocked = mergeClocks(clocked, [observe(verdict, new Date(index * 60_000))]);
    return clocked[0]?.since ?? null;
  });
};
const minutes = (...list: readonly (number | null)[]): (Date | null)[] =>
  list.map((minute) => (minute === null ? null : new Date(minute * 60_000)));

describe('a clock', () => {
  it.each<[Verdict[], (number | null)[]]>([
    [
      ['pass', 'pass'],
      [null, null],
    ],
    [
      ['pass', 'fail', 'fail'],
      [null, 1, 1],
    ],
    [
      ['fail', 'pass', 'fail'],
      [0, null, 2],
    ],
    [
      ['fail', 'unknown', 'fail'],
      [0, 0, 0],
    ],
    [
      ['unknown', 'fail'],
      [null, 1],
    ],
    [
      ['warn', 'fail', 'warn', 'fail'],
      [null, 1, 1, 1],
    ],
    [
      ['fail', 'warn', 'pass', 'warn'],
      [0, 0, null, null],
    ],
    [
      ['fail', 'unknown', 'pass'],
      [0, 0, null],
    ],
  ])('%j runs since %j', (verdicts, since) => {
    expect(runThrough(verdicts)).toStrictEqual(minutes(...since));
  });

  it('starts with the age of the fact, not with the judging', () => {
    expect(mergeClocks([], [observe('fail', ago(90_000))])[0]?.since).toStrictEqual(ago(90_000));
  });

  it('goes on when the cause changes', () => {
    const first = mergeClocks([], [observe('fail', ago(60_000), { cause: 'sign-in-refused' })]);
    expect(mergeClocks(first, [observe('fail', now, { cause: 'timeout' })])[0]?.since).toStrictEqual(
      ago(60_000),
    );
  });

  it('belongs to one environment and one workflow', () => {
    const first = mergeClocks([], [observe('fail', ago(60_000), { subject: 'staging' })]);
    const next = mergeClocks(first, [
      observe('fail', now),
      observe('fail', now, { criterion: 'ci', subject: 'staging' }),
    ]);
    expect(next.map(({ since }) => since)).toStrictEqual([now, now]);
  });

  it('goes with its subject', () => {
    const first = mergeClocks([], [observe('fail', ago(60_000), { subject: 'staging' }), observe('pass')]);
    expect(mergeClocks(first, [observe('pass')])).toHaveLength(1);
  });
});

describe('of two checks that overlap', () => {
  const merge = (before: Observation, since: Date | null, next: Observation) =>
    mergeClocks([{ ...before, since }], [next])[0];

  it('what was seen last stands, whichever is written last', () => {
    const refused = observe('fail', ago(60_000));
    expect(merge(observe('pass', now), null, refused)).toMatchObject({ verdict: 'pass', since: null });
    const passed = observe('pass', ago(60_000));
    expect(merge(observe('fail', now), now, passed)).toMatchObject({ verdict: 'fail', since: now });
    expect(merge(observe('fail', now), now, observe('unknown', ago(60_000)))).toMatchObject({
      verdict: 'fail',
    });
  });

  it('an unknown gives way to what was seen before it, but keeps its clock from an older pass', () => {
    const blind = observe('unknown', now);
    expect(merge(blind, null, observe('fail', ago(60_000)))).toMatchObject({
      verdict: 'fail',
      since: ago(60_000),
    });
    expect(merge(blind, ago(30_000), observe('pass', ago(60_000)))).toMatchObject({
      verdict: 'unknown',
      since: ago(30_000),
    });
    expect(merge(blind, ago(90_000), observe('pass', ago(60_000)))).toMatchObject({
      verdict: 'pass',
      since: null,
    });
  });

  it('a refusal that is found to stand is not older than a pass before it', () => {
    const held = observe('fail', ago(90_000), { askedAt: now });
    expect(merge(observe('pass', ago(60_000)), null, held)).toMatchObject({ verdict: 'fail' });
    expect(merge({ ...held, verdict: 'fail' }, ago(90_000), observe('pass', ago(60_000)))).toMatchObject({
      verdict: 'fail',
    });
  });
});

describe('laws', () => {
  const verdicts = fc.array(fc.constantFrom<Verdict>('pass', 'warn', 'fail', 'unknown'), {
    minLength: 1,
    maxLength: 20,
  });

  it('a clock is the first failure after the last pass', () => {
    fc.assert(
      fc.property(verdicts, (list) => {
        const first = list.indexOf('fail', list.lastIndexOf('pass') + 1);
        expect(runThrough(list).at(-1)).toStrictEqual(first === -1 ? null : new Date(first * 60_000));
      }),
    );
  });

  it('unknowns strewn in change no clock', () => {
    fc.assert(
      fc.property(verdicts, (list) => {
        const strewn = list.flatMap((verdict): Verdict[] => [verdict, 'unknown']);
        const clocks = runThrough(strewn).map((since) => (since === null ? null : since.getTime() / 2));
        const plain = runThrough(list).map((since) => since?.getTime() ?? null);
        expect(clocks.filter((_, index) => index % 2 === 0)).toStrictEqual(plain);
        expect(clocks.filter((_, index) => index % 2 === 1)).toStrictEqual(plain);
      }),
    );
  });

  it('merging the same observations again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Verdict>('pass', 'warn', 'fail', 'unknown'),
        fc.option(fc.date({ noInvalidDate: true })),
        (verdict, since) => {
          const once = mergeClocks([{ ...observe('fail'), since }], [observe(verdict)]);
          expect(mergeClocks(once, [observe(verdict)])).toStrictEqual(once);
        },
      ),
    );
  });
});
