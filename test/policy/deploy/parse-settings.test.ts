import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../src/policy/deploy/parse-settings.ts';

const bomb = [
  'a: &a [x, x]',
  ...Array.from(
    { length: 30 },
    (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]`,
  ),
].join('\n');

const defaults = {
  project: null,
  coPublish: [],
  known: [],
  isTestTenantEnabled: false,
  businessHours: { start: 6, end: 18 },
  cooldownMinutes: 15,
};

const whole = `
acuops: { version: 1.0.0 }
project: { name: " HeritageCore ", level: 3 }
environments: { production: { branch: main } }
publish:
  co_publish: [WMS, Payments, WMS]
  known_projects: [Legacy]
  isv_packages: [Velixo]
  poll_interval: 10
client:
  timezone: America/Chicago
  business_hours: { start: 0, end: 24 }
pipeline:
  known_projects: [Legacy, OneTime]
  isv_packages: [Avalara]
  test_tenant_enabled: true
qualification: { deploy_cooldown: 0, max_retries: 1 }
notifications: { slack_webhook: "https://hooks.example.com/x" }
`;

const say = (text: string): string => {
  const parsed = parseSettings(text);
  return parsed.kind === 'faulty' ? parsed.say : 'parsed';
};

describe('the settings of a project', () => {
  it('come from wherever the file keeps them, without doubles', () => {
    expect(parseSettings(whole)).toEqual({
      kind: 'parsed',
      settings: {
        project: 'HeritageCore',
        coPublish: ['WMS', 'Payments'],
        known: ['Legacy', 'Velixo', 'OneTime', 'Avalara'],
        isTestTenantEnabled: true,
        businessHours: { start: 0, end: 24 },
        cooldownMinutes: 0,
      },
    });
  });

  it.each([
    ['no file', null],
    ['an empty file', ''],
    ['a comment', '# nothing yet\n'],
    ['empty sections', 'publish:\npipeline:\nclient:\n  business_hours:\nqualification:\nproject:\n'],
    ['empty fields', 'publish: { co_publish: }\nproject: { name: }\nqualification: { deploy_cooldown: }'],
    [
      'fields that we do not use',
      'publish: { poll_interval: soon }\nnotifications: 7\n__proto__: { publish: 1 }',
    ],
  ])('are the defaults for %s', (_name, text) => {
    expect(parseSettings(text)).toEqual({ kind: 'parsed', settings: defaults });
  });

  it('keep the default beside the one that is given', () => {
    expect(parseSettings('client: { business_hours: { start: 8 } }')).toMatchObject({
      settings: { businessHours: { start: 8, end: 18 } },
    });
  });

  it.each([
    ['publish: { co_publish: WMS }', 'publish.co_publish must be a list of names'],
    ['publish: { co_publish: [WMS, 7] }', 'publish.co_publish must be a list of names'],
    ['publish: { isv_packages: [" "] }', 'publish.isv_packages must be a list of names'],
    ['publish: { known_projects: ["a\\0b"] }', 'publish.known_projects must be a list of names'],
    ['publish: [WMS]', 'publish must be a group of fields'],
    ['pipeline: { test_tenant_enabled: "true" }', 'pipeline.test_tenant_enabled must be true or false'],
    ['project: { name: 7 }', 'project.name must be a name'],
    [
      'client: { business_hours: { start: 6.5 } }',
      'client.business_hours.start must be a whole hour from 0 to 24',
    ],
    [
      'client: { business_hours: { end: 25 } }',
      'client.business_hours.end must be a whole hour from 0 to 24',
    ],
    ['client: { business_hours: 6-18 }', 'client.business_hours must be a group of fields'],
    [
      'client: { business_hours: { start: 18 } }',
      'client.business_hours.start (18) must be before client.business_hours.end (18)',
    ],
    [
      'qualification: { deploy_cooldown: -1 }',
      'qualification.deploy_cooldown must be whole minutes from 0 to 10080',
    ],
    [
      'qualification: { deploy_cooldown: .inf }',
      'qualification.deploy_cooldown must be whole minutes from 0 to 10080',
    ],
    ['- publish', 'the file must be a group of fields'],
    ['publish: 1\nclient: 2', 'publish must be a group of fields; client must be a group of fields'],
  ])('%s is named with its place', (text, sentence) => {
    expect(say(text)).toBe(`acuops.yaml: ${sentence}`);
  });

  it.each([
    ['a field twice', 'project: 1\nproject: 2', 'acuops.yaml gives a field twice (line 2)'],
    ['no YAML', 'publish: [', 'acuops.yaml is no YAML (line 1)'],
    ['a large file', `#${'\n#'.repeat(131_072)}`, 'acuops.yaml is too large'],
    ['a bomb', bomb, 'acuops.yaml cannot be read; it is nested too deep or repeats itself too often'],
  ])('%s is refused', (_name, text, sentence) => {
    expect(say(text)).toContain(sentence);
  });

  it('may come by an anchor', () => {
    const text = 'names: &names [Vendor]\npublish:\n  co_publish: *names';
    expect(parseSettings(text)).toMatchObject({ settings: { coPublish: ['Vendor'] } });
  });

  it('say how many more faults there are, and nothing of what the file holds', () => {
    const text = `publish: { co_publish: s3cret, known_projects: s3cret, isv_packages: s3cret }
project: { name: [s3cret] }
client: s3cret
pipeline: s3cret`;
    expect(say(text)).toMatch(/; and 1 more$/u);
    expect(say(text)).not.toContain('s3cret');
  });

  it('are settings or a sentence for any text, never a throw', () => {
    const words = ['publish', ': ', 'co_publish', '\n  ', 'client', 'business_hours', 'start', '7', '---'];
    const pieces = Array.from('{}[]:,-?&*!|>%@`"\'#\t\n ~<=').concat(words);
    const written = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join('')),
      // JSON is YAML: any value at every place that is read.
      fc
        .record({ publish: fc.jsonValue(), pipeline: fc.jsonValue(), client: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
      fc
        .record({
          publish: fc.record({ co_publish: fc.jsonValue(), isv_packages: fc.jsonValue() }),
          client: fc.record({
            business_hours: fc.oneof(fc.jsonValue(), fc.record({ start: fc.jsonValue() })),
          }),
          qualification: fc.record({ deploy_cooldown: fc.jsonValue() }),
        })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(written, (text) => {
        const parsed = parseSettings(text);
        const isInOrder =
          parsed.kind === 'parsed'
            ? parsed.settings.businessHours.start < parsed.settings.businessHours.end
            : /^acuops\.yaml[:, ][^\p{Cc}]+$/u.test(parsed.say);
        expect(isInOrder).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
