/** The registry in a real database: what is written is read back, what is unchanged is not written, one at a time changes it. */
import { assert, asyncProperty } from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everything } from '../../src/operations/scope.ts';
import { type RegistryDocument, toCanonicalDocument } from '../../src/policy/registry/registry-document.ts';
import { readAccessFacts } from '../../src/store/access-store.ts';
import { registryRecord } from '../../src/store/registry-store.ts';
import { readTargets } from '../../src/store/target-store.ts';
import { arbitraryRegistry } from '../policy/registry/arbitrary-registry.ts';
import { toTestClient } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

const at = new Date('2026-11-20T08:00:00Z');
const later = new Date('2026-11-20T09:00:00Z');

beforeEach(() => desk.clear());

const toDocument = (...clients: RegistryDocument['clients']): RegistryDocument =>
  toCanonicalDocument({ version: 1, clients });

const write = (after: RegistryDocument, when = at) =>
  desk.database.transact(async (tx) => registryRecord.write(tx, await registryRecord.read(tx), after, when));
const read = () => desk.database.transact((tx) => registryRecord.read(tx));
const readVersions = async () =>
  Object.fromEntries(
    (await readTargets(desk.database.db, everything)).map(({ key, version }) => [key, version]),
  );

describe('the registry in the store', () => {
  it('is read back as it was written, whatever it holds', async () => {
    await assert(
      asyncProperty(arbitraryRegistry, async (document) => {
        await desk.clear();
        await write(document);
        expect(await read()).toEqual(document);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('writes what differs and nothing else: an unchanged client keeps its version and its row', async () => {
    const [heritage, bayline] = [toTestClient('heritage'), toTestClient('bayline')];
    expect(await write(toDocument(heritage, bayline))).toEqual(['bayline', 'heritage']);
    const before = await readTargets(desk.database.db, everything, { keys: ['bayline'] });
    expect(await write(toDocument({ ...heritage, tier: 'standard' }, bayline), later)).toEqual(['heritage']);
    expect(await write(toDocument({ ...heritage, tier: 'standard' }, bayline), later)).toEqual([]);
    expect(await readVersions()).toEqual({ heritage: 2, bayline: 1 });
    expect(await readTargets(desk.database.db, everything, { keys: ['bayline'] })).toEqual(before);
  });

  it('lets two clients swap their channels in one write', async () => {
    const place = (channel: string) => ({ slack: { team: 'T0DESK', channel } });
    await write(toDocument(toTestClient('aa', place('C01')), toTestClient('bb', place('C02'))));
    await write(toDocument(toTestClient('aa', place('C02')), toTestClient('bb', place('C01'))));
    expect((await read()).clients.map(({ slack }) => slack?.channel)).toEqual(['C02', 'C01']);
  });

  it('shares one instance between tenants of one address', async () => {
    const on = (tenant: string) => ({
      environments: [{ name: 'production', url: 'https://shared.example.com/erp', tenant }],
    });
    await write(toDocument(toTestClient('aa', on('One')), toTestClient('bb', on('Two'))));
    const targets = await readTargets(desk.database.db, everything);
    expect(new Set(targets.map(({ environments }) => environments[0]?.instanceId)).size).toBe(1);
  });

  it('lets contacts in while the client is looked after, one by one or a whole team, and out with the archive', async () => {
    const contacts = [
      { team: 'T0CLIENT', user: 'U0CONTACT' },
      { team: 'T0OTHER', user: null },
    ];
    const client = toTestClient('heritage', { contacts });
    await write(toDocument(client));
    const count = async (team: string, user: string) =>
      (await desk.database.untied((tx) => readAccessFacts(tx, { team, user }, 'C0ANY'))).rules.length;
    expect(await count('T0CLIENT', 'U0CONTACT')).toBe(1);
    expect(await count('T0CLIENT', 'U0STRANGER')).toBe(0);
    expect(await count('T0OTHER', 'U0ANYBODY')).toBe(1);
    await write(toDocument({ ...client, status: 'archived' }));
    expect(await count('T0CLIENT', 'U0CONTACT')).toBe(0);
    expect(await count('T0OTHER', 'U0ANYBODY')).toBe(0);
    expect((await read()).clients[0]?.contacts).toEqual(contacts);
  });

  it('keeps an archived client its channel until another client has it', async () => {
    const slack = { team: 'T0DESK', channel: 'C0SAME' };
    const old = toTestClient('old', { slack });
    await write(toDocument(old));
    await write(toDocument({ ...old, status: 'archived' }));
    const readChannelTarget = async (channel: string) =>
      (await desk.database.untied((tx) => readAccessFacts(tx, { team: 'T0DESK', user: 'U0ANY' }, channel)))
        .channelTarget;
    const ids = async () =>
      Object.fromEntries((await readTargets(desk.database.db, everything)).map(({ key, id }) => [key, id]));
    expect(await readChannelTarget('C0SAME')).toBe((await ids())['old']);
    await write(toDocument({ ...old, status: 'archived' }, toTestClient('new', { slack })));
    expect(await readChannelTarget('C0SAME')).toBe((await ids())['new']);
  });

  it('remembers the newest import', async () => {
    const by = { team: 'T0DESK', user: 'U0ADMIN' };
    const document = toDocument(toTestClient('heritage'));
    const readLast = () => desk.database.transact((tx) => registryRecord.readLastImport(tx));
    expect(await readLast()).toBeNull();
    for (const digest of ['first', 'second']) {
      await desk.database.transact((tx) => registryRecord.writeImport(tx, { digest, document, by, at }));
      expect(await readLast()).toEqual({ digest, document, at });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });

  it('makes whoever changes it wait for the one before', async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const first = desk.database.transact(async (tx) => {
      await registryRecord.lock(tx);
      locked.resolve();
      await gate.promise;
      order.push('first');
    });
    await locked.promise;
    const second = desk.database.transact(async (tx) => {
      await registryRecord.lock(tx);
      order.push('second');
    });
    const readWaiting = async (): Promise<number> =>
      (
        await sql<{ waiting: number }>`select count(*)::int as waiting from pg_locks
          where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`.execute(
          desk.database.db,
        )
      ).rows[0]?.waiting ?? 0;
    await expect.poll(readWaiting).toBe(1);
    gate.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });
});
