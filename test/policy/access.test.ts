/** Who may do what, where: the decision as a table, and laws that hold for any rights, any question and any place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked, Permission } from '../../src/operations/command.ts';
import { everything, intersectScopes, isInScope, isWithin, type Scope } from '../../src/operations/scope.ts';
import {
  type AccessDecision,
  type AccessQuestion,
  type Audience,
  decideAccess,
  decideRights,
  type Grant,
  type Role,
  roles,
  toAudienceScope,
} from '../../src/policy/access.ts';

const permissions: readonly Permission[] = ['look', 'ask-status', 'operate', 'decide', 'administer'];
const may: Record<Exclude<Role, 'contact'>, readonly Permission[]> = {
  viewer: ['look', 'ask-status'],
  operator: ['look', 'ask-status', 'operate'],
  approver: ['look', 'ask-status', 'operate', 'decide'],
  admin: permissions,
};
const grant = (role: Role, targetIds: readonly string[] | null = null): Grant => ({ role, targetIds });
const team: Audience = { kind: 'team' };
const dm: Audience = { kind: 'private' };
const channelOf = (...targetIds: string[]): Audience => ({ kind: 'shared', targetIds });

const ask = (given: Partial<AccessQuestion>): AccessDecision =>
  decideAccess({
    grants: [grant('viewer')],
    permission: 'look',
    asked: { kind: 'visible' },
    audience: team,
    targetId: null,
    ...given,
  });

describe('what each role may', () => {
  it.each(
    Object.entries(may).flatMap(([role, allowed]) =>
      permissions.map((permission) => ({ role, permission, allowed: allowed.includes(permission) })),
    ),
  )('$role, $permission: $allowed', ({ role, permission, allowed }) => {
    const decision = ask({ grants: [grant(role as Role)], permission });
    expect(decision.kind).toBe(allowed ? 'allow' : 'deny');
    if (!allowed) expect(decision).toEqual({ kind: 'deny', reason: 'not-allowed' });
  });
});

describe('the decision', () => {
  const key = (name: string): Asked => ({ kind: 'key', key: name });
  const only = (...targetIds: string[]): Scope => ({ kind: 'only', targetIds });
  const contact = [grant('contact', ['a'])];

  it.each<[string, Partial<AccessQuestion>, AccessDecision]>([
    ['nobody', { grants: [] }, { kind: 'deny', reason: 'no-role' }],
    ['a viewer among us sees all', {}, { kind: 'allow', scope: everything, targetId: null, where: 'place' }],
    [
      'a viewer in a direct message sees all',
      { audience: dm },
      { kind: 'allow', scope: everything, targetId: null, where: 'place' },
    ],
    [
      'a client channel narrows',
      { audience: channelOf('a') },
      { kind: 'allow', scope: only('a'), targetId: null, where: 'place' },
    ],
    [
      'a channel shared with strangers shows nothing there',
      { audience: channelOf() },
      { kind: 'allow', scope: everything, targetId: null, where: 'direct' },
    ],
    [
      'a tier is narrowed too',
      { audience: channelOf('a'), asked: { kind: 'tier', tier: 'premium' } },
      { kind: 'allow', scope: only('a'), targetId: null, where: 'place' },
    ],
    [
      'its own client in its channel',
      { audience: channelOf('a'), asked: key('a'), targetId: 'a' },
      { kind: 'allow', scope: only('a'), targetId: 'a', where: 'place' },
    ],
    [
      'another client named in a client channel goes to the asker',
      { audience: channelOf('a'), asked: key('b'), targetId: 'b' },
      { kind: 'allow', scope: only('b'), targetId: 'b', where: 'direct' },
    ],
    [
      'the desk is not talked about where a client reads',
      { audience: channelOf('a'), asked: { kind: 'desk' } },
      { kind: 'allow', scope: everything, targetId: null, where: 'direct' },
    ],
    [
      'who asks for nothing in a client channel shows no other client',
      { audience: channelOf('a'), asked: { kind: 'none' } },
      { kind: 'allow', scope: only('a'), targetId: null, where: 'place' },
    ],
    [
      'a client that does not exist, to one of us',
      { asked: key('x') },
      { kind: 'allow', scope: everything, targetId: null, where: 'place' },
    ],
    [
      'a contact asks for the own client',
      { grants: contact, permission: 'ask-status', asked: key('a'), targetId: 'a' },
      { kind: 'allow', scope: only('a'), targetId: 'a', where: 'place' },
    ],
    [
      'a contact asks for another client',
      { grants: contact, permission: 'ask-status', asked: key('b'), targetId: 'b' },
      { kind: 'deny', reason: 'other-target' },
    ],
    [
      'a contact asks for one that does not exist',
      { grants: contact, permission: 'ask-status', asked: key('x') },
      { kind: 'deny', reason: 'other-target' },
    ],
    ['a contact asks for all', { grants: contact }, { kind: 'deny', reason: 'not-allowed' }],
    [
      'a contact asks about the desk',
      { grants: contact, permission: 'ask-status', asked: { kind: 'desk' } },
      { kind: 'deny', reason: 'not-allowed' },
    ],
    [
      'a contact of no client',
      { grants: [grant('contact')], permission: 'ask-status', asked: key('a'), targetId: 'a' },
      { kind: 'deny', reason: 'not-allowed' },
    ],
  ])('%s', (_, question, decision) => {
    expect(ask(question)).toEqual(decision);
  });
});

const target = fc.constantFrom('a', 'b', 'c', 'd');
const targets = fc.uniqueArray(target, { maxLength: 3 });
const arbitraryGrant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom(...roles),
  targetIds: fc.option(targets),
});
const arbitraryAudience: fc.Arbitrary<Audience> = fc.oneof(
  fc.constant(team),
  fc.constant(dm),
  targets.map((ids) => channelOf(...ids)),
);
const arbitraryAsked: fc.Arbitrary<Asked> = fc.oneof(
  fc.constantFrom<Asked>(
    { kind: 'none' },
    { kind: 'desk' },
    { kind: 'visible' },
    { kind: 'tier', tier: 'premium' },
  ),
  target.map((key): Asked => ({ kind: 'key', key })),
);
const arbitraryQuestion: fc.Arbitrary<AccessQuestion> = fc
  .record({
    grants: fc.array(arbitraryGrant, { maxLength: 3 }),
    permission: fc.constantFrom(...permissions),
    asked: arbitraryAsked,
    audience: arbitraryAudience,
    exists: fc.boolean(),
  })
  .map(({ exists, ...question }) => ({
    ...question,
    targetId: exists && question.asked.kind === 'key' ? question.asked.key : null,
  }));

/** The desk's own matters, and a client that is not there, show no client: their scope is who may know that. */
const showsTargets = ({ asked, targetId }: AccessQuestion): boolean =>
  asked.kind !== 'desk' && !(asked.kind === 'key' && targetId === null);

describe('whatever the question', () => {
  const hold = (law: (question: AccessQuestion, decision: AccessDecision) => void): void => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => law(question, decideAccess(question))),
      { numRuns: 2_000 },
    );
  };

  it('nothing outside the rights is ever shown', () => {
    hold((question, decision) => {
      if (decision.kind === 'allow')
        expect(isWithin(decision.scope, decideRights(question.grants, question.permission))).toBe(true);
    });
  });

  it('nothing that the place may not see is ever shown in the place', () => {
    hold((question, decision) => {
      if (decision.kind !== 'allow' || decision.where !== 'place' || !showsTargets(question)) return;
      const rights = decideRights(question.grants, question.permission);
      expect(isWithin(decision.scope, intersectScopes(rights, toAudienceScope(question.audience)))).toBe(
        true,
      );
    });
  });

  it('what is of the desk is never shown where a client reads', () => {
    hold((question, decision) => {
      if (decision.kind === 'allow' && !showsTargets(question) && question.audience.kind === 'shared')
        expect(decision.where).toBe('direct');
    });
  });

  it('without a grant it is denied', () => {
    hold((question) => {
      expect(decideAccess({ ...question, grants: [] })).toEqual({ kind: 'deny', reason: 'no-role' });
    });
  });

  it('a contact gets nothing but the status of the own client', () => {
    hold((question) => {
      const grants = question.grants.map((given) => ({ ...given, role: 'contact' as const }));
      const own = grants.flatMap(({ targetIds }) => targetIds ?? []);
      const decision = decideAccess({ ...question, grants });
      if (decision.kind === 'deny') return;
      expect(question.permission).toBe('ask-status');
      expect(question.asked.kind).not.toBe('desk');
      expect(decision.scope.kind).toBe('only');
      if (decision.scope.kind === 'only')
        expect(decision.scope.targetIds.every((id) => own.includes(id))).toBe(true);
      if (decision.targetId !== null) expect(own).toContain(decision.targetId);
    });
  });

  it('a named client is answered alone, and is the one that was named', () => {
    hold((question, decision) => {
      if (decision.kind !== 'allow' || decision.targetId === null) return;
      expect(decision.targetId).toBe(question.targetId);
      expect(decision.scope).toEqual({ kind: 'only', targetIds: [decision.targetId] });
      expect(isInScope(decideRights(question.grants, question.permission), decision.targetId)).toBe(true);
    });
  });

  it('a hidden client and one that does not exist are answered alike', () => {
    hold((question, decision) => {
      if (question.asked.kind !== 'key' || decision.kind !== 'deny') return;
      expect(decideAccess({ ...question, targetId: null })).toEqual(decision);
    });
  });

  it('one more grant takes nothing away', () => {
    fc.assert(
      fc.property(arbitraryQuestion, arbitraryGrant, (question, more) => {
        const before = decideAccess(question);
        const after = decideAccess({ ...question, grants: [...question.grants, more] });
        if (before.kind === 'allow') expect(after.kind).toBe('allow');
      }),
    );
  });
});
