/** The import at start, over a real database: only when there is something new, never half, and safe when several desks start at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importOnStart, type RegistryFile } from '../../src/operations/import-registry.ts';
import { everything } from '../../src/operations/scope.ts';
import type { RegistryClient } from '../../src/policy/registry/registry-document.ts';
import { renderRegistry } from '../../src/policy/registry/render-registry.ts';
import { readAudit } from '../../src/store/audit-store.ts';
import { registryRecord } from '../../src/store/registry-store.ts';
import { appendAudit } from '../../src/store/request-store.ts';
import { readTargets } from '../../src/store/target-store.ts';
import { normalizeInstanceUrl } from '../../src/systems/acumatica/instance-url.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let file: RegistryFile;
const path = '/etc/acuops/acuops-clients.yaml';
const at = new Date('2026-11-20T08:00:00Z');

beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  file = { kind: 'missing', path };
});

const start = () =>
  importOnStart({
    record: registryRecord,
    normalize: normalizeInstanceUrl,
    transact: desk.database.transact,
    readFile: async () => file,
    appendAudit: (tx, row) => appendAudit(tx, row, at),
    now: () => at,
  });
const put = (...clients: readonly RegistryClient[]): void => {
  file = { kind: 'read', path, text: renderRegistry({ version: 1, clients: [...clients] }) };
};
const readTiers = async () =>
  Object.fromEntries((await readTargets(desk.database.db, everything)).map(({ key, tier }) => [key, tier]));
const readEvents = async () =>
  (await desk.database.transact((tx) => readAudit(tx, everything, { limit: 50 }))).map(
    ({ event, actor }) => `${actor} ${event}`,
  );
const [heritage, bayline] = [toTestClient('heritage'), toTestClient('bayline')];

describe('the import at start', () => {
  it('fills an empty registry, then leaves the same file alone, whatever the desk changed since', async () => {
    put(heritage, bayline);
    expect(await start()).toMatchObject({
      kind: 'imported',
      lines: [
        `imported ${path}: 2 added, 0 changed, 0 archived, 0 unchanged`,
        'added bayline: Bayline Ltd, premium',
        'added heritage: Heritage Ltd, premium',
      ],
    });
    await writeTestClients(desk.database, [{ ...heritage, tier: 'standard' }]);
    expect(await start()).toEqual({ kind: 'unchanged', lines: [] });
    expect(await readTiers()).toEqual({ heritage: 'standard', bayline: 'premium' });
    expect(await readEvents()).toEqual(['desk:start imported']);
  });

  it('imports another file as a difference', async () => {
    put(heritage, bayline);
    await start();
    await writeTestClients(desk.database, [{ ...heritage, tier: 'standard' }]);
    put(heritage, { ...bayline, tier: 'self-service' });
    expect(await start()).toMatchObject({
      kind: 'imported',
      lines: [expect.stringContaining('1 changed'), 'changed bayline: tier: premium → self-service'],
    });
    expect(await readTiers()).toEqual({ heritage: 'standard', bayline: 'self-service' });
  });

  it('changes nothing for a conflict, says each, and asks again at the next start', async () => {
    put(heritage);
    await start();
    await writeTestClients(desk.database, [{ ...heritage, tier: 'standard' }]);
    put({ ...heritage, tier: 'self-service' }, bayline);
    const refused = await start();
    expect(refused).toEqual({
      kind: 'refused',
      lines: [
        `the registry file ${path} and the desk were changed in different ways, so nothing was imported:`,
        'heritage tier: the file says self-service, the desk says standard, the last import said premium',
      ],
    });
    expect(await readTiers()).toEqual({ heritage: 'standard' });
    expect(await start()).toEqual(refused);
    await writeTestClients(desk.database, [{ ...heritage, tier: 'self-service' }]);
    expect(await start()).toMatchObject({ kind: 'imported' });
    expect(await readTiers()).toEqual({ heritage: 'self-service', bayline: 'premium' });
  });

  it('changes nothing for a broken file, and says the line', async () => {
    file = { kind: 'read', path, text: 'version: 1\nclients:\n  - id: heritage\n    tier: gold\n' };
    const { kind, lines } = await start();
    expect(kind).toBe('refused');
    expect(lines[0]).toContain('has faults');
    expect(lines.join('\n')).toMatch(/line 4, column 11: .*tier.*"gold"/);
    expect(await readTiers()).toEqual({});
    expect(await readEvents()).toEqual(['desk:start refused']);
  });

  it('needs no file once there are clients, and says where one would be while there are none', async () => {
    expect(await start()).toMatchObject({ kind: 'no-file', lines: [expect.stringContaining(path)] });
    await writeTestClients(desk.database, [heritage]);
    expect(await start()).toEqual({ kind: 'no-file', lines: [] });
    file = { kind: 'unreadable', path, why: 'the desk may not read it' };
    expect(await start()).toMatchObject({
      kind: 'refused',
      lines: [expect.stringContaining('may not read it')],
    });
  });

  it('happens once where several desks start together', async () => {
    put(heritage, bayline);
    const kinds = (await Promise.all([start(), start(), start()])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['imported', 'unchanged', 'unchanged']);
    expect(await readEvents()).toEqual(['desk:start imported']);
  });
});
