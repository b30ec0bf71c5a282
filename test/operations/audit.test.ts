/** The chain without a database: canonical text does not depend on how a value was built, and any change breaks the chain where it is. */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditRow,
  genesis,
  type SealedRow,
  seal,
  toCanonical,
  verifyChain,
} from '../../src/operations/audit.ts';
import type { Json } from '../../src/operations/json.ts';

const shuffle = (value: Json, order: (a: string, b: string) => number): Json => {
  if (Array.isArray(value)) return value.map((entry: Json) => shuffle(entry, order));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>)
      .toSorted(([a], [b]) => order(a, b))
      .map(([key, entry]) => [key, shuffle(entry, order)]),
  );
};

describe('canonical JSON', () => {
  it('is the same whatever order the keys came in, and reads back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(toCanonical(shuffle(json, (a, b) => (a < b ? 1 : -1)))).toBe(toCanonical(json));
        expect(JSON.parse(toCanonical(json))).toEqual(json);
      }),
    );
  });

  it('tells different values apart', () => {
    const toJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;
    const found = fc.check(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [toJson(a), toJson(b)];
        return isDeepStrictEqual(left, right) === (toCanonical(left) === toCanonical(right));
      }),
    );
    expect(found).toMatchObject({ failed: false, counterexample: null });
  });

  it('has no spaces and sorts by code units', () => {
    expect(toCanonical({ b: [1, { z: null, a: 'é' }], B: 1e21, a: true })).toBe(
      '{"B":1e+21,"a":true,"b":[1,{"a":"é","z":null}]}',
    );
  });
});

const toRow = (n: number): AuditRow => ({
  id: `row-${n}`,
  at: new Date(1_700_000_000_000 + n),
  actor: 'T:U',
  place: 'T:C',
  via: 'slack',
  event: 'asked',
  verb: 'health',
  operationId: null,
  targetId: null,
  detail: { n },
});

const chain = (count: number): SealedRow[] => {
  let hash = genesis;
  return Array.from({ length: count }, (_, at) => {
    const position = at + 1;
    hash = seal(toRow(position), position, hash);
    return { ...toRow(position), position, hash };
  });
};

const verify = (rows: readonly SealedRow[]) =>
  verifyChain(
    (async function* () {
      yield* rows;
    })(),
  );

describe('the chain', () => {
  it('of no rows is whole and stands on its beginning', async () => {
    expect(await verify([])).toEqual({ kind: 'whole', count: 0, head: genesis });
  });

  it('breaks at the first row that was touched, whatever was touched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('actor', 'place', 'via', 'event', 'verb', 'id' as const),
        async (touched, field) => {
          const rows = chain(12).map((row) =>
            row.position === touched ? { ...row, [field]: `${row[field as 'actor']}!` } : row,
          );
          expect(await verify(rows)).toMatchObject({ kind: 'broken', position: touched, why: 'changed' });
        },
      ),
    );
  });

  it('breaks where a row is missing, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 11 }), async (missing) => {
        expect(await verify(chain(12).filter(({ position }) => position !== missing))).toEqual({
          kind: 'broken',
          position: missing,
          rowId: null,
          why: 'missing',
        });
      }),
    );
  });
});
