/** Registries that fast-check makes up: always lawful, with every optional part sometimes there. Used by the tests of this folder. */
import * as fc from 'fast-check';
import type { RegistryClient, RegistryDocument } from '../../../src/policy/registry/registry-document.ts';
import {
  RegistryDocument as Schema,
  toCanonicalDocument,
} from '../../../src/policy/registry/registry-document.ts';

/** Arithmetic, where a pattern would cost most of the test's time. */
const id = (prefix: string) =>
  fc.nat({ max: 2_000_000_000 }).map((seed) => `${prefix}0${seed.toString(36).toUpperCase()}A`);

/** Whatever people may write, above all what YAML would take for something else. */
const label = (most: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.constantFrom(
        'null',
        'No',
        '~',
        '12',
        '1e3',
        '- a',
        '# b',
        'a: b',
        "it's",
        '"q"',
        '{x}',
        '*a',
        '&a',
        '!t',
        '%',
        '@',
        '0x1F',
        '2026-01-01',
        'true',
        '<<',
        'a #b',
        '🏭 Ünïcode',
        '|',
        '>',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    )
    .map((text) =>
      text
        .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu, '')
        .trim(),
    )
    .map((text) => Array.from(text).slice(0, most).join('').trim())
    .map((text) => (text === '' ? 'x' : text));

const reference = fc.oneof(
  fc.nat().map((seed) => `env:ACU_${seed.toString(36).toUpperCase()}`),
  fc.constantFrom('a', 'a #b', 'a: b', 'ä.x-1', "it's").map((name) => `file:/run/secrets/${name}`),
);
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const branch = fc.constantFrom('main', 'master', 'release/2026', 'staging');

const environments = (number: number): fc.Arbitrary<RegistryClient['environments']> =>
  fc.subarray(['production', 'staging'] as const).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          url: fc
            .constantFrom('https://erp.example.com', 'http://127.0.0.1:8080/a/b')
            .map((url) => `${url}/${number}-${name}`),
          tenant: label(128),
          credentials: nullable(fc.record({ username: reference, password: reference })),
          branch,
        }),
      ),
    ),
  );

export const arbitraryClient = (number: number): fc.Arbitrary<RegistryClient> =>
  fc.record({
    id: fc.constant(`client-${number}`),
    name: label(80),
    repo: fc.constantFrom('acuops-demo', 'Other').map((owner) => `${owner}/repo.${number}`),
    tier: fc.constantFrom('premium', 'standard', 'self-service'),
    timezone: fc.constantFrom('UTC', 'America/Chicago', 'Asia/Tokyo', 'Europe/Berlin'),
    status: fc.constantFrom('active', 'offboarding', 'archived'),
    reference: fc.boolean(),
    slack: nullable(id('T').map((team) => ({ team, channel: `C00${number}` }))),
    contacts: fc.uniqueArray(fc.record({ team: id('T'), user: nullable(id('U')) }), {
      maxLength: 3,
      selector: ({ team, user }) => `${team}:${user}`,
    }),
    workflows: fc.record({
      deploy: fc.constantFrom('acuops-deploy.yml', 'ship.yaml'),
      ci: fc.subarray(['ci.yml', 'lint.yml', 'no.yml'], { minLength: 1 }),
      branch,
    }),
    thresholds: fc
      .tuple(
        fc.integer({ min: 1, max: 365 }),
        fc.integer({ min: 1, max: 365 }),
        fc.integer({ min: 1, max: 50 }),
      )
      .map(([a, b, ciFailStreak]) => ({
        deployWarnDays: Math.min(a, b),
        deployFailDays: Math.max(a, b),
        ciFailStreak,
      })),
    environments: environments(number),
  });

/** Judged by the schema itself, so that a generator that strays is found at once. */
const judged = (clients: readonly RegistryClient[]): RegistryDocument =>
  toCanonicalDocument(Schema.parse({ version: 1, clients }));

const numbers = [0, 1, 2, 3, 4];

export const arbitraryRegistry: fc.Arbitrary<RegistryDocument> = fc
  .subarray(numbers)
  .chain((chosen) => fc.tuple(...chosen.map(arbitraryClient)))
  .map(judged);

/** Three documents of the same clients, where each field of each is one of two values: agreement and disagreement are both common. */
export const arbitraryTrio: fc.Arbitrary<readonly [RegistryDocument, RegistryDocument, RegistryDocument]> = fc
  .tuple(
    fc.tuple(...numbers.map(arbitraryClient)),
    fc.tuple(...numbers.map(arbitraryClient)),
    fc.infiniteStream(fc.boolean()),
    fc.array(fc.subarray(numbers), { minLength: 3, maxLength: 3 }),
  )
  .map(([left, right, coins, present]) => {
    const mix = (which: number): RegistryDocument =>
      judged(
        (present[which] ?? []).flatMap((number) => {
          const [a, b] = [left[number], right[number]];
          if (a === undefined || b === undefined) return [];
          const keys = Object.keys(a) as (keyof RegistryClient)[];
          const picked = keys.map((key) => [key, coins.next().value === true ? b[key] : a[key]] as const);
          return [{ ...a, ...(Object.fromEntries(picked) as Partial<RegistryClient>) }];
        }),
      );
    return [mix(0), mix(1), mix(2)] as const;
  });

export const heritage: RegistryClient = judged([
  {
    id: 'heritage',
    name: 'Heritage Fabrics',
    repo: 'acuops-demo/acuops-heritage',
    tier: 'premium',
    timezone: 'America/Chicago',
    status: 'active',
    reference: true,
    slack: { team: 'T0123', channel: 'C0123' },
    contacts: [{ team: 'T0123', user: 'U0123' }],
    workflows: { deploy: 'acuops-deploy.yml', ci: ['ci.yml'], branch: 'main' },
    thresholds: { deployWarnDays: 25, deployFailDays: 30, ciFailStreak: 3 },
    environments: [
      {
        name: 'production',
        url: 'https://heritage.example.com/erp',
        tenant: 'Heritage',
        credentials: { username: 'env:ACU_HERITAGE_USER', password: 'env:ACU_HERITAGE_PASSWORD' },
        branch: 'main',
      },
    ],
  },
]).clients[0] as RegistryClient;

export const toDocument = (...clients: readonly RegistryClient[]): RegistryDocument => judged(clients);
