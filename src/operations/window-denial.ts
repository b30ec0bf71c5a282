/** A window that was refused never came to the request door; its denial is written into the record all the same, once for each press. */
import { isTaken } from '../errors.ts';
import type { Actor, Place } from './call.ts';
import type { RequestStore } from './ports.ts';

export interface WindowDenial {
  /** Of the press: a replay of it is not written twice. */
  readonly deliveryKey: string;
  readonly actor: Actor;
  readonly place: Place;
  readonly verb: string;
  /** What would have been opened: `details`, `note`. */
  readonly window: string;
  readonly reason: 'no-role' | 'not-allowed';
  /** As the element named it; it may name none, or one that is gone. */
  readonly targetKey: string | null;
}

/** @throws AcuopsError `store-unavailable`: then nothing was written, and the person is told so instead. */
export type RecordWindowDenial = (denial: WindowDenial) => Promise<void>;

export const createWindowDenialRecord =
  (store: Pick<RequestStore, 'untied' | 'resolveTarget' | 'appendAudit'>): RecordWindowDenial =>
  async ({ targetKey, window, reason, ...head }) => {
    try {
      await store.untied(async (tx) => {
        const targetId = targetKey === null ? null : await store.resolveTarget(tx, targetKey);
        const detail = { reason, window };
        await store.appendAudit(tx, {
          ...head,
          via: 'slack',
          event: 'denied',
          operationId: null,
          targetId,
          detail,
        });
      });
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  };
