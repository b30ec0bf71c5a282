/** `decide` at the real door and store: a press is a person's word on one round, and everything else is refused and recorded. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DecidePowers, defineDecide } from '../../../src/commands/decide/command.ts';
import type { ApprovalRound } from '../../../src/operations/approval.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  type Person,
  people,
  type TestDoor,
} from '../../support/door.ts';

let desk: DeskDatabase;
let door: TestDoor;
let cast: Parameters<DecidePowers['castVote']>[];
let answer: Awaited<ReturnType<DecidePowers['castVote']>>;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

const at = new Date('2026-11-20T08:00:00Z');
const round: ApprovalRound = {
  round: 1,
  digest: 'd'.repeat(64),
  requester: people.operator,
  needed: 1,
  askedAt: at,
  expiresAt: new Date(at.getTime() + 20 * 60_000),
  votes: [{ by: people.approver, verdict: 'approve', reason: null, at }],
};

beforeEach(async () => {
  await desk.clear();
  await writeTestClients(desk.database, [toTestClient('heritage')]);
  cast = [];
  answer = { kind: 'cast', round };
  door = createTestDoor({
    database: desk.database,
    commands: [
      defineDecide({
        castVote: async (...asked) => {
          cast.push(asked);
          return answer;
        },
        zone: 'UTC',
      }),
    ],
  });
});

const input = {
  client: 'heritage',
  operation: randomUUID(),
  round: 1,
  digest: 'd'.repeat(16),
  verdict: 'approve',
};
const press = (as: Person, over: object = {}, key?: string) =>
  door.request('decide', { ...input, ...over }, { as, pressed: 'card', ...(key ? { key } : {}) });

describe('a press', () => {
  it.each<Person>(['viewer', 'operator', 'contact', 'outsider'])('is refused to a %s', async (as) => {
    expect(expectRefusal(await press(as)).reason).toBe('denied');
    expect(cast).toEqual([]);
    expect(await door.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'decide' }]);
  });

  it('of an approver is their word on that round, and recorded with the digest', async () => {
    expect(toText(await press('approver'))).toContain('Approved by you');
    expect(cast[0]?.[2]).toMatchObject({ by: people.approver, verdict: 'approve', round: 1 });
    expect(await door.readAuditRows()).toMatchObject([
      {
        event: 'answered',
        verb: 'decide',
        detail: { changed: { digest: round.digest, verdict: 'approve' } },
      },
    ]);
  });

  it('that comes twice is one word', async () => {
    await press('approver', {}, 'once');
    expectAnswer(await press('approver', {}, 'once'));
    expect(cast).toHaveLength(1);
  });

  it('says how many more are needed', async () => {
    answer = { kind: 'cast', round: { ...round, needed: 3 } };
    expect(toText(await press('approver'))).toContain('2 more approvals are needed');
  });

  it('of an operator may take the request back, but decides nothing', async () => {
    expectAnswer(await press('operator', { verdict: 'withdraw' }));
    expect(cast[0]?.[2]).toMatchObject({ verdict: 'withdraw' });
  });

  it('without a reason rejects nothing', async () => {
    expect(expectRefusal(await press('approver', { verdict: 'reject' })).reason).toBe('usage');
    expect(cast).toEqual([]);
  });

  it.each([
    [{ kind: 'own-request' }, 'somebody else has to decide'],
    [{ kind: 'old-round' }, 'Look at the card as it is now'],
    [{ kind: 'none' }, 'over'],
    [
      { kind: 'voted-before', vote: { by: people.approver, verdict: 'approve', reason: null, at } },
      'counts once',
    ],
    [{ kind: 'settled', state: { kind: 'expired' } }, 'Nobody decided in time'],
    [
      {
        kind: 'settled',
        state: { kind: 'rejected', by: { by: people.admin, verdict: 'reject', reason: '<!channel>', at } },
      },
      '&lt;!channel&gt;',
    ],
  ] as const)('that does not count is told why: %o', async (given, say) => {
    answer = given;
    const refusal = expectRefusal(await press('approver'));
    expect(refusal.say).toContain(say);
    expect(refusal.say).not.toContain('<!channel>');
  });
});

it('is nothing that anybody can type', async () => {
  for (const via of ['slack', 'http', 'socket'] as const)
    expect(expectRefusal(await door.request('decide', input, { as: 'admin', via })).reason).toBe(
      'unknown-verb',
    );
  expect(cast).toEqual([]);
  expect(await door.readAuditRows()).toEqual([]);
});
