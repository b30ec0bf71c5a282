/** How a command is declared. Slack handler, help, CLI verb, `--json`, usage error and audit all follow from these definitions. */
import type { z } from 'zod';
import type { Audience, Grant } from '../policy/access.ts';
import type { Actor, Place } from './call.ts';
import type { Json } from './json.ts';
import type { Message } from './message.ts';
import type { ItemContext, Operation, Step } from './operation.ts';
import type { ExitCode, Refusal } from './refusal.ts';
import type { Scope } from './scope.ts';
import type { Tx } from './tx.ts';

/** What the command may change: nothing, our own record, or the outside world (then it stands under the killswitch). */
export type Effect = 'none' | 'record' | 'outside';

/** What a person must be allowed: see `policy/access.ts` for which role has which. */
export type Permission =
  | 'look'
  | 'ask-status'
  | 'operate'
  | 'decide'
  | 'administer'
  /** The desk's own upkeep, which no person's role includes. */
  | 'tend';

interface Word {
  readonly name: string;
  readonly about: string;
  readonly required?: boolean;
}

/** How words become raw input: positionals in order, then either flags by name or free text. */
export type WordSpec = { readonly positionals: readonly Word[] } & (
  | {
      readonly flags: Readonly<Record<string, { readonly kind: 'switch' | 'text'; readonly about: string }>>;
      readonly rest?: never;
    }
  /** Everything after the positionals as it was typed, dashes and quotation marks too: so there are no flags. */
  | { readonly rest: Word; readonly flags: Readonly<Record<string, never>> }
);

/** Which targets a call names. */
export type Asked =
  /** Concerns no target and shows nothing of one: help, whoami. */
  | { readonly kind: 'none' }
  /** Concerns the desk as a whole: never shown where a client reads. */
  | { readonly kind: 'desk' }
  /** Whatever the actor and the place may see. */
  | { readonly kind: 'visible' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'tier'; readonly tier: string };

interface CommandBase<I> {
  readonly verb: string;
  readonly aliases: readonly string[];
  /** One line for help. */
  readonly summary: string;
  readonly words: WordSpec;
  /** A whole line that works, without the slash command: `health heritage --fresh`. */
  readonly example: string;
  readonly input: z.ZodType<I>;
  readonly permission: (input: I) => Permission;
  readonly effect: Effect;
  readonly asks: (input: I) => Asked;
  /** `team`: its card never stands where others read, not even in the channel of the client that it is about. Left out: whoever may see that client. */
  readonly readers?: 'team';
  /** Where it may be asked; default Slack and terminal. Tokens are never shown in Slack history. `button`: by a press on a card, or in a window that such a press opened; for whoever types there is no such command. */
  readonly only?: 'slack' | 'terminal' | 'button';
  /** Asked by the desk's own timer and by nobody else: to people it does not exist. */
  readonly hidden?: true;
  /** Values of the input that never go to the audit or to an operation's row. */
  readonly redact?: readonly string[];
}

export interface NowContext {
  readonly tx: Tx;
  readonly operationId: string;
  readonly spokenId: string;
  readonly actor: Actor;
  readonly place: Place;
  readonly via: string;
  /** Rights of the actor within the place's audience. */
  readonly scope: Scope;
  /** What the asked key resolved to, where the command names a target; within `scope` always. */
  readonly targetId: string | null;
  /** As they were read for this call: a command that asked again would wait for Slack, or for a second connection, inside the transaction. */
  readonly grants: readonly Grant[];
  readonly audience: Audience;
  /** The card whose button asked for this, if one did and the press decides nothing about the card itself. */
  readonly pressed: string | null;
  readonly now: Date;
}

/** A private answer: ephemeral in Slack, text or JSON in a terminal. */
export interface Answer {
  readonly kind: 'answer';
  readonly message: Message;
  readonly data: Json;
  readonly exit: ExitCode;
  /** Shown once and never stored: a replayed delivery does not get it again. */
  readonly secret?: string;
  /** What the audit row says happened, beside verb and input. */
  readonly audit?: Json;
  /** Of a file that is made of `readRows` wherever it is handed out, and kept nowhere. */
  readonly file?: { readonly name: string; readonly title: string };
  /** The client that was acted on, where the request asked for the desk as a whole: it stands in that client's record too. */
  readonly targetId?: string | null;
}

/** Answered at once, inside the request's transaction: a read, or a change of our own record. */
export interface NowCommand<I> extends CommandBase<I> {
  readonly kind: 'now';
  readonly run: (context: NowContext, input: I) => Promise<Answer | Refusal>;
  /** Pages of rows, without secrets, for an answer with `file`. For the same operation they are the same at any time. */
  readonly readRows?: (operation: Operation) => AsyncIterable<readonly Json[]>;
}

export interface CardView {
  readonly now: Date;
  readonly zone: string;
  readonly cardId: string;
  /** Version that the card's buttons carry; changes with the thing decided. */
  readonly version: number;
  readonly operation: Operation;
  /** Spoken id of the operation that took this card's place, if any. */
  readonly supersededBy: string | null;
  /** False where people outside the team read it: names of the team stay out. */
  readonly internal: boolean;
}

/** Takes time or reaches outside: a recorded operation, carried out in steps by a worker, shown by a card. */
export interface LongCommand<I> extends CommandBase<I> {
  readonly kind: 'long';
  /** Open operations with the same key are joined instead of started again; null never joins. */
  readonly joinKey: (input: I, scope: Scope) => string | null;
  readonly firstStep: string;
  readonly deadlineMs: number | null;
  readonly steps: Readonly<Record<string, Step>>;
  readonly items?: (context: ItemContext) => Promise<Json>;
  /** Facts that the picture needs beside the operation (claims, say) are read by the command itself. */
  readonly render: (view: CardView) => Promise<Message>;
  readonly toJson: (operation: Operation) => Json;
}

export type Command<I = never> = NowCommand<I> | LongCommand<I>;

/** A command with its input type forgotten: what lists and doors handle. Made by `defineCommand` only. */
export type AnyCommand = Command<unknown>;

/** Forgets the input type. Sound because every caller passes input through the same command's schema first. */
export const defineCommand = <I>(command: NowCommand<I> | LongCommand<I>): AnyCommand =>
  command as unknown as AnyCommand;
