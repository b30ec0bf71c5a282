/** Clients for tests over a real database: put in as an import puts them in, found again by their key. */

import { everything } from '../../src/operations/scope.ts';
import type { RegistryClient } from '../../src/policy/registry/registry-document.ts';
import {
  RegistryClient as Schema,
  toCanonicalDocument,
} from '../../src/policy/registry/registry-document.ts';
import { type Database, toDb } from '../../src/store/database.ts';
import { registryRecord } from '../../src/store/registry-store.ts';
import { readTargets } from '../../src/store/target-store.ts';

const capital = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

/** A whole client by its id; what a test is about is given. */
export const toTestClient = (id: string, given: object = {}): RegistryClient =>
  Schema.parse({
    id,
    name: `${capital(id)} Ltd`,
    repo: `acuops-demo/acuops-${id}`,
    tier: 'premium',
    timezone: 'America/Chicago',
    environments: [
      {
        name: 'production',
        url: `https://${id}.example.com/erp`,
        tenant: capital(id),
        credentials: {
          username: `env:ACU_${id.toUpperCase()}_USER`,
          password: `env:ACU_${id.toUpperCase()}_PASSWORD`,
        },
      },
    ],
    ...given,
  });

/** Writes them and gives the ids of their rows by key. */
export const writeTestClients = (
  database: Database,
  clients: readonly RegistryClient[],
  at = new Date('2026-11-20T07:00:00Z'),
): Promise<Readonly<Record<string, string>>> =>
  database.transact(async (tx) => {
    const before = await registryRecord.read(tx);
    const others = before.clients.filter((known) => !clients.some(({ id }) => id === known.id));
    await registryRecord.write(
      tx,
      before,
      toCanonicalDocument({ version: 1, clients: [...others, ...clients] }),
      at,
    );
    const targets = await readTargets(toDb(tx), everything);
    return Object.fromEntries(targets.map(({ key, id }) => [key, id]));
  });
