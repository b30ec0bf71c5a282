/** Who asked, where, and what for. Edges make these values; past an edge nobody knows Slack's or HTTP's shapes. */

/** Identity is the pair, never a name. The desk's own machine user has team `local`. */
export interface Actor {
  readonly team: string;
  readonly user: string;
}

export interface Place {
  readonly kind: 'channel' | 'dm' | 'terminal';
  readonly team: string;
  /** Slack channel id; `terminal` for the CLI. */
  readonly channel: string;
  /** Thread the call was made in, if any: the card answers there. */
  readonly thread?: string | undefined;
}

/** A person's wish before access is decided. `deliveryKey` is unique per delivery: a replay finds the first operation. */
export interface Call {
  readonly deliveryKey: string;
  readonly via: 'slack' | 'http' | 'socket' | 'timer';
  readonly actor: Actor;
  readonly place: Place;
  readonly verb: string;
  /** Raw input, read from words or built by a button; the command's schema judges it. */
  readonly input: unknown;
  /** Set when a button or modal of a card asked: the version decided on, compared and set in the request's transaction. */
  readonly card?: { readonly id: string; readonly version: number; readonly takeOver: boolean } | undefined;
  /** Id of the card that was pressed where nothing is decided about the card: it is drawn again where it shows what changed. */
  readonly pressed?: string | undefined;
}

export const formatActor = (actor: Actor): string => `${actor.team}:${actor.user}`;
export const isSameActor = (a: Actor, b: Actor): boolean => a.team === b.team && a.user === b.user;
