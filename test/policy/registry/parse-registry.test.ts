import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParsedRegistry, parseRegistry } from '../../../src/policy/registry/parse-registry.ts';
import { renderRegistry } from '../../../src/policy/registry/render-registry.ts';
import { heritage, toDocument } from './arbitrary-registry.ts';

const lines = [
  'version: 1',
  'clients:',
  '  - id: heritage',
  '    name: Heritage Fabrics',
  '    repo: acuops-demo/acuops-heritage',
  '    tier: premium',
  '    timezone: America/Chicago',
  '    slack: { team: T0123, channel: C0123 }',
  '    environments:',
  '      - name: production',
  '        url: https://heritage.example.com/erp',
  '        tenant: Heritage',
  '        credentials: { username: env:ACU_USER, password: env:ACU_PASSWORD }',
];
const good = lines.join('\n');

const say = (parsed: ParsedRegistry): readonly string[] =>
  parsed.kind === 'faulty' ? parsed.faults.map((fault) => fault.say) : [];

/** The good file with one piece of text changed. */
const faultsOf = (from: string, to: string) => {
  expect(good).toContain(from);
  const parsed = parseRegistry(good.replace(from, to));
  return parsed.kind === 'faulty' ? parsed.faults : [];
};

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

describe('secrets', () => {
  test.each(['hunter2', 'Winter2026!', 'xoxb-1234567890-abcdefghijkl', 'env:with space', 'env:', 'file:'])(
    'the credential %s is refused, explained and not shown',
    (secret) => {
      const faults = faultsOf('env:ACU_PASSWORD', JSON.stringify(secret));
      expect(faults[0]?.say).toContain('Secrets never go into this file');
      expect(faults[0]?.value).toBe('(hidden)');
      if (secret.length > 5) expect(JSON.stringify(faults)).not.toContain(secret);
    },
  );
  test.each([
    'env:SLACK_BOT_TOKEN',
    'env:DATABASE_URL',
    'env:github_token',
    'file:/proc/self/environ',
    'file:/run/../proc/1/environ',
    'file:/./proc/1',
  ])('%s would hand the desk’s own secrets to a client’s instance', (reference) =>
    expect(faultsOf('env:ACU_PASSWORD', reference)).toHaveLength(1),
  );
  test.each(['https://svc:Sup3rSecret@heritage.example.com/erp', 'https://Sup3rSecret@heritage.example.com'])(
    '%s shows no password',
    (url) => {
      const faults = faultsOf('https://heritage.example.com/erp', url);
      expect(faults).toHaveLength(1);
      expect(JSON.stringify(faults)).not.toContain('Sup3rSecret');
    },
  );
  test('a token in a wrong field, as a value or as a name, is not shown', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    for (const [from, to] of [
      ['tier: premium', `tier: ${token}`],
      ['tier: premium', `tier: premium\n    ${token}: 1`],
      ['tier: premium', `tier: premium ${token}: x`],
    ] as const)
      expect(JSON.stringify(faultsOf(from, to))).not.toContain(token);
  });
});

describe('hostile text', () => {
  const bomb = [
    'a: &a [x, x]',
    ...Array.from({ length: 20 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *a]`),
  ];
  test.each([
    ['empty', '', 'the file is empty'],
    ['only a comment', '# nothing\n', 'the file is empty'],
    ['a NUL', 'version: 1\ncl\0ients: []', 'line 2, column 3: a NUL character (U+0000)'],
    ['an escape', 'version: 1\u001B[0m', 'line 1, column 11: a control character (U+001B)'],
    ['a tab', 'version: 1\nclients:\n\t- id: a', 'line 3, column 1: a tab at the start of the line'],
    ['too large', `#${'\n#'.repeat(1_000_001)}`, 'the file has 2000003 bytes. Allowed: at most 2 MB'],
    ['a long line', `version: 1 #${'x'.repeat(3000)}`, 'the line has 3012 characters'],
    ['an alias', 'version: 1\nclients: &a [*a]', 'line 2, column 14: clients[0]: an alias (*name)'],
    ['an alias bomb', bomb.join('\n'), 'an alias (*name)'],
    ['a merge', 'version: 1\nclients: []\n<<: *a', 'an alias (*name)'],
    [
      'a field twice',
      'version: 1\nversion: 1\nclients: []',
      'line 2, column 1: version: the field "version" is given twice',
    ],
    [
      'two documents',
      'version: 1\nclients: []\n---\nversion: 1\nclients: []',
      'a second document begins here',
    ],
    ['a tag', 'version: 1\nclients: !!js/function []', 'a type of its own'],
    ['another YAML', '%YAML 1.1\n---\nversion: 1\nclients: []', 'a %YAML line'],
    ['a prototype', 'version: 1\nclients: []\n__proto__: { polluted: 1 }', 'there is no such field'],
    ['a list as a name', '? [a]\n: b', 'the name of a field is a list or a group'],
    ['brackets', '['.repeat(1900), 'nested too deep'],
    [
      'many fields',
      `${Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join('\n')}\n`,
      'there is no such field',
    ],
    ['many parts', '- []\n'.repeat(390_000), 'the file has too many parts'],
    ['a list', '- version: 1', 'the file is a list'],
    ['no clients', 'version: 1\nclients:', 'clients is empty'],
  ])('%s is a clear fault', (_name, text, sentence) => {
    const parsed = parseRegistry(text);
    expect(say(parsed).join('\n')).toContain(sentence);
    expect({}).not.toHaveProperty('polluted');
  });

  test('says how many more faults there are', () => {
    const text = `version: 1\nclients:\n${'  - 1\n'.repeat(1000)}`;
    expect(parseRegistry(text)).toMatchObject({ kind: 'faulty', more: 800 });
  });

  test('Windows line ends and a byte order mark are no fault', () => {
    expect(parseRegistry(`\uFEFF${good.replaceAll('\n', '\r\n')}\r\n`)).toMatchObject({ kind: 'parsed' });
  });
});

const isOrderly = (parsed: ParsedRegistry): boolean =>
  parsed.kind === 'parsed' ||
  (parsed.faults.length > 0 &&
    parsed.faults.every(
      ({ line, column, say: sentence }) => line > 0 && column > 0 && !/[\n\p{Cc}]|undefined/u.test(sentence),
    ));

describe('anything at all is a document or faults, never a throw', () => {
  const pieces = [
    ...'{}[]:,-?&*!|>%@`"\'#\t\n ~<=',
    'version',
    ': 1',
    'clients',
    '\n  - ',
    'id: a1',
    '---',
    '...',
    '!!binary',
    '__proto__',
    '\r',
    '\uFEFF',
    '\u2028',
    '"\\u',
    '0x',
    '1e999',
    'null',
  ];
  test('from YAML-like pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) =>
        isOrderly(parseRegistry(parts.join(''))),
      ),
      { numRuns: 1000 },
    );
  });
  test('from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => isOrderly(parseRegistry(text))),
      { numRuns: 500 },
    );
  });
  test('from a good file with a piece cut out or put in', () => {
    const place = fc.nat({ max: good.length });
    fc.assert(
      fc.property(place, fc.nat({ max: 20 }), fc.constantFrom('', ...pieces), (at, cut, piece) =>
        isOrderly(parseRegistry(good.slice(0, at) + piece + good.slice(at + cut))),
      ),
      { numRuns: 500 },
    );
  });
  test('from any JSON in the place of any field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'tier: premium',
          'name: production',
          'id: heritage',
          'version: 1',
          '{ team: T0123, channel: C0123 }',
          'env:ACU_USER',
        ),
        fc.json(),
        (from, json) => isOrderly(parseRegistry(good.replace(from, () => json.slice(0, 1500)))),
      ),
      { numRuns: 500 },
    );
  });
});

test('the digest is of the text, whether it is good or not', () => {
  expect(parseRegistry(good).digest).not.toBe(parseRegistry(`${good}\n`).digest);
  expect(parseRegistry('[').digest).toMatch(/^[0-9a-f]{64}$/);
});
