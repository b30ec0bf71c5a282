/** What the desk keeps: clients by file and by word, the killswitch, the sealed audit; each as people meet it, over a restart too. */
import { readFileSync, writeFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { World } from '../../sandbox/world.ts';
import { readBacklog } from '../../src/store/operation-store.ts';
import { grantTeam, type OpenDesk, openSmallDesk, toText } from './open-desk.ts';

interface FileClient {
  id: string;
  tier: string;
  [field: string]: unknown;
}
let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const path = () => desk.stand.env['ACUOPS_CLIENTS'] ?? '';
const changeFile = (change: (clients: FileClient[]) => FileClient[]): void => {
  const document = parse(readFileSync(path(), 'utf8')) as { version: number; clients: FileClient[] };
  writeFileSync(
    path(),
    stringify({ ...document, clients: change(document.clients) }, { aliasDuplicateObjects: false }),
  );
};
const setTier = (id: string, tier: string) => (clients: FileClient[]) =>
  clients.map((client) => (client.id === id ? { ...client, tier } : client));
const readTier = async (id: string): Promise<string> => {
  const { body } = await desk.json<readonly { key: string; tier: string }[]>(['list']);
  return body.data.find((client) => client.key === id)?.tier ?? 'gone';
};

describe('the registry', () => {
  it('takes a changed file by import, and is what health shows then', async () => {
    changeFile(setTier('aster', 'premium'));
    expect(await desk.say('registry import --dry-run')).toContain(
      'would change this, and nothing was changed yet',
    );
    expect(await readTier('aster')).toBe('standard');
    expect(await desk.say('registry import')).toContain('aster');
    expect((await desk.json(['health', 'premium'])).body.data.clients).toHaveLength(3);
  });

  it('keeps what was said in Slack over a restart, as the file is the same as last time', async () => {
    expect(await desk.say('edit-client aster --tier self-service')).toContain('aster');
    await desk.restart();
    expect(await readTier('aster')).toBe('self-service');
    expect(await desk.say('whoami', 'onCall')).toContain('operator');
  });

  it('lists a conflict between file and record, and changes nothing, at a start neither', async () => {
    changeFile((clients) => setTier('kestrel', 'premium')(setTier('aster', 'standard')(clients)));
    const answer = await desk.say('registry import');
    expect(answer).toContain('1 conflict, so nothing was imported');
    expect(answer).toMatch(/aster.*tier/u);
    expect((await desk.terminal(['registry', 'import'])).exit).toBe(1);
    await desk.restart();
    expect([await readTier('aster'), await readTier('kestrel')]).toEqual(['self-service', 'standard']);
    expect(desk.log.join('')).toContain('were changed in different ways, so nothing was imported');
    await desk.say('edit-client aster --tier standard');
    expect(await desk.say('registry import')).toContain('Imported');
    expect(await readTier('kestrel')).toBe('premium');
  });

  it('leaves alone who is left out of the file, unless an admin prunes with a reason', async () => {
    changeFile((clients) => clients.filter(({ id }) => id !== 'wexford'));
    await desk.restart();
    expect(await readTier('wexford')).toBe('standard');
    expect(await desk.say('registry import --prune')).toContain('--reason');
    expect(await desk.say('registry import --prune --reason "contract ended"')).toContain('wexford');
    expect(await readTier('wexford')).toBe('gone');
    expect((await desk.terminal(['list', '--archived'])).out).toContain('Wexford Tools');
    expect(await desk.say('edit-client wexford --status active')).toContain('wexford');
  });

  it('says every fault of a broken file with its line, and changes nothing, at a start neither', async () => {
    const before = readFileSync(path(), 'utf8');
    writeFileSync(
      path(),
      before.replace('tier: premium', 'tier: gold').replace('timezone: Europe/London', 'timezone: Mars/Base'),
    );
    const answer = await desk.say('registry import');
    expect(answer).toContain('2 faults, so nothing was imported');
    expect(answer).toMatch(/line \d+[\s\S]*tier[\s\S]*gold/u);
    expect(answer).toMatch(/line \d+[\s\S]*timezone[\s\S]*Mars\/Base/u);
    await desk.restart();
    expect(await desk.say('list')).toContain('8 clients');
    writeFileSync(path(), before);
  });

  it('exports a file that says nothing new when it is imported', async () => {
    await desk.say('registry export');
    await desk.quiet();
    const file = desk.stand.slack.files().at(-1);
    expect(file).toMatchObject({ name: 'acuops-clients.yaml', channelId: desk.dm('admin') });
    const yaml = file?.bytes.toString() ?? '';
    expect(yaml).toContain('file:');
    expect(yaml).not.toContain('api-2026');
    writeFileSync(path(), yaml);
    expect(await desk.say('registry import')).toContain('says nothing new');
  });

  it('takes a new client by words, checks it, archives it with a reason and keeps its history', async () => {
    const url = desk.stand.acumatica.urlOf('wexford');
    const added = await desk.say(
      `add-client larch --name "Larch & Sons" --repo acuops-demo/acuops-aster2 --tier standard --timezone Europe/Oslo --url ${url}x --tenant Larch`,
    );
    expect(added).toContain('Larch & Sons larch is added');
    const card = await desk.ask('health larch');
    expect(card).toContain('Larch & Sons');
    expect(card).not.toContain('healthy');
    await desk.say('note larch first impressions');
    expect(await desk.say('remove-client larch')).toContain('--reason');
    expect(await desk.say('remove-client larch --reason "went elsewhere"')).toContain('is archived');
    expect((await desk.json<readonly { key: string; tier: string }[]>(['list'])).body.data).toHaveLength(8);
    expect(await desk.say('status larch')).toMatch(/archived[\s\S]*first impressions/u);
    expect((await desk.json(['health'])).body.data.clients.map((one) => one.client.key)).not.toContain(
      'larch',
    );
  });
});

describe('the killswitch', () => {
  it('is told to everybody who looks, and reading and posting go on', async () => {
    expect(await desk.say('killswitch on --reason "wrong package went out"')).toContain(
      'The killswitch is on',
    );
    expect(await desk.say('killswitch', 'onCall')).toMatch(
      /everything: stopped by .*U0MARCOS00.*, wrong package went out/u,
    );
    await desk.restart();
    expect(await desk.ask('health aster --fresh')).toContain('sign-in works');
    expect(await desk.say('killswitch off --reason "package withdrawn"')).toContain('nothing is stopped');
  });
});

describe('the audit', () => {
  it('shows who did what, by person, client and command', async () => {
    expect(await desk.say('audit --verb killswitch')).toMatch(
      /U0MARCOS00.* killswitch(?: [^:]*)?: o(?:n|ff)/u,
    );
    expect(await desk.say('audit --by <@U0DANALEE0>')).not.toContain('U0MARCOS00');
    const { body } = await desk.json<readonly { verb: string }[]>(['audit', '--client', 'larch']);
    expect(body.data.map((row) => row.verb)).toEqual(
      expect.arrayContaining(['note', 'remove-client', 'health']),
    );
  });

  it('is whole, and says which row was changed by whoever got at the database', async () => {
    await expect
      .poll(async () => (await readBacklog(desk.database.db)).auditUnsealed, { timeout: 5_000 })
      .toBe(0);
    expect(await desk.say('audit verify')).toMatch(/chain is whole: \d+ rows, head [0-9a-f]{12}/u);
    const { db } = desk.database;
    await sql`set session_replication_role = replica; update audit_rows set actor = 'T0ACUOPS00:U0NOBODY00' where position = 7; set session_replication_role = origin`.execute(
      db,
    );
    const told = await desk.ack('audit verify');
    expect(toText(told)).toContain('broken at row 7: the row was changed after it was sealed');
    expect((await desk.json(['audit', 'verify'])).exit).toBe(1);
  });
});
