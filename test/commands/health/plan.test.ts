/** The keys that decide which running check one may join. */
import { describe, expect, it } from 'vitest';
import { toJoinKey, toScopeKey } from '../../../src/commands/health/plan.ts';

const usual = { all: false, failed: false, fresh: false };
const only = (...targetIds: string[]) => ({ kind: 'only', targetIds }) as const;

describe('the key of a scope', () => {
  it('is the same for the same clients in any order, and another for others', () => {
    expect(toScopeKey(usual, only('a', 'b'))).toBe(toScopeKey(usual, only('b', 'a')));
    expect(toScopeKey(usual, only('a'))).not.toBe(toScopeKey(usual, only('a', 'b')));
    expect(toScopeKey(usual, only())).not.toBe(toScopeKey(usual, { kind: 'all' }));
  });

  it('fits an index with a thousand clients', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `01a1fd63-0000-7000-8000-${at}`);
    expect(toJoinKey(usual, only(...many)).length).toBeLessThan(80);
  });

  it('keeps fresh and failing-only checks apart, under one scope', () => {
    const keys = [usual, { ...usual, fresh: true }, { ...usual, failed: true }].map((input) =>
      toJoinKey(input, { kind: 'all' }),
    );
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => key.startsWith(`${toScopeKey(usual, { kind: 'all' })}:`))).toBe(true);
  });
});
