/** Who may do what: roles, what each role may, and the decision for one call. Pure; no matching rule means deny. */
import type { Asked, Permission } from '../operations/command.ts';
import type { Scope } from '../operations/scope.ts';
import { intersectScopes, isInScope, isWithin, nothing } from '../operations/scope.ts';

export const roles = ['viewer', 'operator', 'approver', 'admin', 'contact'] as const;
export type Role = (typeof roles)[number];

/** What one rule that matched an actor grants. Only `contact` is bound to targets. */
export interface Grant {
  /** `desk` is the desk itself, tending its own house; no rule can give it to anybody. */
  readonly role: Role | 'desk';
  readonly targetIds: readonly string[] | null;
}

const allowed: Readonly<Record<Grant['role'], readonly Permission[]>> = {
  viewer: ['look', 'ask-status'],
  operator: ['look', 'ask-status', 'operate'],
  approver: ['look', 'ask-status', 'operate', 'decide'],
  admin: ['look', 'ask-status', 'operate', 'decide', 'administer'],
  contact: ['ask-status'],
  desk: ['tend'],
};

/** The scope that an actor has a permission for: all targets, some, or none. */
export const decideRights = (grants: readonly Grant[], permission: Permission): Scope => {
  const matching = grants.filter((grant) => allowed[grant.role].includes(permission));
  if (matching.some((grant) => grant.targetIds === null && grant.role !== 'contact')) return { kind: 'all' };
  return { kind: 'only', targetIds: [...new Set(matching.flatMap((grant) => grant.targetIds ?? []))] };
};

export const mayGive = (role: Role, permission: Permission): boolean => allowed[role].includes(permission);

/** True where the others already allow all that this one does. */
export const isCovered = (grant: Grant, others: readonly Grant[]): boolean =>
  allowed[grant.role].every((permission) =>
    isWithin(decideRights([grant], permission), decideRights(others, permission)),
  );

/** What a place shows to everybody in it. */
export type Audience =
  | { readonly kind: 'private' }
  /** An internal channel of ours that is mapped to no client. */
  | { readonly kind: 'team' }
  /** A channel mapped to a client, or shared with another organisation: that client only, or nothing. */
  | { readonly kind: 'shared'; readonly targetIds: readonly string[] };

export const toAudienceScope = (audience: Audience): Scope =>
  audience.kind === 'shared' ? { kind: 'only', targetIds: audience.targetIds } : { kind: 'all' };

export type AccessDecision =
  | { readonly kind: 'deny'; readonly reason: 'no-role' | 'not-allowed' | 'other-target' }
  /** `where` says whether the answer may be shown in the place or must go to the actor alone. */
  | {
      readonly kind: 'allow';
      readonly scope: Scope;
      readonly targetId: string | null;
      readonly where: 'place' | 'direct';
    };

export interface AccessQuestion {
  readonly grants: readonly Grant[];
  readonly permission: Permission;
  readonly asked: Asked;
  readonly audience: Audience;
  /** The asked key resolved against ALL targets; null where it names none that exists. */
  readonly targetId: string | null;
}

/**
 * Rights of the actor, within the audience of the place.
 * A named target outside the place's audience is answered to the actor alone; an unnamed one shows what the place may see.
 * A target that does not exist and one that is hidden are told apart by nobody without the right to all.
 */
export const decideAccess = (question: AccessQuestion): AccessDecision => {
  const { grants, permission, asked, audience, targetId } = question;
  if (grants.length === 0) return { kind: 'deny', reason: 'no-role' };
  const rights = decideRights(grants, permission);
  if (isWithin(rights, nothing)) return { kind: 'deny', reason: 'not-allowed' };
  const shown = toAudienceScope(audience);
  const whole = { kind: 'allow', scope: rights, targetId: null } as const;
  const atDesk = { ...whole, where: shown.kind === 'all' ? 'place' : 'direct' } as const;
  switch (asked.kind) {
    case 'key':
      return decideOne(rights, targetId, shown) ?? atDesk;
    case 'none':
      return { ...whole, scope: intersectScopes(rights, shown), where: 'place' };
    case 'desk':
      return rights.kind === 'all' ? atDesk : { kind: 'deny', reason: 'not-allowed' };
    case 'visible':
    case 'tier':
      return decideMany(rights, shown);
  }
};

/** A place that may see none of the actor's targets shows nothing: the actor is answered alone. */
const decideMany = (rights: Scope, shown: Scope): AccessDecision => {
  const scope = intersectScopes(rights, shown);
  return isWithin(scope, nothing)
    ? { kind: 'allow', scope: rights, targetId: null, where: 'direct' }
    : { kind: 'allow', scope, targetId: null, where: 'place' };
};

/** null where no such target exists and the actor may know that. */
const decideOne = (rights: Scope, targetId: string | null, shown: Scope): AccessDecision | null => {
  if (targetId === null || !isInScope(rights, targetId))
    return rights.kind === 'all' ? null : { kind: 'deny', reason: 'other-target' };
  const where = isInScope(shown, targetId) ? 'place' : 'direct';
  return { kind: 'allow', scope: { kind: 'only', targetIds: [targetId] }, targetId, where };
};
