/**
 * The real request door over a real database, with people whose rights are given by hand: one person per role, and whatever a test adds.
 * Lines are read as an edge reads them, so that usage errors come out too.
 */
import { type Actor, type Call, formatActor, type Place } from '../../src/operations/call.ts';
import type { Answer, AnyCommand } from '../../src/operations/command.ts';
import type { AccessReader } from '../../src/operations/ports.ts';
import type { Refusal } from '../../src/operations/refusal.ts';
import { createRequestDoor, type Receipt, type RequestDoor } from '../../src/operations/request.ts';
import { everything } from '../../src/operations/scope.ts';
import { type CommandList, createCommandList, parseTyped } from '../../src/operations/words.ts';
import type { Audience, Grant } from '../../src/policy/access.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { readAudit } from '../../src/store/audit-store.ts';
import type { Database } from '../../src/store/database.ts';
import { createRequestStore } from '../../src/store/request-store.ts';

const team = 'T0DESK';

/** Who can be asked as; `outsider` has no grant. */
export const people = {
  viewer: { team, user: 'U0VIEWER' },
  operator: { team, user: 'U0OPERATOR' },
  approver: { team, user: 'U0APPROVER' },
  admin: { team, user: 'U0ADMIN' },
  contact: { team: 'T0CLIENT', user: 'U0CONTACT' },
  outsider: { team, user: 'U0OUTSIDER' },
} as const satisfies Record<string, Actor>;

export type Person = keyof typeof people;

/** An internal channel that belongs to no client. */
export const opsChannel: Place = { kind: 'channel', team, channel: 'C0OPS' };
export const terminal: Place = { kind: 'terminal', team: 'local', channel: 'terminal' };

const toGrants = (
  role: 'viewer' | 'operator' | 'approver' | 'admin',
): readonly [string, readonly Grant[]] => [formatActor(people[role]), [{ role, targetIds: null }]];

export interface Ask {
  readonly as?: Person | Actor;
  readonly place?: Place;
  readonly via?: Call['via'];
  /** Default: a new one each time. The same one again is a replay. */
  readonly key?: string;
  readonly card?: Call['card'];
  readonly pressed?: Call['pressed'];
}

export interface TestDoor {
  readonly door: RequestDoor;
  readonly commands: CommandList;
  readonly access: AccessReader;
  /** Replaces what an actor may do; an empty list takes everything away. */
  readonly grant: (actor: Actor, grants: readonly Grant[]) => void;
  /** What a channel shows; unset ones are ours, direct messages and terminals private. */
  readonly setAudience: (channel: string, audience: Audience) => void;
  readonly now: () => Date;
  /** Moves the clock that the door and its store read. */
  readonly pass: (ms: number) => void;
  /** A line without the slash command: `note heritage call them`. Default: the admin, in the ops channel. */
  readonly ask: (line: string, ask?: Ask) => Promise<Receipt>;
  /** Raw input, as a button or the terminal's door builds it. */
  readonly request: (verb: string, input: unknown, ask?: Ask) => Promise<Receipt>;
  /** Operations to be looked at, in the order of the hints. */
  readonly hints: readonly string[];
  /** Newest first. */
  readonly readAuditRows: () => ReturnType<typeof readAudit>;
}

export interface TestDoorOptions {
  readonly database: Database;
  /** Powers that need access or the list itself get them late. */
  readonly commands: readonly AnyCommand[] | ((late: () => TestDoor) => readonly AnyCommand[]);
  readonly now?: Date;
  /** Values that must never be written down or shown. */
  readonly secrets?: readonly string[];
}

export const createTestDoor = (options: TestDoorOptions): TestDoor => {
  const { database } = options;
  const rights = new Map<string, readonly Grant[]>(
    (['viewer', 'operator', 'approver', 'admin'] as const).map(toGrants),
  );
  const audiences = new Map<string, Audience>();
  const hints: string[] = [];
  let at = options.now ?? new Date('2026-11-20T08:00:00Z');
  let deliveries = 0;
  const now = (): Date => at;

  const access: AccessReader = {
    readAccess: async (actor, place) => ({
      grants: rights.get(formatActor(actor)) ?? [],
      audience: audiences.get(place.channel) ?? { kind: place.kind === 'channel' ? 'team' : 'private' },
    }),
  };
  const late = (): TestDoor => testDoor;
  const commands = createCommandList(
    typeof options.commands === 'function' ? options.commands(late) : options.commands,
  );
  const door = createRequestDoor({
    commands,
    store: createRequestStore(database, now),
    access,
    now,
    redact: createRedactor({ secrets: () => options.secrets ?? [] }).text,
    hint: (operationId) => void hints.push(operationId),
  });

  const request: TestDoor['request'] = (verb, input, ask = {}) => {
    deliveries += 1;
    const { as = 'admin' } = ask;
    return door.request({
      deliveryKey: ask.key ?? `delivery-${deliveries}`,
      via: ask.via ?? 'slack',
      actor: typeof as === 'string' ? people[as] : as,
      place: ask.place ?? opsChannel,
      verb,
      input,
      card: ask.card,
      pressed: ask.pressed,
    });
  };

  const testDoor: TestDoor = {
    door,
    commands,
    access,
    grant: (actor, grants) => void rights.set(formatActor(actor), grants),
    setAudience: (channel, audience) => void audiences.set(channel, audience),
    now,
    pass: (ms) => {
      at = new Date(at.getTime() + ms);
    },
    ask: async (line, ask) => {
      const parsed = parseTyped(line, commands);
      return parsed.kind === 'refused'
        ? toReceipt(parsed)
        : request(parsed.value.verb, parsed.value.input, ask);
    },
    request,
    hints,
    readAuditRows: () => database.transact((tx) => readAudit(tx, everything, { limit: 1_000 })),
  };
  return testDoor;
};

const toReceipt = (refusal: Refusal): Receipt => ({ kind: 'refused', refusal, operation: null });

/** @throws Error where it was not answered: says what came instead. */
export const expectAnswer = (receipt: Receipt): Answer => {
  if (receipt.kind === 'answered') return receipt.answer;
  throw new Error(
    receipt.kind === 'refused' ? `refused (${receipt.refusal.reason}): ${receipt.refusal.say}` : 'started',
  );
};

/** @throws Error where it was not refused. */
export const expectRefusal = (receipt: Receipt): Refusal => {
  if (receipt.kind === 'refused') return receipt.refusal;
  throw new Error(`not refused: ${receipt.kind === 'answered' ? receipt.answer.message.text : receipt.kind}`);
};
