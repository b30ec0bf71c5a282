// What the pretend Slack keeps: people, channels, messages, views, files and the calls it received.
// Shapes only; who may change them is decided in the methods.
import type { Json } from './json.ts';

export interface SlackWorld {
  readonly teamId?: string;
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    /** Set for people of another workspace (Slack Connect). */
    readonly teamId?: string;
    readonly isBot?: boolean;
    readonly email?: string;
  }[];
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly isPrivate?: boolean;
    readonly isExtShared?: boolean;
    readonly memberIds: readonly string[];
    readonly botIsMember: boolean;
  }[];
  readonly userGroups: readonly {
    readonly id: string;
    readonly handle: string;
    readonly userIds: readonly string[];
  }[];
  /** Left out: every scope of the table in `scopes.ts`. */
  readonly botScopes?: readonly string[];
}

export type Person = SlackWorld['people'][number];

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isExtShared: boolean;
  readonly isArchived: boolean;
  /** Set for the bot's direct conversation with this person. */
  readonly dmUserId?: string;
  readonly memberIds: ReadonlySet<string>;
}

export interface StoredMessage {
  readonly channelId: string;
  readonly ts: string;
  readonly userId: string;
  readonly isBot: boolean;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
  readonly threadTs?: string;
  /** A thread reply that the channel shows too. */
  readonly isBroadcast: boolean;
  readonly metadata?: Json;
  readonly editedTs?: string;
  readonly fileIds: readonly string[];
  readonly reactions: readonly { readonly name: string; readonly userIds: readonly string[] }[];
  /** What the blocks were before each update, oldest first: a click on an old picture still names them. */
  readonly earlierBlocks: readonly (readonly Json[])[];
}

export interface StoredEphemeral {
  readonly channelId: string;
  readonly ts: string;
  readonly userId: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly threadTs?: string;
  readonly via: 'method' | 'response_url' | 'ack';
}

export interface StoredView {
  readonly id: string;
  readonly userId: string;
  readonly kind: 'modal' | 'home';
  readonly hash: string;
  readonly callbackId: string;
  readonly externalId: string;
  readonly privateMetadata: string;
  readonly title: string;
  readonly blocks: readonly Json[];
  readonly rootId: string;
  readonly previousId?: string;
  /** The view as Slack would send it, without `state`. */
  readonly json: Json;
  /** What the bot answered to the last submission: block id to text. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly bytes: Buffer;
  readonly channelId?: string;
  readonly threadTs?: string;
  readonly comment: string;
}

export interface ApiCall {
  readonly method: string;
  readonly at: number;
  /** The HTTP status sent; 0 while there is none, and for ever where a fault swallowed the answer. */
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  /** Without the token. */
  readonly args: Json;
}

/** A method's refusal, answered as Slack does: HTTP 200 with `ok: false`. */
export class SlackRefusal extends Error {
  readonly error: string;
  readonly extra: Json;
  constructor(error: string, extra: Json = {}) {
    super(`Slack refused: ${error}`);
    this.error = error;
    this.extra = extra;
  }
}
