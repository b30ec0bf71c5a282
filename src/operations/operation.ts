/** What an operation, its items and its steps are: states and lawful moves. No I/O; the store keeps them, the engine moves them. */
import type { Actor, Place } from './call.ts';
import type { Json, JsonObject } from './json.ts';
import type { ExitCode, Refusal } from './refusal.ts';
import type { Scope } from './scope.ts';

export type OperationState = 'open' | 'done' | 'refused' | 'failed';

export interface Operation {
  readonly id: string;
  /** Six Crockford characters that a person can read out. */
  readonly spokenId: string;
  readonly verb: string;
  readonly input: Json;
  readonly actor: Actor;
  readonly place: Place;
  /** What the rendered result may show: rights of the actor within the place's audience, frozen when asked. */
  readonly scope: Scope;
  readonly state: OperationState;
  readonly step: string;
  /** What the last step handed on. */
  readonly memory: JsonObject;
  readonly result: Json;
  readonly exit: ExitCode | null;
  readonly fence: number;
  readonly wakeSeq: number;
  readonly deadlineAt: Date | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** One of N independent parts of a step; any worker may carry it out. */
export interface Item {
  readonly operationId: string;
  readonly key: string;
  /** Shared limit it counts against, for instance `github` or `instance:<id>`. */
  readonly limitKey: string;
  readonly input: Json;
  readonly fence: number;
  readonly attempt: number;
  readonly deadlineAt: Date;
}

export interface ItemPlan {
  readonly key: string;
  readonly limitKey: string;
  readonly input: Json;
}

export type ItemState = 'open' | 'done' | 'timed-out';

export interface ItemResult {
  readonly key: string;
  readonly state: ItemState;
  /** null while open or when timed out. */
  readonly result: Json;
}

/** What a step answers after it looked at the world. */
export type StepOutcome =
  | { readonly kind: 'done'; readonly result: Json; readonly exit: ExitCode }
  | { readonly kind: 'next'; readonly step: string; readonly memory: JsonObject; readonly result?: Json }
  | { readonly kind: 'wait'; readonly until: Date; readonly memory: JsonObject; readonly result?: Json }
  | {
      readonly kind: 'fan';
      readonly items: readonly ItemPlan[];
      /** Open items become `timed-out` then. */
      readonly deadline: Date;
      /** The step that joins; it is also run for progress while items are open. */
      readonly step: string;
      readonly memory: JsonObject;
      readonly result?: Json;
    }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

export interface StepContext {
  readonly operation: Operation;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Items of this operation, whole; for joins. */
  readonly items: () => Promise<readonly ItemResult[]>;
}

export type Step = (context: StepContext) => Promise<StepOutcome>;

export interface ItemContext {
  readonly operation: Operation;
  readonly item: Item;
  readonly now: () => Date;
  /** Fires at the item's deadline or when the desk stops. */
  readonly signal: AbortSignal;
}
