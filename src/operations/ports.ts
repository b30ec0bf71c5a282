/** What the doors and the engine need from a store. `store` satisfies these; tests with a real database prove it. */
import type { Audience, Grant } from '../policy/access.ts';
import type { AuditEvent } from './audit.ts';
import type { Actor, Place } from './call.ts';
import type { Permission } from './command.ts';
import type { Json, JsonObject } from './json.ts';
import type { Message } from './message.ts';
import type { Item, ItemPlan, ItemResult, Operation, OperationState } from './operation.ts';
import type { ExitCode } from './refusal.ts';
import type { Scope } from './scope.ts';
import type { Tx } from './tx.ts';

export interface NewOperation {
  readonly id: string;
  /** Kept unique: with one that is taken nothing is written. */
  readonly spokenId: string;
  readonly deliveryKey: string;
  readonly verb: string;
  readonly input: Json;
  readonly actor: Actor;
  readonly place: Place;
  readonly scope: Scope;
  readonly targetId: string | null;
  readonly joinKey: string | null;
  readonly state: OperationState;
  readonly step: string;
  readonly deadlineMs: number | null;
  /** Of a command that is answered at once. */
  readonly answer: StoredAnswer | null;
  readonly exit: ExitCode | null;
}

/** What a request leaves behind where it starts or answers something: all of it or nothing. */
export interface NewRecord {
  readonly operation: NewOperation;
  readonly audit: Omit<NewAuditRow, 'operationId'>;
  /** Its card, if it has one from the start. */
  readonly card: { readonly place: CardPlace; readonly for: Actor } | null;
}

export interface NewAuditRow {
  /** Of the request that it records: unique, so that a delivery is recorded once. */
  readonly deliveryKey?: string | undefined;
  readonly actor: Actor;
  readonly place: Place;
  readonly via: string;
  readonly event: AuditEvent;
  readonly verb: string;
  readonly operationId: string | null;
  readonly targetId: string | null;
  readonly detail: Json;
}

export interface CardPlace {
  readonly team: string;
  /** Channel id, or `direct:<user>` for the actor's DM, which the sender opens. */
  readonly channel: string;
  readonly thread: string | null;
}

export interface StoredAnswer {
  readonly message: Message | null;
  readonly data: Json;
  /** Of the answer: the file itself is not stored. */
  readonly file?: { readonly name: string; readonly title: string } | undefined;
}

/** What a delivery led to when it came first. */
export interface Delivery {
  readonly actor: string;
  readonly verb: string;
  readonly event: string;
  readonly detail: Json;
  /** null where it was denied. */
  readonly operation: Operation | null;
  readonly where: 'place' | 'direct';
}

/** Writes of the request door: all of one request in one transaction, or in one statement. */
export interface RequestStore {
  /** `work` is run again where it lost to another at the same moment. */
  readonly transact: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Each statement stands for itself, so `work` reads as it likes and writes once, at its end. It is run again where a connection was dead. */
  readonly untied: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** What this delivery already led to, if it came before. Until the transaction ends, the same delivery waits here. */
  readonly findDelivery: (tx: Tx, deliveryKey: string) => Promise<Delivery | null>;
  /**
   * Writes all three in one statement. null, and nothing written, where the delivery or spoken id exists or the join key is taken by an open one.
   * @throws AcuopsError `taken` where the delivery was recorded without an operation of its own
   */
  readonly record: (tx: Tx, record: NewRecord) => Promise<Operation | null>;
  readonly findOpenByJoinKey: (tx: Tx, joinKey: string) => Promise<Operation | null>;
  /** @throws AcuopsError `taken` where its delivery is recorded already */
  readonly appendAudit: (tx: Tx, row: NewAuditRow) => Promise<void>;
  /** One card per operation and place; the second call for the same pair changes nothing. */
  readonly addCard: (tx: Tx, operationId: string, place: CardPlace, actor: Actor) => Promise<void>;
  /** Compare-and-set on the version a button carried; won, the card is drawn again with the next one. A card of another place is missing. */
  readonly decideOnCard: (
    tx: Tx,
    card: { readonly id: string; readonly version: number },
    place: Place,
  ) => Promise<'won' | 'lost' | 'missing'>;
  /** The newest card of its place moves to another operation; an older one is marked superseded by it. */
  readonly takeOverCard: (tx: Tx, cardId: string, operation: Operation) => Promise<'moved' | 'superseded'>;
  readonly resolveTarget: (tx: Tx, key: string) => Promise<string | null>;
}

export interface Access {
  readonly grants: readonly Grant[];
  readonly audience: Audience;
}

export interface AccessReader {
  /** Everything that matches the actor now (admins of the configuration, rules by user, group and team), and what the place may see. Throws where a group cannot be read and nothing else matches. */
  readonly readAccess: (
    actor: Actor,
    place: Place,
    /** Membership that could give this permission is asked anew; any other may be a minute old. */
    options?: { readonly freshFor?: Permission },
  ) => Promise<Access>;
}

/** A claimed operation: every write below carries its fence and does nothing when the fence moved. */
export interface EngineStore {
  readonly claimDue: (owner: string, leaseMs: number, limit: number) => Promise<readonly Operation[]>;
  readonly claimOne: (owner: string, leaseMs: number, operationId: string) => Promise<Operation | null>;
  /** Only what is at work: a lease whose holder forgot it (an answer was lost) must run out. */
  readonly renewLeases: (owner: string, leaseMs: number, held: Held) => Promise<void>;
  /** Gives back what this owner holds, due at once; called on an orderly stop. */
  readonly releaseLeases: (owner: string) => Promise<void>;
  readonly saveStep: (operation: Operation, save: SaveStep) => Promise<'saved' | 'woken'>;
  readonly readItems: (operationId: string) => Promise<readonly ItemResult[]>;
  readonly takeItems: (
    owner: string,
    leaseMs: number,
    limit: number,
  ) => Promise<readonly { item: Item; operation: Operation }[]>;
  readonly finishItem: (item: Item, result: Json) => Promise<{ readonly lastOne: boolean }>;
  /** Given back for another try; where the lease was lost nothing happens. */
  readonly releaseItem: (item: Item, dueInMs: number) => Promise<void>;
}

/** What one worker is carrying out at this moment. */
export interface Held {
  readonly operations: readonly Pick<Operation, 'id' | 'fence'>[];
  readonly items: readonly Pick<Item, 'operationId' | 'key' | 'fence'>[];
}

/** What a step's outcome changes, written in one transaction under the fence; always releases the lease. */
export interface SaveStep {
  readonly state: OperationState;
  readonly step: string;
  readonly memory: JsonObject;
  readonly result?: Json | undefined;
  readonly exit: ExitCode | null;
  /** When to look again; null when finished. */
  readonly dueAt: Date | null;
  readonly newItems: readonly ItemPlan[];
  readonly itemsDeadline: Date | null;
  /** True where the card must be drawn again. */
  readonly redraw: boolean;
  readonly audit: Json | null;
}
