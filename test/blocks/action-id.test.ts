import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseActionId, parseActionValue, toActionId, toActionValue } from '../../src/blocks/action-id.ts';
import { limits } from '../../src/blocks/limits.ts';
import { hostileText } from './hostile-text.ts';

const cardId = '0193b1f0-0000-7000-8000-000000000001';

describe('ids', () => {
  it('go there and back', () => {
    expect(toActionId('health', 'retry-sign-in')).toBe('acuops:health:retry-sign-in');
    expect(parseActionId('acuops:health:retry-sign-in')).toStrictEqual({
      verb: 'health',
      action: 'retry-sign-in',
    });
  });

  it.each([
    '',
    'acuops',
    'acuops:health',
    'acuops:health:x:y',
    'other:health:x',
    'acuops:Health:x',
    'acuops::x',
  ])('%j is not ours', (id) => {
    expect(parseActionId(id)).toBeNull();
  });

  it('refuse words with other characters', () => {
    expect(() => toActionId('health', 'a:b')).toThrow(RangeError);
  });
});

describe('values', () => {
  it('go there and back', () => {
    for (const value of [
      { cardId, version: 3, targetKey: undefined, stamp: undefined },
      { cardId, version: 0, targetKey: 'heritage', stamp: undefined },
      { cardId, version: 1, targetKey: undefined, stamp: '7F3K2M.0123456789abcdef' },
    ]) {
      expect(parseActionValue(toActionValue(value))).toStrictEqual(value);
    }
  });

  it('fit an option with a long key', () => {
    expect(toActionValue({ cardId, version: 999_999, targetKey: 'k'.repeat(63) }).length).toBeLessThanOrEqual(
      limits.optionValue,
    );
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"c":"x"}',
    '{"c":"x","v":-1}',
    '{"c":"x","v":1.5}',
    '{"c":"","v":1}',
    '{"c":"x","v":1,"z":1}',
    `"${'x'.repeat(3000)}"`,
  ])('%s is not ours', (value) => {
    expect(parseActionValue(value)).toBeNull();
  });

  it('never throw on anything', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.json()), (value) => {
        const parsed = parseActionValue(value);
        expect(parsed === null || typeof parsed.cardId === 'string').toBe(true);
      }),
    );
  });
});
