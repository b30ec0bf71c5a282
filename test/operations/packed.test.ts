import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack, unpack } from '../../src/operations/packed.ts';

it('gives back what was packed, moments too', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.date({
      noInvalidDate: true,
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
    }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/u), tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(unpack(JSON.parse(JSON.stringify(pack(value))) as never)).toEqual(value);
    }),
  );
});

it('leaves out what is not there', () => {
  expect(pack({ a: undefined, b: [undefined] })).toEqual({ b: [null] });
});
