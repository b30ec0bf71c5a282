import { describe, expect, test } from 'vitest';
import { applyClientFlags, type ClientFlags } from '../../../src/policy/registry/apply-client-flags.ts';
import { clientFields, parseClientField } from '../../../src/policy/registry/client-fields.ts';
import { heritage } from './arbitrary-registry.ts';

const place = { team: 'T0999' };
const enough: ClientFlags = {
  name: 'Heritage Fabrics',
  repo: 'acuops-demo/acuops-heritage',
  tier: 'premium',
  timezone: 'America/Chicago',
  url: 'https://heritage.example.com/erp/',
  tenant: 'Heritage',
};

const clientOf = (known: typeof heritage | null, flags: ClientFlags) => {
  const result = applyClientFlags('heritage', known, flags, place);
  return result.kind === 'client' ? result.client : null;
};
const saysOf = (known: typeof heritage | null, flags: ClientFlags, id = 'heritage') => {
  const result = applyClientFlags(id, known, flags, place);
  return result.kind === 'faulty' ? result.faults.map((fault) => fault.say) : [];
};

test.each(clientFields.map((field) => [field.flag, field.example] as const))(
  'the example of --%s is allowed: %s',
  (flag, example) => {
    expect(parseClientField(flag, example.replaceAll('"', ''), place)?.kind).toBe('parsed');
  },
);

test('there is no flag of another name', () => expect(parseClientField('password', 'x', place)).toBeNull());

test('a new client has the defaults for all that was not said', () => {
  expect(clientOf(null, enough)).toMatchObject({
    status: 'active',
    slack: null,
    workflows: { deploy: 'acuops-deploy.yml', ci: ['ci.yml'], branch: 'main' },
    thresholds: { deployWarnDays: 25, deployFailDays: 30, ciFailStreak: 3 },
    environments: [
      { name: 'production', url: 'https://heritage.example.com/erp', credentials: null, branch: 'main' },
    ],
  });
});

test('an edit changes what was said and nothing else', () => {
  expect(clientOf(heritage, {})).toEqual(heritage);
  expect(clientOf(heritage, { tier: 'standard', 'deploy-fail-days': '40' })).toEqual({
    ...heritage,
    tier: 'standard',
    thresholds: { ...heritage.thresholds, deployFailDays: 40 },
  });
  expect(clientOf(heritage, { branch: 'master' })).toMatchObject({
    workflows: { branch: 'master' },
    environments: [{ branch: 'master' }],
  });
});

test('a second environment is added beside the first', () => {
  const client = clientOf(heritage, {
    environment: 'staging',
    url: 'https://stg.example.com',
    tenant: 'Stg',
  });
  expect(client?.environments).toEqual([
    ...heritage.environments,
    { name: 'staging', url: 'https://stg.example.com', tenant: 'Stg', credentials: null, branch: 'staging' },
  ]);
});

test('none takes a value away', () => {
  const cleared = clientOf(heritage, {
    channel: 'none',
    contacts: 'none',
    'username-ref': 'none',
    'password-ref': 'none',
  });
  expect(cleared).toMatchObject({ slack: null, contacts: [], environments: [{ credentials: null }] });
});

test.each([
  ['<#C0123ABCD|heritage>', { team: 'T0999', channel: 'C0123ABCD' }],
  ['C0123ABCD', { team: 'T0999', channel: 'C0123ABCD' }],
  ['T0123:C0123ABCD', { team: 'T0123', channel: 'C0123ABCD' }],
])('a channel given as %s', (channel, slack) =>
  expect(clientOf(heritage, { channel })?.slack).toEqual(slack),
);

describe('faults', () => {
  test('all at once, each with flag, value, allowed and example', () => {
    expect(saysOf(null, { tier: 'gold', 'ci-fail-streak': '1.5', status: 'archived' }, 'Heritage')).toEqual([
      expect.stringMatching(/^id is "Heritage"\. Allowed: 2 to 40 .* Example: acme\.$/),
      '--tier is "gold". Allowed: premium, standard or self-service. Example: --tier premium.',
      '--status is "archived". Allowed: active or offboarding; remove-client archives. Example: --status offboarding.',
      expect.stringContaining('--ci-fail-streak is "1.5". Allowed: a whole number from 1 to 50.'),
      expect.stringContaining('--name is missing'),
      expect.stringContaining('--repo is missing'),
      expect.stringContaining('--timezone is missing'),
      expect.stringContaining('--url is missing'),
      expect.stringContaining('--tenant is missing'),
    ]);
  });
  test('a secret typed instead of its reference is not repeated', () => {
    const says = saysOf(heritage, { 'password-ref': 'hunter2' });
    expect(says).toHaveLength(1);
    expect(says[0]).toContain('Secrets never go');
    expect(says[0]).not.toContain('hunter2');
  });
  test('half a credential, half an environment, thresholds the wrong way round', () => {
    expect(saysOf(heritage, { 'password-ref': 'none' })).toEqual([
      expect.stringContaining('--password-ref is needed too'),
    ]);
    expect(saysOf(heritage, { environment: 'staging', url: 'https://s.example.com' })).toEqual([
      expect.stringContaining('--tenant is needed too'),
    ]);
    expect(saysOf(heritage, { 'deploy-warn-days': '31' })).toEqual([
      expect.stringContaining('--deploy-fail-days does not go with the rest'),
    ]);
  });
  test('a channel without its team', () => {
    expect(applyClientFlags('heritage', heritage, { channel: 'C0123' }, { team: null }).kind).toBe('faulty');
  });
});
