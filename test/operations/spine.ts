/** The spine over a real database for tests: request door, engine and stores, with a command whose steps the test writes, driven by hand round by round. */
import { sql } from 'kysely';
import { z } from 'zod';
import { type AnyCommand, defineCommand, type LongCommand } from '../../src/operations/command.ts';
import { createEngine, type Engine } from '../../src/operations/engine.ts';
import type { ItemPlan, Operation } from '../../src/operations/operation.ts';
import type { EngineStore } from '../../src/operations/ports.ts';
import { createEngineStore } from '../../src/store/engine-store.ts';
import type { LimitOf } from '../../src/store/item-store.ts';
import { toOperation } from '../../src/store/operation-rows.ts';
import type { DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, type TestDoor } from '../support/door.ts';

export const WorkInput = z.strictObject({ what: z.string().default('it') });
type WorkInput = z.output<typeof WorkInput>;

export type Work = Partial<LongCommand<WorkInput>> & Pick<LongCommand<WorkInput>, 'steps'>;

/** `work`: a long command; what is not given does nothing and never joins. */
export const defineWork = (given: Work): AnyCommand =>
  defineCommand<WorkInput>({
    kind: 'long',
    verb: 'work',
    aliases: ['w'],
    summary: 'Work for a test',
    words: { positionals: [{ name: 'what', about: 'anything' }], flags: {} },
    example: 'work',
    input: WorkInput,
    permission: () => 'look',
    effect: 'none',
    asks: () => ({ kind: 'visible' }),
    joinKey: () => null,
    firstStep: 'start',
    deadlineMs: null,
    render: async () => ({ text: 'work', blocks: [] }),
    toJson: (operation) => operation.result,
    ...given,
  });

export const toItems = (count: number, limitKey = 'other'): ItemPlan[] =>
  Array.from({ length: count }, (_, at) => ({ key: `k${at}`, limitKey, input: { at } }));

export interface LoggedLine {
  readonly line: string;
  readonly detail: object;
}

export interface Spine {
  readonly door: TestDoor;
  readonly store: EngineStore;
  readonly engine: Engine;
  readonly logged: LoggedLine[];
  /** Asks for work and gives its operation. */
  readonly start: (line?: string) => Promise<Operation>;
  readonly read: (
    id: string,
  ) => Promise<Operation & { readonly due: Date | null; readonly owner: string | null }>;
  /** Claims what is due, runs one step of each and every item, until nothing is due any more. Answers how many steps ran. */
  readonly settle: (owner?: string) => Promise<number>;
  /** As if the holder had died long ago. */
  readonly expireLeases: () => Promise<void>;
}

export const leaseMs = 60_000;
const defaultLimits: LimitOf = { byPrefix: { instance: 1, github: 3 }, others: 50 };

export const createSpine = (
  desk: DeskDatabase,
  command: AnyCommand | readonly AnyCommand[],
  limits: LimitOf = defaultLimits,
  stepMs?: number,
  /** For workers that run by themselves; default the test's own clock. */
  clock?: () => Date,
): Spine => {
  const door = createTestDoor({
    database: desk.database,
    commands: Array.isArray(command) ? command : [command as AnyCommand],
  });
  const now = clock ?? door.now;
  const store = createEngineStore(desk.database, now, limits);
  const logged: LoggedLine[] = [];
  const engine = createEngine({
    store,
    commands: door.commands,
    now,
    hint: () => undefined,
    redact: (text) => text.replaceAll('s3cret', '[redacted]'),
    log: (_, line, detail) => void logged.push({ line, detail }),
    ...(stepMs === undefined ? {} : { stepMs }),
  });
  const never = new AbortController().signal;
  const settle = async (owner = 'worker'): Promise<number> => {
    let steps = 0;
    for (let round = 0; round < 200; round += 1) {
      const claimed = await store.claimDue(owner, leaseMs, 10);
      await Promise.all(claimed.map((operation) => engine.advance(operation, never)));
      const taken = await store.takeItems(owner, leaseMs, 50);
      await Promise.all(taken.map(({ item, operation }) => engine.runItem(item, operation, never)));
      steps += claimed.length;
      if (claimed.length + taken.length === 0) return steps;
    }
    throw new Error('it does not come to rest');
  };
  return {
    door,
    store,
    engine,
    logged,
    settle,
    start: async (line = 'work') => {
      const receipt = await door.ask(line);
      if (receipt.kind !== 'started') throw new Error(`not started: ${JSON.stringify(receipt)}`);
      return receipt.operation;
    },
    read: (id) => readOperation(desk, id),
    expireLeases: async () => {
      for (const table of ['operations', 'operation_items'] as const)
        await sql`update ${sql.table(table)} set lease_until = clock_timestamp() - interval '1 second' where lease_owner is not null`.execute(
          desk.database.db,
        );
    },
  };
};

const readOperation = async (desk: DeskDatabase, id: string) => {
  const row = await desk.database.db
    .selectFrom('operations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { ...toOperation(row), due: row.due_at, owner: row.lease_owner };
};

/** As if so much time had passed for every lease: they are judged by the database's own clock, which no test moves. */
export const passLeases = async (desk: DeskDatabase, ms: number): Promise<void> => {
  for (const table of ['operations', 'operation_items'] as const)
    await sql`update ${sql.table(table)} set lease_until = lease_until - ${ms} * interval '1 millisecond'`.execute(
      desk.database.db,
    );
};

/** Everything that tests leave behind, for a fresh start on the same database. */
export const clearSpine = async (desk: DeskDatabase): Promise<void> => {
  await sql`alter table audit_rows disable trigger all; delete from audit_rows; alter table audit_rows enable trigger all;
    delete from cards; delete from effects; delete from operations; delete from killswitches`.execute(
    desk.database.db,
  );
};
