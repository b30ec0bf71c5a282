/** `registry import|export` through the real door and store: all or nothing, three ways, every fault with its line. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineRegistry } from '../../../src/commands/registry/command.ts';
import type { RegistryFile } from '../../../src/operations/import-registry.ts';
import { everything } from '../../../src/operations/scope.ts';
import { parseRegistry } from '../../../src/policy/registry/parse-registry.ts';
import type { RegistryClient } from '../../../src/policy/registry/registry-document.ts';
import { renderRegistry } from '../../../src/policy/registry/render-registry.ts';
import { registryRecord } from '../../../src/store/registry-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { normalizeInstanceUrl } from '../../../src/systems/acumatica/instance-url.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectAnswer, expectRefusal, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let file: RegistryFile;

const path = '/etc/acuops/acuops-clients.yaml';
const put = (text: string): void => {
  file = { kind: 'read', path, text };
};
const putClients = (...clients: readonly RegistryClient[]): void =>
  put(renderRegistry({ version: 1, clients: [...clients] }));

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

beforeEach(async () => {
  await desk.clear();
  file = { kind: 'missing', path };
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineRegistry({
        record: registryRecord,
        normalize: normalizeInstanceUrl,
        readFile: async () => file,
      }),
    ],
  });
});

const [heritage, bayline] = [toTestClient('heritage'), toTestClient('bayline')];
const tiers = async () =>
  Object.fromEntries(
    (await readTargets(desk.database.db, everything)).map(({ key, tier, status }) => [
      key,
      status === 'active' ? tier : status,
    ]),
  );
const ask = async (line: string) => expectAnswer(await testDoor.ask(line));

describe('registry import', () => {
  it('refuses everybody but an admin, writes that down and changes nothing', async () => {
    putClients(heritage);
    for (const as of ['viewer', 'operator', 'approver', 'contact', 'outsider'] as const)
      expect(expectRefusal(await testDoor.ask('registry import', { as })).reason).toBe('denied');
    expect(await tiers()).toEqual({});
    const rows = await testDoor.readAuditRows();
    expect(rows.slice(0, 5).map(({ event, verb }) => `${event} ${verb}`)).toEqual(
      Array.from({ length: 5 }, () => 'denied registry'),
    );
  });

  it('adds, changes and keeps; says what it did, to the person and to the record', async () => {
    await writeTestClients(desk.database, [heritage]);
    putClients(heritage, bayline);
    const first = await ask('registry import');
    expect(first.message.text).toBe(
      'Imported `acuops-clients.yaml`: 1 added, 0 changed, 0 archived, 1 unchanged.',
    );
    putClients({ ...heritage, tier: 'standard' }, bayline);
    const second = await ask('registry import');
    expect(second.data).toMatchObject({
      imported: true,
      changed: [{ id: 'heritage', fields: [{ path: 'tier', from: 'premium', to: 'standard' }] }],
    });
    expect(await tiers()).toEqual({ heritage: 'standard', bayline: 'premium' });
    const [row] = await testDoor.readAuditRows();
    expect(row).toMatchObject({
      event: 'answered',
      verb: 'registry',
      actor: 'T0DESK:U0ADMIN',
      detail: { changed: { imported: true, changed: [{ id: 'heritage', fields: ['tier'] }] } },
    });
  });

  it('does nothing twice: not for the same delivery, not for the same file', async () => {
    putClients(heritage);
    const once = await testDoor.ask('registry import', { key: 'same' });
    putClients({ ...heritage, tier: 'standard' });
    const again = await testDoor.ask('registry import', { key: 'same' });
    expect(expectAnswer(again).message).toEqual(expectAnswer(once).message);
    expect(await tiers()).toEqual({ heritage: 'premium' });
    putClients(heritage);
    expect((await ask('registry import')).message.text).toContain('says nothing new');
    expect((await testDoor.readAuditRows())[0]).toMatchObject({
      detail: { changed: { action: 'import changed nothing', imported: false } },
    });
    expect(await desk.database.db.selectFrom('registry_imports').selectAll().execute()).toHaveLength(1);
    expect((await readTargets(desk.database.db, everything))[0]?.version).toBe(1);
  });

  it('lists every fault with line and field, and changes nothing, however good the rest is', async () => {
    const yaml = renderRegistry({ version: 1, clients: [bayline, heritage] })
      .replace('tier: premium', 'tier: gold')
      .replace('https://heritage.example.com/erp', 'https://heritage.example.com/erp/Main.aspx');
    put(yaml);
    const answer = await ask('registry import');
    expect(answer.exit).toBe(1);
    expect(answer.message.text).toBe('`acuops-clients.yaml` has 1 fault, so nothing was imported.');
    const line = yaml.split('\n').findIndex((text) => text.includes('gold')) + 1;
    expect(answer.data).toMatchObject({ imported: false, faults: [{ line, field: 'tier' }] });
    put(yaml.replace('tier: gold', 'tier: premium'));
    const second = await ask('registry import');
    const page = yaml.split('\n').findIndex((text) => text.includes('.aspx')) + 1;
    expect(second.data).toMatchObject({
      faults: [{ line: page, field: 'url', say: expect.stringContaining('(client heritage)') as string }],
    });
    expect(await tiers()).toEqual({});
    expect(await desk.database.db.selectFrom('registry_imports').selectAll().execute()).toEqual([]);
  });

  it('takes what one side changed, and takes nothing where both did', async () => {
    putClients(heritage, bayline);
    await ask('registry import');
    // The desk changes one client's tier, the file another one's: both stand.
    await writeTestClients(desk.database, [{ ...heritage, tier: 'standard' }]);
    putClients(heritage, { ...bayline, tier: 'self-service' });
    await ask('registry import');
    expect(await tiers()).toEqual({ heritage: 'standard', bayline: 'self-service' });
    // Now both change the same field, and something else that would be fine is held back with it.
    await writeTestClients(desk.database, [{ ...heritage, tier: 'standard' }]);
    putClients({ ...heritage, tier: 'self-service' }, { ...bayline, tier: 'premium' });
    const answer = await ask('registry import');
    expect(answer.exit).toBe(1);
    expect(answer.data).toMatchObject({
      conflicts: [
        { id: 'heritage', path: 'tier', base: 'premium', file: 'self-service', record: 'standard' },
      ],
    });
    expect(await tiers()).toEqual({ heritage: 'standard', bayline: 'self-service' });
  });

  it('leaves alone who is left out; --prune archives, and asks why', async () => {
    putClients(heritage, bayline);
    await ask('registry import');
    putClients(bayline);
    await ask('registry import');
    expect(await tiers()).toEqual({ heritage: 'premium', bayline: 'premium' });
    expect(expectRefusal(await testDoor.ask('registry import --prune'))).toMatchObject({
      reason: 'usage',
      say: expect.stringContaining('--reason') as string,
    });
    await ask('registry import --prune --reason "contract ended"');
    expect(await tiers()).toEqual({ heritage: 'archived', bayline: 'premium' });
    const [row] = await testDoor.readAuditRows();
    expect(row?.detail).toMatchObject({ changed: { archived: ['heritage'], reason: 'contract ended' } });
    putClients(heritage, bayline);
    const back = await ask('registry import');
    expect(JSON.stringify(back.message.blocks)).toContain('heritage stays archived');
    expect(await tiers()).toEqual({ heritage: 'archived', bayline: 'premium' });
  });

  it('with --dry-run says the same and writes nothing', async () => {
    putClients(heritage);
    const dry = await ask('registry import --dry-run');
    expect(dry.message.text).toContain('nothing was changed yet: 1 added');
    expect(dry.data).toMatchObject({ imported: false, added: ['heritage'] });
    expect((await testDoor.readAuditRows())[0]).toMatchObject({
      detail: { changed: { imported: false, dryRun: true, added: ['heritage'] } },
    });
    expect(await tiers()).toEqual({});
    expect(await desk.database.db.selectFrom('registry_imports').selectAll().execute()).toEqual([]);
  });

  it('says which file is missing or cannot be read', async () => {
    expect(expectRefusal(await testDoor.ask('registry import'))).toMatchObject({
      reason: 'not-found',
      say: expect.stringContaining(path) as string,
    });
    file = { kind: 'unreadable', path, why: 'the desk may not read it' };
    expect(expectRefusal(await testDoor.ask('registry import')).say).toContain('the desk may not read it');
  });

  it('puts many faults into a file, all of them', async () => {
    put(
      `version: 1\nclients:\n${Array.from({ length: 60 }, (_, at) => `  - id: c-${at}\n    tier: gold\n`).join('')}`,
    );
    const answer = await ask('registry import');
    const listed = answer.message.file?.content.trim().split('\n') ?? [];
    expect(listed).toHaveLength(201);
    expect(listed.at(-1)).toMatch(/^and \d+ more faults/);
    expect(answer.message.text).toMatch(/has 240 faults/);
  });

  it('writes an address the one way that sessions are keyed by', async () => {
    const on = (url: string) => ({ environments: [{ name: 'production', url, tenant: 'T' }] });
    putClients(toTestClient('heritage', on('https://ERP.example.com//Main/')));
    await ask('registry import');
    const [target] = await readTargets(desk.database.db, everything);
    expect(target?.environments[0]?.url).toBe('https://erp.example.com/Main');
    expect((await ask('registry import')).message.text).toContain('says nothing new');
    putClients(
      toTestClient('heritage', on('https://erp.example.com/Main')),
      toTestClient('bayline', on('https://erp.example.com//Main')),
    );
    expect((await ask('registry import')).data).toMatchObject({
      imported: false,
      conflicts: [{ with: 'bayline' }],
    });
  });
});

describe('registry export', () => {
  it('gives a file that can be imported again as it is, archived clients too', async () => {
    await writeTestClients(desk.database, [heritage, { ...bayline, status: 'archived' }]);
    const answer = await ask('registry export');
    const yaml = answer.message.file?.content ?? '';
    const parsed = parseRegistry(yaml);
    expect(parsed).toMatchObject({
      kind: 'parsed',
      document: { clients: [{ id: 'bayline' }, { id: 'heritage' }] },
    });
    expect(answer.data).toMatchObject({ yaml, clients: 2 });
    put(yaml);
    expect((await ask('registry import')).message.text).toContain(
      '0 added, 0 changed, 0 archived, 2 unchanged',
    );
  });

  it('is for admins, and takes no import flags', async () => {
    expect(expectRefusal(await testDoor.ask('registry export', { as: 'operator' })).reason).toBe('denied');
    expect(expectRefusal(await testDoor.ask('registry export --prune')).reason).toBe('usage');
    expect(expectRefusal(await testDoor.ask('registry eject')).say).toContain('must be import or export');
  });
});
