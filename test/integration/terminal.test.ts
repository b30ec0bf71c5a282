/** The verbs from a terminal, by the socket and by a personal token: text and `--json`, and the exit codes 0 to 4. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { startCli } from '../support/cli-process.ts';
import { grantTeam, type OpenDesk, openSmallDesk, toText } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

interface Case {
  readonly words: readonly string[];
  readonly exit: number;
  /** On stdout where it was done, else on stderr. */
  readonly says: RegExp;
  readonly data?: object;
}
const cases: readonly Case[] = [
  {
    words: ['whoami'],
    exit: 0,
    says: /You are local:\S+: admin\./u,
    data: { team: 'local', roles: ['admin'] },
  },
  { words: ['list'], exit: 0, says: /^8 clients:/u },
  { words: ['ls', 'premium'], exit: 0, says: /^2 clients in premium/u },
  {
    words: ['status', 'aster'],
    exit: 4,
    says: /Aster Medical Supply \(standard\): never checked/u,
    data: { key: 'aster', checks: [] },
  },
  {
    words: ['note', 'heritage', 'call', 'them', 'on', 'Friday'],
    exit: 0,
    says: /Noted on heritage: call them on Friday/u,
  },
  { words: ['status', 'heritage'], exit: 4, says: /call them on Friday/u },
  { words: ['take', 'heritage'], exit: 0, says: /You are on heritage/u },
  { words: ['take', 'heritage', '--release'], exit: 0, says: /Nobody is on heritage/u },
  { words: ['retry-sign-in', 'heritage'], exit: 0, says: /No refused credential/u, data: { freed: 0 } },
  { words: ['token', 'list'], exit: 0, says: /You have no tokens/u },
  { words: ['token', 'create', 'laptop'], exit: 4, says: /made in Slack only/u },
  { words: ['killswitch'], exit: 0, says: /killswitch is off/u },
  { words: ['killswitch', 'on'], exit: 2, says: /Say why with --reason/u },
  {
    words: ['killswitch', 'on', '--target', 'nobody', '--reason', 'a try'],
    exit: 4,
    says: /no client nobody/u,
  },
  {
    words: ['killswitch', 'on', '--target', 'aster', '--reason', 'wrong package'],
    exit: 0,
    says: /aster: stopped by .* wrong package/u,
  },
  {
    words: ['killswitch', 'off', '--target', 'aster', '--reason', 'mended'],
    exit: 0,
    says: /killswitch is off/u,
  },
  { words: ['role', 'grant', 'T0ACUOPS00:U0OLABRA00', 'viewer'], exit: 0, says: /viewer from now on/u },
  { words: ['role', 'grant', '@ola', 'viewer'], exit: 2, says: /who must be/u },
  { words: ['role', 'revoke', 'T0ACUOPS00:U0OLABRA00', 'operator'], exit: 4, says: /was not operator/u },
  { words: ['registry', 'import'], exit: 0, says: /says nothing new/u },
  { words: ['registry', 'export'], exit: 0, says: /8 clients as a file/u },
  {
    words: [
      'add-client',
      'heritage',
      '--name',
      'H',
      '--repo',
      'a/b',
      '--tier',
      'premium',
      '--timezone',
      'Europe/Berlin',
    ],
    exit: 1,
    says: /is Heritage Fabrics already/u,
  },
  {
    words: ['edit-client', 'aster', '--tier', 'gold'],
    exit: 2,
    says: /--tier is "gold"\. Allowed: premium/u,
  },
  { words: ['remove-client', 'aster'], exit: 2, says: /Say why with --reason/u },
  { words: ['audit', '--verb', 'note'], exit: 0, says: /1 in the record/u },
  { words: ['audit', 'verify'], exit: 0, says: /The audit chain is whole: \d+ rows/u },
  { words: ['audit', '--since', 'yesterday'], exit: 2, says: /--since yesterday: must be a day such as 20/u },
  { words: ['helth'], exit: 2, says: /no command helth. Did you mean health/u },
  { words: ['health', 'a', 'b'], exit: 2, says: /b is one word too many.[\s\S]*Example: /u },
  { words: ['health', '--frsh'], exit: 2, says: /Did you mean --fresh\?/u },
  { words: ['health', '--jsn'], exit: 2, says: /health knows no --jsn\. Did you mean --json\?/u },
  { words: ['note', 'heritage'], exit: 2, says: /<?text>? is missing/u },
  { words: ['status'], exit: 2, says: /client>? is missing[\s\S]*Example/u },
  { words: ['status', 'nobody'], exit: 4, says: /There is no client nobody, so nothing was done/u },
  { words: ['list'], exit: 0, says: /npm run acuops -- health looks now/u },
  { words: ['status', 'heritag'], exit: 4, says: /Did you mean heritage\? npm run acuops -- list shows/u },
  { words: ['list', 'premum'], exit: 2, says: /Did you mean premium\?/u },
];

describe('over the socket', () => {
  it.each(cases)('$words exits $exit', async ({ words, exit, says }) => {
    const { exit: code, out, err } = await desk.terminal(words);
    expect({ code, text: out + err }).toEqual({ code: exit, text: expect.stringMatching(says) });
    // A script that reads stdout must not take a refusal for an answer.
    const refused = exit !== 0 && !words.includes('status') ? out : '';
    expect(refused).toBe('');
  });

  it.each(cases.filter(({ data }) => data))(
    '$words --json holds the same as data',
    async ({ words, exit, data }) => {
      expect((await desk.json(words)).body).toMatchObject({ exit, data: data ?? {} });
    },
  );

  it('--json says a refusal by its reason', async () => {
    expect((await desk.json(['helth'])).body).toMatchObject({
      state: 'refused',
      exit: 2,
      data: { refused: 'unknown-verb' },
    });
    expect((await desk.json(['status', 'nobody'])).body).toMatchObject({
      exit: 4,
      data: { refused: 'not-found' },
    });
  });

  it('help lists every verb, and one with its usage and an example', async () => {
    const { out } = await desk.terminal(['help']);
    for (const verb of [
      'health',
      'status',
      'list',
      'note',
      'take',
      'whoami',
      'token',
      'role',
      'killswitch',
      'add-client',
      'edit-client',
      'remove-client',
      'registry',
      'audit',
      'retry-sign-in',
      'doctor',
    ])
      expect(out).toContain(verb);
    expect((await desk.terminal(['help', 'health'])).out).toMatch(/--fresh[\s\S]*health acme/u);
  });

  it('as a process of its own it exits so too', async () => {
    const env = { ACUOPS_DATA: desk.stand.env['ACUOPS_DATA'] ?? '' };
    const ends = await Promise.all([
      startCli(['health', 'heritage', '--json'], env).ended,
      startCli(['helth'], env).ended,
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 2]);
    expect(JSON.parse(ends[0].stdout)).toMatchObject({ exit: 1, data: { clients: [{ state: 'fail' }] } });
    const nowhere = await desk.terminal(['health'], { kind: 'folder', dataDir: `${desk.stand.folder}/none` });
    expect(nowhere).toMatchObject({ exit: 4, out: '', err: expect.stringContaining('npm start') });
  });
});

describe('a personal token', () => {
  it('acts as the person who made it, until it is revoked', async () => {
    const told = await desk.ack('token create laptop', 'onCall');
    const token = /`(acuops_[^`]+)`/u.exec(JSON.stringify(told.blocks))?.[1] ?? '';
    expect(token.length).toBeGreaterThan(30);
    const url = new URL(desk.desk().url ?? '');
    const config = { kind: 'url', url, token } as const;
    expect((await desk.terminal(['whoami'], config)).out).toContain('T0ACUOPS00:U0DANALEE0: operator');
    expect(await desk.terminal(['audit'], config)).toMatchObject({
      exit: 3,
      err: expect.stringContaining('does not include audit'),
    });
    expect((await desk.terminal(['health', 'aster'], config)).exit).toBe(0);
    expect(await desk.terminal(['token', 'create', 'another'], config)).toMatchObject({ exit: 4 });
    expect((await desk.terminal(['token', 'list'], config)).out).toMatch(
      /laptop until 20\d\d-\d\d-\d\d, used/u,
    );
    // Approver cannot revoke what is somebody else's.
    expect(await desk.say('token revoke laptop', 'approver')).toContain('You have no such token');
    expect(await desk.say('token revoke laptop <@U0DANALEE0>', 'approver')).toContain(
      'does not include token revoke laptop @U0DANALEE0, so nothing was done',
    );
    expect(await desk.say('token list <@U0DANALEE0>')).toContain('laptop until');
    expect(await desk.say('token revoke laptop <@U0DANALEE0>')).toContain('Revoked one token of');
    expect(await desk.terminal(['whoami'], config)).toMatchObject({
      exit: 3,
      err: expect.stringContaining('No valid token'),
    });
    expect(JSON.stringify(await desk.readAuditRows()) + desk.log.join('')).not.toContain(token);
  });

  it('ends by itself, and follows what its owner may do', async () => {
    const told = await desk.ack('token create short --days 1', 'onCall');
    const token = /`(acuops_[^`]+)`/u.exec(JSON.stringify(told.blocks))?.[1] ?? '';
    const config = { kind: 'url', url: new URL(desk.desk().url ?? ''), token } as const;
    expect((await desk.terminal(['note', 'aster', 'hi'], config)).exit).toBe(0);
    await desk.say('role revoke <@U0DANALEE0> operator');
    expect((await desk.terminal(['note', 'aster', 'hi'], config)).exit).toBe(3);
    await desk.say('role grant <@U0DANALEE0> operator');
    desk.pass(25 * 3_600_000);
    expect((await desk.terminal(['whoami'], config)).exit).toBe(3);
    const forged = { ...config, token: `${token.slice(0, -3)}abc` };
    expect((await desk.terminal(['whoami'], forged)).exit).toBe(3);
  });
});

describe('from Slack', () => {
  it.each([
    ['helth', /no command helth. Did you mean health/u],
    ['health --frsh', /Did you mean --fresh\?[\s\S]*Example: \/acuops health acme/u],
    ['', /What you can ask for/u],
    ['status', /client> is missing[\s\S]*Example: \/acuops status acme\n*$/u],
    ['killswitch on', /Say why with --reason[\s\S]*Example/u],
    ['status “half open', /quotation mark is open/u],
    ['audit export', /rows of the record|sent to you directly|npm run acuops/u],
  ])('“%s” is answered with what to do', async (line, says) => {
    expect(toText(await desk.ack(line))).toMatch(says);
  });

  it('audit export comes as a file to the asker alone', async () => {
    await desk.quiet();
    const file = desk.stand.slack.files().find(({ name }) => name.startsWith('audit-'));
    expect(file?.channelId).toBe(desk.dm('admin'));
    const rows = (file?.bytes.toString() ?? '')
      .split('\n')
      .map((line) => JSON.parse(line) as { verb: string });
    expect(rows.length).toBeGreaterThan(10);
    expect(desk.stand.slack.files().filter(({ channelId }) => channelId !== desk.dm('admin'))).toEqual([]);
  });
});
