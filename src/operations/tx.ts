/** A transaction handle that rules and commands pass on without knowing what is behind it; the store alone can open it. */
export interface Tx {
  readonly kind: 'tx';
}
