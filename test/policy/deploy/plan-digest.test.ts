import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeployPlan, digestPlan, planDeploy } from '../../../src/policy/deploy/plan.ts';
import { known } from '../health/sample-facts.ts';
import { sampleParts, sampleSource } from './sample-plan.ts';

const word = fc.string({ minLength: 1, maxLength: 12 });
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`, 'u'));
const name = fc.stringMatching(/^[A-Z_]{1,12}$/u);
const plans: fc.Arbitrary<DeployPlan> = fc.record({
  schema: fc.constant('acuops.deploy-plan/1' as const),
  client: fc.record({ id: word, key: word }),
  environment: fc.constantFrom('production' as const, 'staging' as const),
  instance: fc.record({ id: word, url: word, tenant: word }),
  repo: word,
  ref: word,
  sha: hex(40),
  live: fc.option(hex(40)),
  workflow: fc.record({ file: word, blobSha: hex(40) }),
  inputs: fc.dictionary(name, word, { maxKeys: 4, noNullPrototype: true }),
  projects: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  engines: fc.array(fc.record({ repo: word, ref: word, sha: hex(40) }), { maxLength: 2 }),
  variables: fc.dictionary(name, hex(16), { maxKeys: 4, noNullPrototype: true }),
  merges: fc.option(fc.boolean()),
});

/** The same value, every group of fields written down in another order. */
const shuffle = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffle);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffle(inner)]),
  );
};

/** The value with each single leaf changed, each entry taken out and one put in: one variant for each. */
const findVariants = (value: unknown): readonly unknown[] => {
  if (typeof value === 'string') return [`${value} `, value.slice(1)];
  if (typeof value === 'boolean') return [!value];
  if (value === null) return ['', {}];
  if (Array.isArray(value)) {
    const changed = value.flatMap((inner, at) => findVariants(inner).map((other) => value.with(at, other)));
    return [...changed, [...value, 'one more'], ...(value.length > 0 ? [value.slice(1)] : []), null];
  }
  const entries = Object.entries(value as object);
  const changed = entries.flatMap(([key, inner], at) => [
    ...findVariants(inner).map((other) => Object.fromEntries(entries.with(at, [key, other]))),
    Object.fromEntries(entries.toSpliced(at, 1)),
  ]);
  return [...changed, Object.fromEntries([...entries, ['one more field', '']]), null];
};

// A variant is no lawful plan: only its digest matters here.
const digest = (value: unknown): string => digestPlan(value as DeployPlan);

describe('the digest of a plan', () => {
  it('is the same in whatever order the fields stand', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(digest(shuffle(plan))).toBe(digestPlan(plan));
        expect(digestPlan(DeployPlan.parse(JSON.parse(JSON.stringify(plan))))).toBe(digestPlan(plan));
      }),
    );
  });

  it('is another one for every single change', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const variants = findVariants(plan).filter((variant) => variant !== null);
        const digests = new Set(variants.map(digest));
        expect(digests).not.toContain(digestPlan(plan));
        // One for each field at least: no two of the changes are the same.
        expect(digests.size).toBeGreaterThan(Object.keys(plan).length);
      }),
    );
  });

  it('is the same for the same facts, whatever order GitHub gave them in', () => {
    const variables = { CI_METRICS_URL: 'https://m.example.com', CUSTOMIZATION_PROJECT_NAME: 'Core' };
    const make = (set: unknown) =>
      planDeploy(sampleParts({ source: sampleSource({ variables: known(set as {}) }) }));
    expect(make(shuffle(variables))).toEqual(make(variables));
    expect(make(variables)).toMatchObject({ kind: 'planned' });
  });
});
