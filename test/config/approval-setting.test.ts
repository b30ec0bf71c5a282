/** `ACUOPS_APPROVALS` item by item: what is understood, what is a fault of its own, and that production never goes without anybody's word. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Environment, parseConfig } from '../../src/config/parse-config.ts';

const parse = (approvals: string) => {
  const env: Environment = {
    SLACK_BOT_TOKEN: 'xoxb-bot-secret',
    SLACK_APP_TOKEN: 'xapp-app-secret',
    ACUOPS_APPROVALS: approvals,
  };
  return parseConfig(env, '/desk');
};
const configured = (approvals: string) => {
  const parsed = parse(approvals);
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(({ say }) => say).join('\n'));
  return parsed;
};
const faultsOf = (approvals: string) => {
  const parsed = parse(approvals);
  return parsed.kind === 'faulty' ? parsed.faults : [];
};
const vain = (approvals: string) =>
  configured(approvals).warnings.filter((line) => line.startsWith('ACUOPS_APPROVALS'));

it('is a list of rules in their order', () => {
  expect(configured('premium/production=2/30m, */production=1, */staging=0').config.approvals).toEqual([
    { tier: 'premium', environment: 'production', needed: 2, expiresMinutes: 30 },
    { tier: null, environment: 'production', needed: 1, expiresMinutes: 20 },
    { tier: null, environment: 'staging', needed: 0, expiresMinutes: 20 },
  ]);
  expect(configured('self-service/*=5/1440m,').config.approvals).toEqual([
    { tier: 'self-service', environment: null, needed: 5, expiresMinutes: 1440 },
  ]);
});

it('is no rule where it is not set', () => {
  expect(configured('').config.approvals).toEqual([]);
  expect(configured(' , ').config.approvals).toEqual([]);
});

describe('a fault', () => {
  it.each([
    'premium=2',
    'gold/production=2',
    'premium/sandbox=2',
    'Premium/production=2',
    'premium/production',
    'premium/production=',
    'premium/production=6',
    'premium/production=-1',
    'premium/production=1.5',
    'premium/production=2/30',
    'premium/production=2/0m',
    'premium/production=2/1441m',
    'premium/production=2/30m/1m',
    'premium / production = 2',
    '*=1',
  ])('is %s, named with what is allowed', (item) => {
    const [fault, ...more] = faultsOf(`*/staging=1,${item}`);
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ variable: 'ACUOPS_APPROVALS', value: `"${item}"` });
    expect(fault?.say).toContain('for instance premium/production=2/30m');
  });

  it.each(['*/production=0', 'premium/production=0/30m', '*/*=0', 'standard/*=0'])(
    'is %s, since production never goes without anybody’s word',
    (item) => {
      const [fault, ...more] = faultsOf(item);
      expect(more).toEqual([]);
      expect(fault).toMatchObject({ variable: 'ACUOPS_APPROVALS', value: `"${item}"` });
      expect(fault?.allowed).toBe(
        'at least 1 approval where production is meant; 0 is for staging only, for instance */staging=0',
      );
    },
  );

  it('is said of every item at once', () => {
    expect(faultsOf('gold/production=1, */production=1, */*=0, x').map(({ value }) => value)).toEqual([
      '"gold/production=1"',
      '"*/*=0"',
      '"x"',
    ]);
  });

  it('is everything that would free production, whatever else is written', () => {
    const word = (...words: string[]) => fc.constantFrom(...words);
    const item = fc
      .tuple(
        word('*', 'premium', 'standard', 'self-service', 'gold', ''),
        word('*', 'production', 'staging', ' production', ''),
        word('0', '00', '1', '5', '', ' 0'),
        word('', '/1m', '/1440m', '/0m', '/m'),
      )
      .map(([tier, environment, needed, minutes]) => `${tier}/${environment}=${needed}${minutes}`);
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), (items) => {
        const parsed = parse(items.join(','));
        const approvals = parsed.kind === 'configured' ? parsed.config.approvals : [];
        expect(approvals.filter((one) => one.needed === 0 && one.environment !== 'staging')).toEqual([]);
        // Nothing is dropped in silence.
        expect(approvals).toHaveLength(parsed.kind === 'configured' ? items.length : 0);
      }),
    );
  });
});

describe('a rule that is never reached', () => {
  it('is told, since somebody meant it', () => {
    expect(vain('*/production=1,premium/production=2')).toEqual([
      'ACUOPS_APPROVALS: premium/production never counts, since */production stands before it and fits too.',
    ]);
    expect(vain('*/*=1,*/staging=0,premium/*=2')).toHaveLength(2);
    expect(vain('*/staging=0,*/staging=1')).toHaveLength(1);
  });

  it('is none where the narrower one comes first', () => {
    expect(vain('premium/production=2,*/production=1,premium/*=1,*/*=1')).toEqual([]);
  });
});
