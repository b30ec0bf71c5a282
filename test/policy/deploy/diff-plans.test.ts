/** What changed between two plans: said wherever their digests differ, silent wherever they do not. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffPlans } from '../../../src/policy/deploy/diff-plans.ts';
import { DeployPlan, digestPlan } from '../../../src/policy/deploy/plan.ts';

const plan: DeployPlan = {
  schema: 'acuops.deploy-plan/1',
  client: { id: 'target-1', key: 'heritage' },
  environment: 'production',
  instance: { id: 'instance-1', url: 'https://heritage.example.com/erp', tenant: 'Heritage' },
  repo: 'acme/acuops-heritage',
  ref: 'main',
  sha: 'a'.repeat(40),
  live: 'c'.repeat(40),
  workflow: { file: 'deploy.yml', blobSha: 'b'.repeat(40) },
  inputs: { dry_run: 'false', environment: 'production' },
  projects: ['Core', 'Payments'],
  engines: [{ repo: 'acme/engine', ref: 'main', sha: 'e'.repeat(40) }],
  variables: { CI_METRICS_URL: '0'.repeat(16), CORE: '1'.repeat(16) },
  merges: true,
};
const engine = (over: object) => ({
  engines: [{ repo: 'acme/engine', ref: 'main', sha: 'e'.repeat(40), ...over }],
});

// Few values for each field, so that two plans are often alike but for one or two of them.
const word = fc.constantFrom('a', 'b', 'A ', 'constructor');
const hash = fc.constantFrom('a'.repeat(40), 'b'.repeat(40), `${'a'.repeat(39)}b`, 'a'.repeat(64));
const print = fc.constantFrom('0'.repeat(16), '1'.repeat(16));
const texts = (value: fc.Arbitrary<string>) => fc.dictionary(word, value, { maxKeys: 3 });
const plans: fc.Arbitrary<DeployPlan> = fc.record({
  schema: fc.constant('acuops.deploy-plan/1' as const),
  client: fc.record({ id: word, key: word }),
  environment: fc.constantFrom('production' as const, 'staging' as const),
  instance: fc.record({ id: word, url: word, tenant: word }),
  repo: word,
  ref: word,
  sha: hash,
  live: fc.option(hash),
  workflow: fc.record({ file: word, blobSha: hash }),
  inputs: texts(word),
  projects: fc.array(word, { minLength: 1, maxLength: 3 }),
  engines: fc.array(fc.record({ repo: word, ref: word, sha: hash }), { maxLength: 3 }),
  variables: texts(print),
  merges: fc.option(fc.boolean()),
});

/** Each lawful plan in which one thing of another plan stands: a whole field, or one value within it. */
const findSteps = (from: DeployPlan, other: DeployPlan): readonly DeployPlan[] =>
  Object.entries(other).flatMap(([field, value]) => {
    const mine: unknown = from[field as keyof DeployPlan];
    const inner =
      typeof value === 'object' && value !== null && typeof mine === 'object' && mine !== null
        ? Object.entries(value).map(([key, leaf]) =>
            Object.fromEntries([...Object.entries(mine), [key, leaf]]),
          )
        : [];
    return [value, ...(Array.isArray(value) ? [] : inner)].map((changed) => ({ ...from, [field]: changed }));
  });

describe('what changed between two plans', () => {
  it.each<[what: string, over: Partial<DeployPlan>, clauses: readonly string[]]>([
    ['nothing', {}, []],
    ['the version', { sha: 'd'.repeat(40) }, ['version aaaaaaa → ddddddd']],
    [
      'a version that begins alike',
      { sha: `${'a'.repeat(9)}${'f'.repeat(31)}` },
      ['version aaaaaaaaaa → aaaaaaaaaf'],
    ],
    ['the branch', { ref: 'release' }, ['asked for main → release']],
    [
      'the workflow',
      { workflow: { file: 'deploy.yml', blobSha: 'f'.repeat(40) } },
      ['workflow file changed'],
    ],
    [
      'the name of the workflow',
      { workflow: { file: 'go.yml', blobSha: 'b'.repeat(40) } },
      ['workflow file deploy.yml → go.yml'],
    ],
    ['the engine', engine({ sha: 'd'.repeat(40) }), ['engine main eeeeeee → ddddddd']],
    ['the ref of the engine', engine({ ref: 'v2' }), ['engine main eeeeeee → v2 eeeeeee']],
    ['whose engine it is', engine({ repo: 'x/engine' }), ['engine repository acme/engine → x/engine']],
    ['no engine any more', { engines: [] }, ['engine gone']],
    [
      'one engine more',
      { engines: [...plan.engines, { repo: 'x/more', ref: 'v1', sha: 'f'.repeat(40) }] },
      ['engine added: x/more v1 fffffff'],
    ],
    [
      'variables',
      { variables: { CORE: '2'.repeat(16), MORE: '3'.repeat(16) } },
      ['variable CI_METRICS_URL gone', 'variable CORE changed', 'variable MORE added'],
    ],
    ['projects', { projects: ['Core', 'Reports'] }, ['published together: + Reports, − Payments']],
    ['whose project it is', { projects: ['Payments', 'Core'] }, ['published together: in another order']],
    ['what is live', { live: null }, ['what is live changed']],
    [
      'inputs',
      { inputs: { dry_run: 'true', force: 'no' } },
      ['inputs: dry_run false → true, environment gone, force added: no'],
    ],
    [
      'the instance',
      { instance: { id: 'instance-2', url: 'https://new.example.com/erp', tenant: 'Two' } },
      [
        'instance https://heritage.example.com/erp → https://new.example.com/erp',
        'instance tenant Heritage → Two',
      ],
    ],
    ['its row', { instance: { ...plan.instance, id: 'instance-2' } }, ['instance registered anew']],
    [
      'how it is published',
      { merges: false },
      ['how it is published: what else is published stays → all else is unpublished'],
    ],
    [
      'how it is published, unseen',
      { merges: null },
      [
        'how it is published: what else is published stays → whether what else is published stays cannot be seen',
      ],
    ],
    [
      'the place of it all',
      { client: { id: 'target-2', key: 'other' }, environment: 'staging', repo: 'acme/other' },
      [
        'client heritage → other',
        'environment production → staging',
        'repository acme/acuops-heritage → acme/other',
      ],
    ],
  ])('%s', (_, over, clauses) => {
    expect(diffPlans(plan, { ...plan, ...over })).toEqual(clauses);
  });

  it('calls new what has the name of something every object has', () => {
    const inputs = { ...plan.inputs, constructor: 'x' };
    expect(diffPlans(plan, { ...plan, inputs })).toEqual(['inputs: constructor added: x']);
  });

  it('says that an engine came in', () => {
    expect(diffPlans({ ...plan, engines: [] }, plan)).toEqual(['engine added: acme/engine main eeeeeee']);
  });

  it('says which of several engines changed', () => {
    const more = (letter: string) => ({ repo: 'x/more', ref: 'v1', sha: letter.repeat(40) });
    const [was, is] = ['e', 'f'].map((letter) => ({ ...plan, engines: [...plan.engines, more(letter)] }));
    expect(was && is && diffPlans(was, is)).toEqual(['engine v1 eeeeeee → fffffff (x/more)']);
  });

  it('is said exactly where the digests differ, both ways, and no clause twice', () => {
    fc.assert(
      fc.property(plans, plans, (one, other) => {
        for (const step of [...findSteps(one, other), other]) {
          const differs = digestPlan(one) !== digestPlan(step);
          const there = diffPlans(one, step);
          expect([there.length > 0, diffPlans(step, one).length > 0]).toEqual([differs, differs]);
          expect(there).toEqual([...new Set(there)]);
        }
      }),
    );
  });

  it('is nothing for the same plan read from a store, in whatever order its fields stand', () => {
    fc.assert(
      fc.property(plans, (one) => {
        const stored = Object.fromEntries(Object.entries(one).toReversed());
        expect(diffPlans(one, DeployPlan.parse(JSON.parse(JSON.stringify(stored))))).toEqual([]);
      }),
    );
  });
});
