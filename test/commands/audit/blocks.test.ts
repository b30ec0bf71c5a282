/** What one row of the record reads like, for every kind of row that the desk writes. */
import { expect, it } from 'vitest';
import { toPlainMrkdwn } from '../../../src/blocks/plain.ts';
import { renderRow } from '../../../src/commands/audit/blocks.ts';
import type { AuditRow } from '../../../src/operations/audit.ts';
import type { Json } from '../../../src/operations/json.ts';

const clients = new Map([['h', { id: 'h', key: 'heritage', name: 'Heritage *Fabrics*' }]]);

const read = (verb: string, event: string, detail: Json, targetId: string | null = null): string => {
  const row: AuditRow = {
    id: 'r',
    at: new Date('2026-11-20T08:00:00Z'),
    actor: 'T1:U0ANN',
    place: 'T1:C1',
    via: 'slack',
    event,
    verb,
    operationId: null,
    targetId,
    detail,
  };
  return toPlainMrkdwn(renderRow(row, clients, { zone: 'UTC', via: 'slack' })).replace(
    '• 2026-11-20 08:00 UTC @U0ANN ',
    '',
  );
};

const edit = { client: 'heritage', changed: [{ field: 'tier', from: 'premium', to: 'standard' }] };
const added = { id: 'heritage', tier: 'premium', environments: [{ name: 'production', credentials: null }] };

it.each<[string, string, Json, string | null, string]>([
  [
    'edit-client',
    'answered',
    { input: { client: 'heritage', tier: 'standard' }, changed: edit },
    'h',
    'tier: premium → standard',
  ],
  [
    'edit-client',
    'answered',
    { input: {}, changed: { client: 'heritage', changed: [] } },
    'h',
    'nothing changed',
  ],
  [
    'edit-client',
    'refused',
    { input: { client: 'heritage', tier: 'gold' }, reason: 'usage' },
    'h',
    'refused (tier gold): the words did not fit',
  ],
  [
    'remove-client',
    'answered',
    { changed: { client: 'heritage', from: 'active', to: 'archived', reason: 'it ended' } },
    'h',
    'active → archived, reason it ended',
  ],
  [
    'killswitch',
    'answered',
    { changed: { state: 'on', target: '*', reason: 'wrong' } },
    null,
    'on, target everything, reason wrong',
  ],
  [
    'role',
    'answered',
    { changed: { action: 'grant', who: 'T1:U2', role: 'contact' } },
    'h',
    'grant, who T1:U2, role contact',
  ],
  [
    'token',
    'answered',
    { changed: { label: 'laptop', action: 'created', expiresAt: '2027-02-18T08:00:00.000Z' } },
    null,
    'created, label laptop, expires at 2027-02-18 08:00 UTC',
  ],
  [
    'list',
    'answered',
    { input: { tier: 'premium', archived: false }, changed: null },
    null,
    'answered (tier premium)',
  ],
  ['whoami', 'answered', { input: {}, changed: null }, null, 'answered'],
  [
    'take',
    'answered',
    { input: { client: 'heritage', release: true }, changed: { released: true } },
    'h',
    'released',
  ],
  [
    'health',
    'asked',
    { input: { who: 'premium', all: false, fresh: true }, scope: 'all' },
    null,
    'started (who premium, fresh)',
  ],
  ['health', 'joined', { input: {}, scope: 'all' }, null, 'joined the one that was running'],
  ['health', 'finished', { exit: 1 }, null, 'finished: something fails'],
  ['health', 'finished', { failed: 'no disk' }, null, 'broke: no disk'],
  ['health', 'denied', { reason: 'no-role', input: {} }, null, 'denied: no role here'],
  ['note', 'denied', { reason: 'not-allowed', window: 'note' }, 'h', 'denied (window note): not in the role'],
  [
    'status',
    'denied',
    { reason: 'other-target', input: { client: 'hermes' } },
    null,
    'denied (client hermes): not their client, or none',
  ],
  [
    'registry',
    'imported',
    {
      imported: true,
      digest: 'abc',
      prune: false,
      added: ['a', 'b'],
      changed: [{ id: 'c', fields: ['tier'] }],
      archived: [],
    },
    null,
    'imported, added a, b, changed id c, fields tier',
  ],
  ['registry', 'refused', { imported: false, digest: 'abc', faults: 3 }, null, 'refused: faults 3'],
  [
    'killswitch',
    'answered',
    { changed: { reason: 'wrong', target: 'heritage', state: 'on' } },
    'h',
    'on, reason wrong',
  ],
  ['strange', 'rejected', 'a word', null, 'rejected'],
])('%s %s %j', (verb, event, detail, targetId, outcome) => {
  const of = targetId === null ? '' : ' Heritage *Fabrics*';
  expect(read(verb, event, detail, targetId)).toBe(`${verb}${of}: ${outcome}`);
});

it('says of a new client what it is, and cuts visibly', () => {
  expect(read('add-client', 'answered', { changed: { added } }, 'h')).toContain(
    ': added id heritage, tier premium, environments name production',
  );
  expect(read('note', 'answered', { changed: { noted: 'word '.repeat(100) } }, 'h')).toMatch(/ wo?r?d?…$/u);
});

it('holds nothing that Slack would read', () => {
  const row = read('note', 'answered', { changed: { noted: '<!channel> `x`' } }, 'h');
  expect(row).toContain('noted <!channel> `x`');
});
