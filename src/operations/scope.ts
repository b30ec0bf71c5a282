/** Which targets a reader may see. Every store read that a client could see takes one; there is no unscoped read. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly targetIds: readonly string[] };

export const everything: Scope = { kind: 'all' };
export const nothing: Scope = { kind: 'only', targetIds: [] };

export const isInScope = (scope: Scope, targetId: string): boolean =>
  scope.kind === 'all' || scope.targetIds.includes(targetId);

export const intersectScopes = (a: Scope, b: Scope): Scope => {
  if (a.kind === 'all') return b;
  if (b.kind === 'all') return a;
  return { kind: 'only', targetIds: a.targetIds.filter((id) => b.targetIds.includes(id)) };
};

/** True when everything `inner` shows is also shown by `outer`. */
export const isWithin = (inner: Scope, outer: Scope): boolean =>
  outer.kind === 'all' ||
  (inner.kind === 'only' && inner.targetIds.every((id) => outer.targetIds.includes(id)));
