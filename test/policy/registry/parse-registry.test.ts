import { describe, expect, test } from 'vitest';
import { parseRegistry } from '../../../src/policy/registry/parse-registry.ts';
import { renderRegistry } from '../../../src/policy/registry/render-registry.ts';
import { heritage, toDocument } from './arbitrary-registry.ts';
import { faultsOf, good, lines, say } from './written-registry.ts';

test('fills in every default', () => {
  const parsed = parseRegistry(good);
  expect(parsed).toMatchObject({
    kind: 'parsed',
    document: {
      clients: [
        {
          status: 'active',
          reference: false,
          contacts: [],
          workflows: { deploy: 'acuops-deploy.yml', ci: ['ci.yml'], branch: 'main' },
          thresholds: { deployWarnDays: 25, deployFailDays: 30, ciFailStreak: 3 },
          environments: [{ branch: 'main' }],
        },
      ],
    },
  });
});

test.each([
  ['version: 1', 'version: 2', 'version', 1, 10],
  ['id: heritage', 'id: Heritage', 'id', 3, 9],
  ['id: heritage', 'id: h', 'id', 3, 9],
  ['id: heritage', 'id: premium', 'id', 3, 9],
  ['id: heritage', 'id: heritage-', 'id', 3, 9],
  ['name: Heritage Fabrics', 'name: 12', 'name', 4, 11],
  ['name: Heritage Fabrics', 'name: "a\\u202Eb"', 'name', 4, 11],
  ['name: Heritage Fabrics', `name: ${'a'.repeat(81)}`, 'name', 4, 11],
  ['name: Heritage Fabrics', 'name: " "', 'name', 4, 11],
  ['repo: acuops-demo/acuops-heritage', 'repo: acuops-heritage', 'repo', 5, 11],
  ['repo: acuops-demo/acuops-heritage', 'repo: a/..', 'repo', 5, 11],
  ['tier: premium', 'tier: gold', 'tier', 6, 11],
  ['timezone: America/Chicago', 'timezone: America/Chicgo', 'timezone', 7, 15],
  ['timezone: America/Chicago', 'timezone: america/chicago', 'timezone', 7, 15],
  ['timezone: America/Chicago', 'timezone: "+02:00"', 'timezone', 7, 15],
  ['channel: C0123', 'channel: general', 'channel', 8, 36],
  ['name: production', 'name: prod', 'name', 10, 15],
  ['url: https://heritage.example.com/erp', 'url: ftp://heritage.example.com', 'url', 11, 14],
  ['url: https://heritage.example.com/erp', 'url: https://heritage.example.com/?a=1', 'url', 11, 14],
  ['tenant: Heritage', 'tenant: [a]', 'tenant', 12, 17],
  ['env:ACU_USER', 'svc-heritage', 'username', 13, 34],
  ['env:ACU_PASSWORD', 'file:relative', 'password', 13, 58],
])('%s → %s is one fault, at its place', (from, to, field, line, column) => {
  const faults = faultsOf(from, to);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({ field, line, column });
  expect(faults[0]?.say).toContain(`line ${line}, column ${column}: `);
  expect(faults[0]?.say).toContain(`Allowed: ${faults[0]?.allowed}`);
});

test('a field that is missing or unknown is named, with the nearest known one', () => {
  expect(faultsOf('    tier: premium\n', '')[0]).toMatchObject({
    line: 3,
    path: 'clients[0].tier',
    value: null,
  });
  expect(faultsOf('tier: premium', 'teir: premium').map((fault) => fault.say)).toEqual([
    'line 3, column 5: clients[0].tier (client heritage) is missing. Allowed: premium, standard or self-service.',
    expect.stringContaining(
      'line 6, column 5: clients[0].teir (client heritage): there is no such field; did you mean tier. Allowed: id, name',
    ),
  ]);
});

test('lists every field that a rendered client can have as allowed where it is unknown', () => {
  const text = renderRegistry(
    toDocument({
      ...heritage,
      workflows: { ...heritage.workflows, branch: 'master' },
      thresholds: { ...heritage.thresholds, ciFailStreak: 4 },
    }),
  );
  const groups = [
    'version',
    '  - id',
    'slack: {',
    '- {',
    'workflows: {',
    'thresholds: {',
    'credentials: {',
    '- name: production',
  ];
  expect(groups.filter((group) => !text.includes(group))).toEqual([]);
  const unknown = text
    .replaceAll(/\{ /g, '{ odd: 1, ')
    .replace('version: 1', 'version: 1\nodd: 1')
    .replaceAll(/^( +)- (id|name)/gm, '$1- odd: 1\n$1  $2');
  const parsed = parseRegistry(unknown);
  const faults = parsed.kind === 'faulty' ? parsed.faults : [];
  expect(faults.map((fault) => fault.field)).toEqual(groups.map(() => 'odd'));
  const allowed = faults.flatMap((fault) => fault.allowed.split(', '));
  const used = [...text.matchAll(/(?<=^ *(?:- )?|[{,] )([a-zA-Z]+):(?= |$)/gm)].map((match) => match[1]);
  expect(used.filter((field) => !allowed.includes(field ?? ''))).toEqual([]);
});

test('every fault of several clients is listed at once, in the order of the file', () => {
  const second = lines.slice(2).join('\n').replace('tier: premium', 'tier: gold').replace('T0123', 't');
  const faults = say(parseRegistry(`${good.replace('America/Chicago', 'Mars')}\n${second}`));
  expect(faults).toEqual([
    expect.stringContaining('line 7, column 15: clients[0].timezone'),
    expect.stringContaining('clients[1].id (client heritage) is "heritage", as in line 3 already'),
    expect.stringContaining(
      'clients[1].repo (client heritage) is "acuops-demo/acuops-heritage", as in line 5 already',
    ),
    expect.stringContaining('clients[1].tier'),
    expect.stringContaining('clients[1].slack.team'),
    expect.stringContaining(
      'clients[1].environments[0].tenant (client heritage) is "Heritage", as in line 12 already',
    ),
  ]);
});

describe('what two entries may not share', () => {
  const other = (from: string, to: string): readonly string[] => {
    const fresh = { id: 'other', repo: 'o/other', channel: 'C0999', url: 'https://other.example.com' };
    const second = lines
      .slice(2)
      .join('\n')
      .replace('id: heritage', `id: ${fresh.id}`)
      .replace('acuops-demo/acuops-heritage', fresh.repo)
      .replace('C0123', fresh.channel)
      .replace('https://heritage.example.com/erp', fresh.url);
    expect(second).toContain(from);
    return say(parseRegistry(`${good}\n${second.replace(from, to)}`));
  };

  test('nothing in common is no fault', () => expect(other('o/other', 'o/other')).toEqual([]));
  test('an id', () =>
    expect(other('id: other', 'id: heritage')).toEqual([expect.stringContaining('clients[1].id')]));
  test('a repository, in any spelling', () =>
    expect(other('o/other', 'Acuops-Demo/ACUOPS-heritage')).toEqual([
      expect.stringContaining('clients[1].repo'),
    ]));
  test('a channel', () =>
    expect(other('C0999', 'C0123')).toEqual([expect.stringContaining('clients[1].slack.channel')]));
  test('a tenant of one instance', () =>
    expect(other('https://other.example.com', 'https://HERITAGE.example.com:443/erp/')).toEqual([
      expect.stringContaining('clients[1].environments[0].tenant'),
    ]));
  test('an archived client shares only its id', () => {
    expect(other('repo: o/other', 'status: archived\n    repo: acuops-demo/acuops-heritage')).toEqual([]);
    expect(other('id: other', 'status: archived\n    id: heritage')).toHaveLength(1);
  });
  test('an environment twice', () => {
    const twice = `${good}\n      - name: production\n        url: https://b.example.com\n        tenant: B`;
    expect(say(parseRegistry(twice))).toEqual([
      'line 14, column 15: clients[0].environments[1].name (client heritage) is "production", as in line 10 already. Allowed: each environment once per client.',
    ]);
  });
});

test('the digest is of the text, whether it is good or not', () => {
  expect(parseRegistry(good).digest).not.toBe(parseRegistry(`${good}\n`).digest);
  expect(parseRegistry('[').digest).toMatch(/^[0-9a-f]{64}$/);
});
