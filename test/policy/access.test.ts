/** Who may do what, where: the decision as a table, and laws that hold for any rights, any question and any place. */
import * as fc from 'fast-check';
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
  isCovered,
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
    const expected = allowed ? { kind: 'allow' } : { kind: 'deny', reason: 'not-allowed' };
    expect(ask({ grants: [grant(role as Role)], permission })).toMatchObject(expected);
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
  type Law = (question: AccessQuestion, decision: AccessDecision) => boolean;
  const search = (law: Law) =>
    fc.check(
      fc.property(arbitraryQuestion, (question) => law(question, decideAccess(question))),
      { numRuns: 2_000 },
    );
  const holds = { failed: false, counterexample: null };
  const readRights = ({ grants, permission }: AccessQuestion) => decideRights(grants, permission);

  it('nothing outside the rights is ever shown', () => {
    const law: Law = (question, decision) =>
      decision.kind === 'deny' || isWithin(decision.scope, readRights(question));
    expect(search(law)).toMatchObject(holds);
  });

  it('nothing that the place may not see is ever shown in the place', () => {
    const law: Law = (question, decision) =>
      decision.kind === 'deny' ||
      decision.where === 'direct' ||
      !showsTargets(question) ||
      isWithin(decision.scope, intersectScopes(readRights(question), toAudienceScope(question.audience)));
    expect(search(law)).toMatchObject(holds);
  });

  it('what is of the desk is never shown where a client reads', () => {
    const law: Law = (question, decision) =>
      decision.kind === 'deny' ||
      showsTargets(question) ||
      question.audience.kind !== 'shared' ||
      decision.where === 'direct';
    expect(search(law)).toMatchObject(holds);
  });

  it('a grant that the others cover allows nothing more, and one that allows nothing more is covered', () => {
    const extra = fc.tuple(fc.array(arbitraryGrant, { maxLength: 3 }), arbitraryGrant);
    const found = fc.check(
      fc.property(extra, ([others, more]) => {
        const isSame = permissions.every((permission) =>
          isWithin(decideRights([...others, more], permission), decideRights(others, permission)),
        );
        return isCovered(more, others) === isSame;
      }),
      { numRuns: 2_000 },
    );
    expect(found).toMatchObject(holds);
  });

  it('without a grant it is denied', () => {
    expect(search((question) => decideAccess({ ...question, grants: [] }).kind === 'deny')).toMatchObject(
      holds,
    );
  });

  it('a contact gets nothing but the status of the own client', () => {
    const law: Law = (question) => {
      const grants = question.grants.map((given) => ({ ...given, role: 'contact' as const }));
      const own: Scope = { kind: 'only', targetIds: grants.flatMap(({ targetIds }) => targetIds ?? []) };
      const decision = decideAccess({ ...question, grants });
      return (
        decision.kind === 'deny' ||
        (question.permission === 'ask-status' &&
          question.asked.kind !== 'desk' &&
          isWithin(decision.scope, own) &&
          (decision.targetId === null || isInScope(own, decision.targetId)))
      );
    };
    expect(search(law)).toMatchObject(holds);
  });

  it('a named client is answered alone, and is the one that was named', () => {
    const law: Law = (question, decision) =>
      decision.kind === 'deny' ||
      decision.targetId === null ||
      (decision.targetId === question.targetId &&
        isWithin(decision.scope, { kind: 'only', targetIds: [decision.targetId] }) &&
        isInScope(readRights(question), decision.targetId));
    expect(search(law)).toMatchObject(holds);
  });

  it('a hidden client and one that does not exist are answered alike', () => {
    const law: Law = (question, decision) =>
      question.asked.kind !== 'key' ||
      decision.kind === 'allow' ||
      JSON.stringify(decideAccess({ ...question, targetId: null })) === JSON.stringify(decision);
    expect(search(law)).toMatchObject(holds);
  });

  it('one more grant takes nothing away', () => {
    const found = fc.check(
      fc.property(
        arbitraryQuestion,
        arbitraryGrant,
        (question, more) =>
          decideAccess(question).kind === 'deny' ||
          decideAccess({ ...question, grants: [...question.grants, more] }).kind === 'allow',
      ),
    );
    expect(found).toMatchObject(holds);
  });
});
