import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyRegistryDiff } from '../../../src/policy/registry/apply-diff.ts';
import { diffRegistry, hasChanges, type RegistryDiff } from '../../../src/policy/registry/diff-registry.ts';
import { findClashes } from '../../../src/policy/registry/find-clashes.ts';
import type { RegistryClient } from '../../../src/policy/registry/registry-document.ts';
import { arbitraryRegistry, arbitraryTrio, heritage, toDocument } from './arbitrary-registry.ts';

const empty = toDocument();
const production = heritage.environments[0];
const staging = {
  ...production,
  name: 'staging',
  url: 'https://stg.example.com',
  tenant: 'S',
  branch: 'staging',
} as RegistryClient['environments'][number];
const withStaging: RegistryClient = { ...heritage, environments: [...heritage.environments, staging] };
const other: RegistryClient = {
  ...heritage,
  id: 'other',
  repo: 'o/other',
  slack: null,
  environments: [],
};
const nothing: RegistryDiff = {
  adds: [],
  edits: [],
  removes: [],
  conflicts: [],
  unchanged: [],
  keptArchived: [],
};

/** Base, file and record of one client. */
const diffOf = (
  base: Partial<RegistryClient> | null,
  file: Partial<RegistryClient>,
  record: Partial<RegistryClient>,
  prune = false,
) =>
  diffRegistry({
    base: base === null ? null : toDocument({ ...heritage, ...base }),
    file: toDocument({ ...heritage, ...file }),
    record: toDocument({ ...heritage, ...record }),
    prune,
  });

describe('one field', () => {
  test('changed in the file is an edit', () => {
    expect(diffOf({}, { tier: 'standard' }, {}).edits).toEqual([
      { id: 'heritage', fields: [{ path: 'tier', from: 'premium', to: 'standard' }] },
    ]);
  });
  test('changed in the record stays', () => {
    expect(diffOf({}, {}, { tier: 'standard' })).toEqual({ ...nothing, unchanged: ['heritage'] });
  });
  test('changed in both alike is no change', () => {
    expect(diffOf({}, { tier: 'standard' }, { tier: 'standard' })).toEqual({
      ...nothing,
      unchanged: ['heritage'],
    });
  });
  test('changed in both in different ways is a conflict, and the plan applies nothing', () => {
    const record = toDocument({ ...heritage, tier: 'self-service' });
    const file = toDocument({ ...heritage, tier: 'standard', name: 'New' }, other);
    const diff = diffRegistry({ base: toDocument(heritage), file, record });
    expect(diff.conflicts).toEqual([
      { id: 'heritage', path: 'tier', base: 'premium', file: 'standard', record: 'self-service' },
    ]);
    expect(hasChanges(diff)).toBe(true);
    expect(applyRegistryDiff(record, diff)).toEqual(record);
  });
  test('with no earlier import, a difference is a conflict', () => {
    expect(diffOf(null, { slack: null }, {}).conflicts).toEqual([
      { id: 'heritage', path: 'slack', base: undefined, file: null, record: heritage.slack },
    ]);
  });
  test('two fields of one client, each changed on another side, both hold', () => {
    const record = toDocument({ ...heritage, name: 'Renamed' });
    const file = toDocument({ ...heritage, tier: 'standard' });
    const diff = diffRegistry({ base: toDocument(heritage), file, record });
    expect(applyRegistryDiff(record, diff)).toEqual(
      toDocument({ ...heritage, name: 'Renamed', tier: 'standard' }),
    );
  });
});

describe('absence', () => {
  test('removes no client and no environment', () => {
    const record = toDocument(withStaging, other);
    const diff = diffRegistry({ base: record, file: toDocument(heritage), record });
    expect(diff).toEqual({ ...nothing, unchanged: ['heritage', 'other'] });
  });
  test('archives with prune, also what an earlier import without prune already left out', () => {
    const record = toDocument(withStaging, other);
    const file = toDocument(heritage);
    for (const base of [record, file]) {
      const diff = diffRegistry({ base, file, record, prune: true });
      expect(diff.removes).toEqual(['other']);
      expect(diff.edits).toEqual([
        { id: 'heritage', fields: [{ path: 'environments.staging', from: staging, to: null }] },
      ]);
      expect(applyRegistryDiff(record, diff)).toEqual(toDocument(heritage, { ...other, status: 'archived' }));
    }
  });
  test('in the record is an addition', () => {
    expect(
      diffRegistry({ base: toDocument(heritage), file: toDocument(heritage), record: empty }).adds,
    ).toEqual([heritage]);
  });
});

describe('archived clients', () => {
  test('stay archived, whatever the file says, and are named', () => {
    for (const base of [{}, { status: 'archived' } as const, null]) {
      const diff = diffOf(base, { status: 'active' }, { status: 'archived' });
      expect(diff).toEqual({ ...nothing, unchanged: ['heritage'], keptArchived: ['heritage'] });
    }
  });
  test('are not archived again', () => {
    const record = toDocument(heritage, { ...other, status: 'archived' });
    expect(diffRegistry({ base: record, file: toDocument(heritage), record, prune: true }).removes).toEqual(
      [],
    );
  });
});

describe('environments', () => {
  test('a new one is an edit, field by field afterwards', () => {
    expect(diffOf({}, { environments: withStaging.environments }, {}).edits[0]?.fields).toEqual([
      { path: 'environments.staging', from: null, to: staging },
    ]);
    const moved = { ...staging, url: 'https://new.example.com' };
    const { environments } = withStaging;
    expect(
      diffOf({ environments }, { environments: [...heritage.environments, moved] }, { environments }).edits[0]
        ?.fields,
    ).toEqual([
      { path: 'environments.staging.url', from: 'https://stg.example.com', to: 'https://new.example.com' },
    ]);
  });
});

describe('two clients that would share one thing once put together', () => {
  test('are a conflict that names the other', () => {
    const base = toDocument(heritage);
    const record = toDocument(heritage, other);
    const file = toDocument({ ...heritage, repo: 'O/other' });
    expect(diffRegistry({ base, file, record }).conflicts).toEqual([
      { id: 'other', path: 'repo', base: undefined, file: undefined, record: 'o/other', with: 'heritage' },
    ]);
  });
  test('are none where the record has it so already', () => {
    const record = { version: 1 as const, clients: [heritage, { ...other, repo: heritage.repo }] };
    const file = toDocument({ ...heritage, tier: 'standard' });
    expect(diffRegistry({ base: toDocument(heritage), file, record }).conflicts).toEqual([]);
  });
});

const ids = (diff: RegistryDiff) => ({
  adds: diff.adds.length,
  edits: diff.edits.length,
  removes: diff.removes.length,
  conflicts: diff.conflicts.length,
});
const none = { adds: 0, edits: 0, removes: 0, conflicts: 0 };
const runs = { numRuns: 100 };

describe('laws', () => {
  test('three times the same changes nothing', () => {
    fc.assert(
      fc.property(arbitraryRegistry, fc.boolean(), (document, prune) => {
        expect(ids(diffRegistry({ base: document, file: document, record: document, prune }))).toEqual(none);
      }),
      runs,
    );
  });

  test('where the record did not change, the file wins without conflict', () => {
    fc.assert(
      fc.property(arbitraryTrio, ([file, record]) => {
        const diff = diffRegistry({ base: record, file, record });
        expect(diff.conflicts.filter((conflict) => conflict.with === undefined)).toEqual([]);
        const after = applyRegistryDiff(record, diff);
        const kept = new Set(diff.keptArchived);
        for (const client of file.clients) {
          const { environments, status, ...wanted } = client;
          const now = after.clients.find(({ id }) => id === client.id);
          expect(now).toMatchObject(kept.has(client.id) ? wanted : { ...wanted, status });
          for (const environment of environments) expect(now?.environments).toContainEqual(environment);
        }
      }),
      runs,
    );
  });

  test('where the file did not change, the record stays as it is', () => {
    fc.assert(
      fc.property(arbitraryTrio, ([file, record]) => {
        const common = {
          ...file,
          clients: file.clients.filter(({ id }) => record.clients.some((known) => known.id === id)),
        };
        expect(ids(diffRegistry({ base: common, file: common, record }))).toEqual(none);
      }),
      runs,
    );
  });

  test('applied once, nothing is left to apply, by the old base and by the new', () => {
    let applied = 0;
    fc.assert(
      fc.property(arbitraryTrio, fc.boolean(), ([base, file, record], prune) => {
        const diff = diffRegistry({ base, file, record, prune });
        if (diff.conflicts.length > 0) return;
        applied += hasChanges(diff) ? 1 : 0;
        const after = applyRegistryDiff(record, diff);
        expect(findClashes(after)).toEqual([]);
        for (const next of [base, file])
          expect(ids(diffRegistry({ base: next, file, record: after, prune }))).toEqual(none);
      }),
      { numRuns: 200 },
    );
    expect(applied).toBeGreaterThan(20);
  });

  test('conflicts are the same from both sides', () => {
    let seen = 0;
    fc.assert(
      fc.property(arbitraryTrio, (trio) => {
        const [base, file, record] = trio.map((document) => ({
          ...document,
          clients: document.clients.map(
            (client): RegistryClient =>
              client.status === 'archived' ? { ...client, status: 'active' } : client,
          ),
        }));
        if (base === undefined || file === undefined || record === undefined) return;
        const there = diffRegistry({ base, file, record }).conflicts;
        const back = diffRegistry({ base, file: record, record: file }).conflicts;
        const turned = back.map((conflict) => ({
          ...conflict,
          file: conflict.record,
          record: conflict.file,
        }));
        const own = (conflicts: typeof there) => conflicts.filter((conflict) => conflict.with === undefined);
        seen += own(there).length;
        expect(own(there)).toEqual(own(turned));
      }),
      runs,
    );
    expect(seen).toBeGreaterThan(20);
  });
});
