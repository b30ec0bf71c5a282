/** Rounds of approval under people who press anything in any order: laws that hold whatever they do, and the words they are refused with. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ApprovalRound,
  type ApprovalState,
  decideApproval,
  findVoteRefusal,
  type Vote,
  type VoteRefusal,
} from '../../src/operations/approval.ts';
import type { Actor } from '../../src/operations/call.ts';

const person = (user: string, team = 'T0DESK'): Actor => ({ team, user });
const requester = person('U0ASKER');
// One of them has the requester's user id in another team: that is somebody else.
const [ann, ben, cleo, elsewhere] = [
  person('U0ANN'),
  person('U0BEN'),
  person('U0CLEO'),
  person('U0ASKER', 'T0ELSE'),
] as const;
const people = [requester, ann, ben, cleo, elsewhere];

const askedAt = new Date('2026-11-21T08:00:00Z');
const minute = (count: number): Date => new Date(askedAt.getTime() + count * 60_000);
const expiresMinutes = 30;
const openRound = (over: Partial<ApprovalRound> = {}): ApprovalRound => ({
  round: 2,
  digest: 'd'.repeat(64),
  requester,
  needed: 1,
  askedAt,
  expiresAt: minute(expiresMinutes),
  votes: [],
  ...over,
});

interface Press {
  readonly by: Actor;
  readonly verdict: Vote['verdict'];
  readonly round: number;
  readonly digest: string;
  readonly at: Date;
}

interface Pressed {
  readonly press: Press;
  readonly refusal: VoteRefusal | null;
  /** As the presser's desk sees it, just before and just after. */
  readonly before: ApprovalState;
  readonly after: ApprovalState;
}

const play = (
  empty: ApprovalRound,
  presses: readonly Press[],
): { readonly round: ApprovalRound; readonly history: readonly Pressed[] } => {
  let round = empty;
  const history = presses.map((press): Pressed => {
    const before = decideApproval(round, press.at);
    const refusal = findVoteRefusal(round, press, press.at);
    if (refusal === null) round = { ...round, votes: [...round.votes, { ...press, reason: null }] };
    return { press, refusal, before, after: decideApproval(round, press.at) };
  });
  return { round, history };
};

const byTime = (a: Press, b: Press): number => a.at.getTime() - b.at.getTime();

const press: fc.Arbitrary<Press> = fc.record({
  by: fc.constantFrom(...people),
  verdict: fc.oneof(
    { weight: 6, arbitrary: fc.constant('approve' as const) },
    { weight: 1, arbitrary: fc.constantFrom('reject' as const, 'withdraw' as const) },
  ),
  round: fc.oneof({ weight: 8, arbitrary: fc.constant(2) }, { weight: 1, arbitrary: fc.constantFrom(1, 3) }),
  digest: fc.constantFrom('d'.repeat(16), 'd'.repeat(64)),
  // Thirds of the time, so that presses at the very moment of the end are common, and doubles too.
  at: fc.integer({ min: 0, max: 5 }).map((tens) => minute(tens * 10)),
});
const needed = fc.integer({ min: 1, max: 3 });
const scene = fc.record({ needed, presses: fc.array(press, { maxLength: 14 }) });
const anyTime = fc.integer({ min: 0, max: 100_000 }).map(minute);

const toVotes = (state: ApprovalState): readonly Vote[] =>
  'by' in state ? [state.by] : 'approvals' in state ? state.approvals : [];

/** The laws of every state, however its votes came to be, that this one breaks. */
const findFaults = (round: ApprovalRound, state: ApprovalState): readonly string[] => {
  const counted = toVotes(state);
  const names = counted.map(({ by }) => by.user);
  const missing = state.kind === 'pending' ? state.missing : 0;
  const isAgreeing = state.kind === 'pending' || state.kind === 'approved';
  const verdict = isAgreeing ? 'approve' : state.kind === 'rejected' ? 'reject' : 'withdraw';
  const laws: Readonly<Record<string, boolean>> = {
    'all say the same': counted.every((vote) => vote.verdict === verdict),
    'no yes is late': !isAgreeing || counted.every(({ at }) => at < round.expiresAt),
    'the requester does not count': verdict === 'withdraw' || !names.includes(requester.user),
    'one person, one place': new Set(names).size === names.length,
    'places add up': !isAgreeing || names.length + missing === round.needed,
    'pending misses somebody': state.kind !== 'pending' || missing > 0,
  };
  return Object.keys(laws).filter((law) => laws[law] !== true);
};

const kindsAfter: Readonly<Record<Vote['verdict'], readonly ApprovalState['kind'][]>> = {
  approve: ['pending', 'approved'],
  reject: ['rejected'],
  withdraw: ['withdrawn'],
};

describe('whatever people press, whenever', () => {
  it('the requester never counts, one person fills one place, and it is approved by exactly as many as were asked for', () => {
    fc.assert(
      fc.property(scene, anyTime, ({ needed, presses }, look) => {
        const { round, history } = play(openRound({ needed }), presses);
        const states = [...history.map(({ after }) => after), decideApproval(round, look)];
        expect(states.flatMap((state) => findFaults(round, state))).toEqual([]);
        const voices = round.votes.filter(({ verdict }) => verdict !== 'withdraw');
        expect(voices.some(({ by }) => by.user === requester.user)).toBe(false);
      }),
    );
  });

  it('the same holds of votes that were written down unjudged', () => {
    fc.assert(
      fc.property(scene, anyTime, ({ needed, presses }, look) => {
        const votes = presses.map((vote) => ({ ...vote, reason: null }));
        const round = openRound({ needed, votes });
        expect(findFaults(round, decideApproval(round, look))).toEqual([]);
      }),
    );
  });

  it('an approval stands only where nobody said no, before it or after', () => {
    fc.assert(
      fc.property(scene, ({ needed, presses }) => {
        const { round } = play(openRound({ needed }), presses);
        const state = decideApproval(round, minute(1_000));
        const stands = state.kind === 'approved' ? state.approvals : null;
        expect(stands ?? round.votes).toEqual(round.votes);
      }),
    );
  });

  it('a no stands, whatever comes later and whenever one looks, even by clocks that disagree', () => {
    fc.assert(
      fc.property(scene, anyTime, ({ needed, presses }, look) => {
        const { round, history } = play(openRound({ needed }), presses);
        const settled = history.findIndex(
          ({ after }) => after.kind === 'rejected' || after.kind === 'withdrawn',
        );
        if (settled === -1) return;
        const { after: stands } = history[settled] as Pressed;
        for (const { press, refusal, after } of history.slice(settled + 1)) {
          expect(after).toEqual(stands);
          expect(refusal).toEqual(
            press.round === round.round ? { kind: 'settled', state: stands } : { kind: 'old-round' },
          );
        }
        expect(decideApproval(round, look)).toEqual(stands);
      }),
    );
  });

  it('the votes are told apart by their coming alone: a no is the last that is taken', () => {
    fc.assert(
      fc.property(scene, ({ needed, presses }) => {
        const { round } = play(openRound({ needed }), presses);
        round.votes.forEach((_, count) => {
          const earlier = { ...round, votes: round.votes.slice(0, count) };
          expect(['pending', 'approved']).toContain(decideApproval(earlier, askedAt).kind);
        });
        const last = round.votes.at(-1);
        const state = decideApproval(round, askedAt);
        const may = last === undefined ? ['pending'] : kindsAfter[last.verdict];
        expect(may).toContain(state.kind);
        expect('by' in state ? state.by : last).toBe(last);
      }),
    );
  });

  it('no yes counts from the end of the time on, and what expired stays expired', () => {
    fc.assert(
      fc.property(scene, ({ needed, presses }) => {
        const { round, history } = play(openRound({ needed }), presses.toSorted(byTime));
        const yes = round.votes.filter(({ verdict }) => verdict === 'approve');
        expect(yes.every(({ at }) => at < round.expiresAt)).toBe(true);
        // A no is still heard after enough have agreed: nothing is started yet.
        const late = history.filter(
          ({ press, before }) =>
            press.at >= round.expiresAt && (press.verdict === 'approve' || before.kind !== 'approved'),
        );
        for (const { refusal, before, after } of late) {
          expect(refusal).not.toBeNull();
          expect(before.kind).not.toBe('pending');
          expect(after).toEqual(before);
        }
        const expired = late.filter(({ before }) => before.kind === 'expired');
        for (const { before } of expired) expect(decideApproval(round, minute(9_999))).toEqual(before);
      }),
    );
  });

  it('the same votes are the same state at any later time, but for time running out', () => {
    fc.assert(
      fc.property(scene, anyTime, anyTime, ({ needed, presses }, one, other) => {
        const { round } = play(openRound({ needed }), presses);
        const [first, later] = one < other ? [one, other] : [other, one];
        const [then, now] = [decideApproval(round, first), decideApproval(round, later)];
        const runsOut = then.kind === 'pending' && later >= round.expiresAt;
        expect(now).toEqual(runsOut ? { kind: 'expired' } : then);
      }),
    );
  });

  it('enough people who agree in time are an approval', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([ann, ben, cleo], { minLength: 1 }),
        fc.integer({ min: 0, max: expiresMinutes * 60_000 - 1 }),
        anyTime,
        (voters, ms, look) => {
          const at = new Date(askedAt.getTime() + ms);
          const presses = voters.map(
            (by): Press => ({ by, verdict: 'approve', round: 2, digest: 'd'.repeat(64), at }),
          );
          const { round, history } = play(openRound({ needed: voters.length }), presses);
          expect(history.map(({ refusal }) => refusal)).toEqual(voters.map(() => null));
          expect(decideApproval(round, look)).toEqual({ kind: 'approved', approvals: round.votes });
        },
      ),
    );
  });
});

describe('a press', () => {
  const ask = (
    by: Actor,
    verdict: Vote['verdict'],
    over: Partial<ApprovalRound> = {},
    seen = 2,
    digest = 'd'.repeat(16),
  ) => findVoteRefusal(openRound({ needed: 2, ...over }), { by, verdict, round: seen, digest }, minute(2));
  const voted = (by: Actor, verdict: Vote['verdict']): Vote => ({ by, verdict, reason: null, at: minute(1) });

  it.each(['approve', 'reject'] as const)('to %s is refused to whoever asked', (verdict) => {
    expect(ask(requester, verdict)).toEqual({ kind: 'own-request' });
    // The same id under another workspace is the same person.
    expect(ask(elsewhere, verdict)).toEqual({ kind: 'own-request' });
    expect(ask(ben, verdict)).toBeNull();
  });

  it('takes a request back, also where one agreed to it already', () => {
    expect(ask(requester, 'withdraw')).toBeNull();
    expect(ask(ann, 'withdraw', { votes: [voted(ann, 'approve')] })).toBeNull();
  });

  it('twice by one person counts once, and names the first', () => {
    const vote = voted(ann, 'approve');
    expect(ask(ann, 'approve', { votes: [vote] })).toEqual({ kind: 'voted-before', vote });
    expect(ask(person('U0ANN', 'T0ELSE'), 'approve', { votes: [vote] })).toEqual({
      kind: 'voted-before',
      vote,
    });
  });

  it('may still say no after a yes', () => {
    expect(ask(ann, 'reject', { votes: [voted(ann, 'approve')] })).toBeNull();
    // Also when enough have agreed: as long as nothing is started.
    const votes = [voted(ann, 'approve'), voted(ben, 'approve')];
    expect(ask(cleo, 'reject', { votes })).toBeNull();
    expect(ask(requester, 'withdraw', { votes })).toBeNull();
    expect(ask(cleo, 'approve', { votes })).toMatchObject({ kind: 'settled', state: { kind: 'approved' } });
  });

  it.each([1, 3])('on the card of round %i does not count in round 2, also where that is settled', (seen) => {
    expect(ask(ann, 'approve', {}, seen)).toEqual({ kind: 'old-round' });
    expect(ask(ann, 'withdraw', { votes: [voted(ben, 'reject')] }, seen)).toEqual({ kind: 'old-round' });
  });

  it('on a card of another plan does not count, whatever its round', () => {
    for (const digest of ['e'.repeat(16), ''])
      expect(ask(ann, 'approve', {}, 2, digest)).toEqual({ kind: 'old-round' });
  });

  it('is too late from the very moment of the end', () => {
    const asked = { by: ann, verdict: 'approve', round: 2, digest: 'd'.repeat(64) } as const;
    const at = (now: Date) => findVoteRefusal(openRound(), asked, now);
    expect(at(new Date(minute(expiresMinutes).getTime() - 1))).toBeNull();
    expect(at(minute(expiresMinutes))).toEqual({ kind: 'settled', state: { kind: 'expired' } });
  });
});
