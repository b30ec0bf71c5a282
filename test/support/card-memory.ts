/** Cards and effects kept in memory for tests of their sending, with a clock that tests move; no database, but the same rules. */

import { z } from 'zod';
import type { CardStore, CardWork } from '../../src/operations/card.ts';
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import type { EffectRecord, EffectStore } from '../../src/operations/effect.ts';
import type { Message } from '../../src/operations/message.ts';
import type { Operation } from '../../src/operations/operation.ts';

export interface MovedClock {
  readonly now: () => Date;
  readonly pass: (ms: number) => void;
}

export const createMovedClock = (start = new Date()): MovedClock => {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    pass: (ms) => {
      at += ms;
    },
  };
};

interface Row extends CardWork {
  readonly deliveredVersion: number;
  readonly nextAt: number;
  readonly leaseUntil: number;
  readonly trouble: string | null;
}

export interface CardMemory extends CardStore {
  readonly add: (
    work: Partial<CardWork> & { readonly cardId: string; readonly operation: Operation },
  ) => void;
  /** A newer picture is wanted. */
  readonly redraw: (cardId: string, change?: Partial<Operation>) => void;
  readonly read: (cardId: string) => Row;
}

export const createCardMemory = (now: () => Date): CardMemory => {
  const rows = new Map<string, Row>();
  const read = (cardId: string): Row => {
    const row = rows.get(cardId);
    if (!row) throw new Error(`no card ${cardId}`);
    return row;
  };
  const change = (cardId: string, set: Partial<Row>): Promise<void> => {
    rows.set(cardId, { ...read(cardId), ...set });
    return Promise.resolve();
  };
  const at = (): number => now().getTime();
  return {
    add: (work) =>
      void rows.set(work.cardId, {
        place: { team: 'T0ACUOPS00', channel: 'C0OPS', thread: null },
        posted: null,
        wantedVersion: 1,
        decisionVersion: 0,
        supersededBy: null,
        moved: null,
        createdAt: now(),
        deliveredVersion: 0,
        nextAt: 0,
        leaseUntil: 0,
        trouble: null,
        ...work,
      }),
    redraw: (cardId, set = {}) => {
      const row = read(cardId);
      rows.set(cardId, {
        ...row,
        wantedVersion: row.wantedVersion + 1,
        operation: { ...row.operation, ...set },
      });
    },
    read,
    claim: (_owner, leaseMs, limit) => {
      const due = [...rows.values()]
        .filter(
          (row) => row.wantedVersion > row.deliveredVersion && row.nextAt <= at() && row.leaseUntil <= at(),
        )
        .slice(0, limit);
      for (const row of due) void change(row.cardId, { leaseUntil: at() + leaseMs });
      return Promise.resolve(due);
    },
    renew: (cardId, _owner, leaseMs) => change(cardId, { leaseUntil: at() + leaseMs }),
    markPosted: (cardId, _owner, posted) => change(cardId, { posted }),
    markDelivered: (cardId, _owner, version, paceMs) =>
      change(cardId, { deliveredVersion: version, nextAt: at() + paceMs, leaseUntil: 0, trouble: null }),
    markTrouble: (cardId, _owner, trouble, waitMs) =>
      change(cardId, {
        trouble,
        leaseUntil: 0,
        ...(waitMs === null ? { deliveredVersion: read(cardId).wantedVersion } : { nextAt: at() + waitMs }),
      }),
    moveToDirect: (cardId, _owner, why, trouble) => {
      const row = read(cardId);
      return change(cardId, {
        place: { ...row.place, channel: `direct:${row.operation.actor.user}`, thread: null },
        posted: null,
        moved: { from: row.place.channel, why },
        leaseUntil: 0,
        nextAt: at(),
        trouble,
      });
    },
  };
};

export const createEffectMemory = (now: () => Date): EffectStore & { readonly all: () => EffectRecord[] } => {
  const byKey = new Map<string, EffectRecord>();
  const find = (id: string): EffectRecord => {
    const found = [...byKey.values()].find((effect) => effect.id === id);
    if (!found) throw new Error(`no effect ${id}`);
    return found;
  };
  return {
    all: () => [...byKey.values()],
    begin: (intent) => {
      const known = byKey.get(intent.key);
      if (known) return Promise.resolve({ kind: 'known', effect: known });
      const effect: EffectRecord = {
        id: `effect-${byKey.size + 1}`,
        key: intent.key,
        kind: intent.kind,
        state: 'intended',
        externalId: null,
        detail: intent.detail,
        intendedAt: now(),
        attempt: 1,
      };
      byKey.set(intent.key, effect);
      return Promise.resolve({ kind: 'go', effect });
    },
    beginAgain: (intent, effectId) => {
      const before = find(effectId);
      const effect: EffectRecord = {
        ...before,
        state: 'intended',
        attempt: before.attempt + 1,
        intendedAt: now(),
      };
      byKey.set(intent.key, effect);
      return Promise.resolve({ kind: 'go', effect });
    },
    settle: (effectId, state, externalId, detail) => {
      const before = find(effectId);
      byKey.set(before.key, { ...before, state, externalId, ...(detail === undefined ? {} : { detail }) });
      return Promise.resolve();
    },
  };
};

export const makeOperation = (set: Partial<Operation> = {}): Operation => ({
  id: 'op-1',
  spokenId: '7F3K2M',
  verb: 'work',
  input: null,
  actor: { team: 'T0ACUOPS00', user: 'U0ANN' },
  place: { kind: 'channel', team: 'T0ACUOPS00', channel: 'C0OPS' },
  scope: { kind: 'all' },
  state: 'open',
  step: 'look',
  memory: {},
  result: { seen: 0 },
  exit: null,
  fence: 1,
  wakeSeq: 0,
  deadlineAt: null,
  createdAt: new Date(0),
  finishedAt: null,
  ...set,
});

/** A long command whose picture is what its operation's result says. */
export const defineDrawn = (
  verb: string,
  render: (operation: Operation) => Message | Promise<Message> = (operation) => ({
    text: `picture ${JSON.stringify(operation.result)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `picture ${JSON.stringify(operation.result)}` } },
    ],
  }),
): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb,
    aliases: [],
    summary: `does ${verb}`,
    words: { positionals: [], flags: {} },
    example: verb,
    input: z.unknown(),
    permission: () => 'look',
    effect: 'none',
    asks: () => ({ kind: 'none' }),
    joinKey: () => null,
    firstStep: 'look',
    deadlineMs: null,
    steps: {},
    render: async ({ operation }) => render(operation),
    toJson: (operation) => operation.result,
  });
