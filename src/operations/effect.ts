/** The one door for outside calls that change something: written down before, settled by looking when the answer is lost, never sent twice on a guess. */
import type { Json } from './json.ts';
import { offer } from './offer.ts';
import type { Operation } from './operation.ts';

export type EffectState = 'intended' | 'confirmed' | 'rejected' | 'ambiguous';

export interface EffectRecord {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly state: EffectState;
  readonly externalId: string | null;
  readonly detail: Json;
  readonly intendedAt: Date;
  readonly attempt: number;
}

export interface EffectIntent {
  /** Unique for ever: the same key is the same effect. */
  readonly key: string;
  readonly kind: string;
  /** Whose lease must still hold: checked in the transaction that writes the intent. null for the notifier, which has its own lease. */
  readonly holder:
    | { readonly operation: Operation }
    | { readonly operationId: string; readonly itemKey: string; readonly fence: number }
    | null;
  readonly operationId: string | null;
  readonly targetId: string | null;
  /** What it acts on; with `exclusiveMs` nothing else of this kind may be unsettled on it for that long. */
  readonly subject: string;
  readonly exclusiveMs?: number;
  /** Reading and posting go on under the killswitch; everything else stops. */
  readonly underKillswitch: 'stops' | 'goes-on';
  readonly detail: Json;
}

export type Begun =
  | { readonly kind: 'go'; readonly effect: EffectRecord }
  | { readonly kind: 'known'; readonly effect: EffectRecord }
  | { readonly kind: 'stopped'; readonly say: string }
  | { readonly kind: 'held'; readonly until: Date };

export interface EffectStore {
  /** One transaction: killswitch (unreadable counts as on), fence of the holder, others on the subject, then `intended`. @throws AcuopsError `fenced` */
  readonly begin: (intent: EffectIntent) => Promise<Begun>;
  /** The same checks for a known effect whose attempt was surely not done: attempt + 1, intended again; `known` where somebody else was first. */
  readonly beginAgain: (intent: EffectIntent, effectId: string, attempt: number) => Promise<Begun>;
  readonly settle: (
    effectId: string,
    state: EffectState,
    externalId: string | null,
    detail?: Json,
  ) => Promise<void>;
}

/** What a call that came back says. A throw means nobody knows: ambiguous. */
export type Sent =
  | { readonly kind: 'confirmed'; readonly externalId: string | null; readonly detail?: Json }
  | { readonly kind: 'rejected'; readonly say: string; readonly detail?: Json };

/** What looking says about an effect whose answer is unknown. */
export type Looked =
  | { readonly kind: 'found'; readonly externalId: string | null }
  /** Certain that it was not done. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly until: Date | null };

export interface EffectActions {
  readonly send: (effect: EffectRecord) => Promise<Sent>;
  readonly look: (effect: EffectRecord) => Promise<Looked>;
}

export type EffectResult =
  | { readonly kind: 'confirmed'; readonly externalId: string | null; readonly effect: EffectRecord }
  | { readonly kind: 'rejected'; readonly say: string }
  | { readonly kind: 'stopped'; readonly say: string }
  | { readonly kind: 'held'; readonly until: Date }
  /** Not to be decided now; `until` says when looking again makes sense, null means only a person can tell. */
  | { readonly kind: 'unclear'; readonly until: Date | null; readonly cause?: unknown };

export interface EffectDoor {
  readonly perform: (intent: EffectIntent, actions: EffectActions) => Promise<EffectResult>;
  /** An ambiguous effect whose answer came after all. */
  readonly confirmLate: (effectId: string, detail?: Json) => Promise<void>;
}

/** A sent effect whose outcome is forgotten has to be settled by looking, or holds its subject: so the outcome waits this long for the store. */
const settlePatienceMs = 30_000;

export const createEffectDoor = (store: EffectStore): EffectDoor => {
  const settle: EffectStore['settle'] = (...outcome) =>
    offer(() => store.settle(...outcome), AbortSignal.timeout(settlePatienceMs));

  const send = async (effect: EffectRecord, actions: EffectActions): Promise<EffectResult> => {
    let sent: Sent;
    try {
      sent = await actions.send(effect);
    } catch (cause) {
      await settle(effect.id, 'ambiguous', null);
      return { kind: 'unclear', until: null, cause };
    }
    if (sent.kind === 'confirmed') {
      await settle(effect.id, 'confirmed', sent.externalId, sent.detail);
      return {
        kind: 'confirmed',
        externalId: sent.externalId,
        effect: { ...effect, detail: sent.detail ?? effect.detail },
      };
    }
    await settle(effect.id, 'rejected', null, sent.detail ?? { say: sent.say });
    return { kind: 'rejected', say: sent.say };
  };

  const resume = async (
    intent: EffectIntent,
    effect: EffectRecord,
    actions: EffectActions,
  ): Promise<EffectResult> => {
    if (effect.state === 'confirmed') return { kind: 'confirmed', externalId: effect.externalId, effect };
    if (effect.state === 'rejected') return { kind: 'rejected', say: readSay(effect.detail) };
    const looked = await actions.look(effect);
    if (looked.kind === 'unclear') return { kind: 'unclear', until: looked.until };
    if (looked.kind === 'found') {
      await settle(effect.id, 'confirmed', looked.externalId);
      return { kind: 'confirmed', externalId: looked.externalId, effect };
    }
    const again = await store.beginAgain(intent, effect.id, effect.attempt);
    if (again.kind !== 'go') return again.kind === 'known' ? { kind: 'unclear', until: null } : again;
    return send(again.effect, actions);
  };

  return {
    perform: async (intent, actions) => {
      const begun = await store.begin(intent);
      if (begun.kind === 'go') return send(begun.effect, actions);
      if (begun.kind === 'known') return resume(intent, begun.effect, actions);
      return begun;
    },
    confirmLate: (effectId, detail) => settle(effectId, 'confirmed', null, detail),
  };
};

const readSay = (detail: Json): string => {
  if (detail !== null && typeof detail === 'object' && 'say' in detail && typeof detail['say'] === 'string')
    return detail['say'];
  return 'it was refused before';
};
