/** What a button, a select or a form of ours means: declared beside the commands, carried out by the edge that received the press. */
import type { Audience, Grant } from '../policy/access.ts';
import type { Actor, Place } from './call.ts';
import type { Refusal } from './refusal.ts';

/** A press, as far as it can be trusted: who, where, and the opaque id and version that the element carried. */
export interface Click {
  readonly actor: Actor;
  readonly place: Place;
  readonly card: { readonly id: string; readonly version: number };
  /** Key of the one target that was chosen, where the element named one. Re-read and re-authorised, never believed. */
  readonly targetKey: string | null;
  /** Of the thing that the pressed element was drawn for, where it carries one. */
  readonly stamp?: string | undefined;
}

/** A form that was sent. Values by block id: text, the chosen option's value, several of them, or null for empty. */
export interface Submission {
  readonly actor: Actor;
  readonly place: Place;
  readonly card: Click['card'] | null;
  /** What the form's view held in `private_metadata`: opaque ids only. */
  readonly memo: string;
  readonly values: Readonly<Record<string, string | readonly string[] | null>>;
}

/** What a press asks the request door for. */
export interface Ask {
  readonly kind: 'ask';
  readonly verb: string;
  readonly input: unknown;
  /** `take-over` and `decide` count once per version of the card; `leave` does not touch it. */
  readonly onCard: 'take-over' | 'decide' | 'leave';
}

/** Input at fault, by block id; plain text, shown under that field. */
export interface FieldFaults {
  readonly kind: 'faulty';
  readonly faults: Readonly<Record<string, string>>;
}

/** A window for one person. Rules do not look into it; what it says in `private_metadata` comes back as `memo`. */
export interface Modal {
  readonly kind: 'modal';
  readonly view: object;
}

/** Rights read at the click; a window is seen by the actor alone. */
export interface ViewAccess {
  readonly grants: readonly Grant[];
  readonly audience: Audience;
}

export type ActionDefinition =
  /** Asks the door; the answer is a card or a private line. */
  | { readonly kind: 'ask'; readonly id: string; readonly toCall: (click: Click) => Promise<Ask | Refusal> }
  /** Asks the door and shows its answer in a window. */
  | {
      readonly kind: 'show';
      readonly id: string;
      readonly title: string;
      readonly toCall: (click: Click) => Promise<Ask | Refusal>;
    }
  /** Opens a window without asking the door: forms. `render` decides by `access` what it may show. */
  | {
      readonly kind: 'view';
      readonly id: string;
      readonly title: string;
      readonly render: (click: Click, access: ViewAccess) => Promise<Modal | Refusal>;
    };

export interface SubmissionDefinition {
  readonly callbackId: string;
  /** The block that a refused input is shown under. */
  readonly faultBlock: string;
  readonly toCall: (submission: Submission) => Promise<Ask | Refusal | FieldFaults>;
}

export interface ActionList {
  readonly findAction: (id: string) => ActionDefinition | undefined;
  readonly findSubmission: (callbackId: string) => SubmissionDefinition | undefined;
}

/** @throws Error where two definitions claim one id: a fault of ours, found at start. */
export const createActionList = (
  actions: readonly ActionDefinition[],
  submissions: readonly SubmissionDefinition[],
): ActionList => {
  const byId = toMap(actions.map((action) => [action.id, action] as const));
  const byCallback = toMap(submissions.map((submission) => [submission.callbackId, submission] as const));
  return {
    findAction: (id) => byId.get(id),
    findSubmission: (callbackId) => byCallback.get(callbackId),
  };
};

const toMap = <T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> => {
  const map = new Map<string, T>();
  for (const [id, value] of entries) {
    if (map.has(id)) throw new Error(`two actions answer to "${id}"`);
    map.set(id, value);
  }
  return map;
};
