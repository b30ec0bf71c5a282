/** The engine on a real database: what each outcome leaves behind, who may write, and that trouble ends in a retry or a named failure. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { createEngine } from '../../src/operations/engine.ts';
import type { ItemPlan, StepOutcome } from '../../src/operations/operation.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { wake } from '../../src/store/request-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { clearSpine, createSpine, defineWork, leaseMs } from './spine.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => clearSpine(desk));

const never = new AbortController().signal;
const done: StepOutcome = { kind: 'done', result: { ok: true }, exit: 0 };

const toItems = (count: number, limitKey = 'other'): ItemPlan[] =>
  Array.from({ length: count }, (_, at) => ({ key: `k${at}`, limitKey, input: { at } }));

describe('the engine', () => {
  it('carries an operation through next, wait, fan and done', async () => {
    const seen: string[] = [];
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async () => {
            seen.push('start');
            return { kind: 'next', step: 'pause', memory: { from: 'start' } };
          },
          pause: async ({ operation, now }) => {
            seen.push(`pause ${JSON.stringify(operation.memory)}`);
            return operation.memory['waited'] === true
              ? {
                  kind: 'fan',
                  items: toItems(3),
                  deadline: new Date(now().getTime() + 10_000),
                  step: 'join',
                  memory: {},
                }
              : { kind: 'wait', until: new Date(now().getTime() + 5_000), memory: { waited: true } };
          },
          join: async ({ items }) => {
            const all = await items();
            seen.push(`join ${all.map(({ state }) => state).join(' ')}`);
            return { kind: 'done', result: all.map(({ result }) => result), exit: 1 };
          },
        },
        items: async ({ item }) => ({ was: item.input }),
      }),
    );
    const { id } = await spine.start();
    await spine.settle();
    expect(await spine.read(id)).toMatchObject({ state: 'open', step: 'pause', owner: null });
    await spine.settle();
    expect(seen).toEqual(['start', 'pause {"from":"start"}']);
    spine.door.pass(5_000);
    await spine.settle();
    expect(seen.slice(2)).toEqual(['pause {"waited":true}', 'join done done done']);
    expect(await spine.read(id)).toMatchObject({ state: 'done', exit: 1, due: null, owner: null });
    const audit = await spine.door.readAuditRows();
    expect(audit.map(({ event }) => event)).toEqual(['finished', 'asked']);
  });

  it('ends a refused operation with its sentence and its exit code', async () => {
    const spine = createSpine(
      desk,
      defineWork({
        steps: { start: async () => ({ kind: 'refuse', refusal: refuse('stopped', 'Stopped.') }) },
      }),
    );
    const { id } = await spine.start();
    await spine.settle();
    expect(await spine.read(id)).toMatchObject({
      state: 'refused',
      exit: 4,
      result: { refused: 'stopped', say: 'Stopped.' },
    });
  });

  it('runs again what was woken while its step ran', async () => {
    let runs = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ operation, now }) => {
            runs += 1;
            if (runs === 1) await desk.database.transact((tx) => wake(tx, operation.id, now()));
            return runs === 1
              ? { kind: 'wait', until: new Date(now().getTime() + 3_600_000), memory: {} }
              : done;
          },
        },
      }),
    );
    const { id } = await spine.start();
    const [claimed] = await spine.store.claimDue('a', leaseMs, 1);
    expect(claimed && (await spine.engine.advance(claimed, never))).toBe('again');
    await spine.settle();
    expect(runs).toBe(2);
    expect((await spine.read(id)).state).toBe('done');
  });

  it('writes nothing for a worker that lost its lease', async () => {
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    let runs = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async () => {
            runs += 1;
            if (runs > 1) return done;
            started.resolve();
            await gate.promise;
            return { kind: 'done', result: 'from the dead', exit: 4 };
          },
        },
      }),
    );
    const { id } = await spine.start();
    const [slow] = await spine.store.claimDue('slow', leaseMs, 1);
    const late = slow && spine.engine.advance(slow, never);
    await started.promise;
    await spine.expireLeases();
    await spine.settle('quick');
    const audit = (await spine.door.readAuditRows()).length;
    gate.resolve();
    expect(await late).toBe('idle');
    expect(await spine.read(id)).toMatchObject({ state: 'done', result: { ok: true }, exit: 0 });
    expect((await spine.door.readAuditRows()).length).toBe(audit);
  });

  it('tries a step that throws again, later each time, and fails it with its reference in the end', async () => {
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async () => {
            throw new Error('the token s3cret is wrong');
          },
        },
      }),
    );
    const { id, spokenId } = await spine.start();
    const waits: number[] = [];
    for (let failure = 1; failure < 8; failure += 1) {
      await spine.settle();
      const { due, memory, state } = await spine.read(id);
      expect(state).toBe('open');
      expect(memory).toEqual({ $failures: failure });
      waits.push((due?.getTime() ?? 0) - spine.door.now().getTime());
      spine.door.pass(30_000);
    }
    expect(
      waits.every((wait, at) => wait >= Math.min(30_000, 500 * 2 ** (at + 1)) / 2 && wait <= 30_000),
    ).toBe(true);
    await spine.settle();
    const failed = await spine.read(id);
    expect(failed).toMatchObject({ state: 'failed', exit: 4, due: null });
    expect(JSON.stringify(failed.result)).toContain(spokenId);
    expect(JSON.stringify(await spine.door.readAuditRows())).not.toContain('s3cret');
    expect(spine.logged).toHaveLength(8);
  });

  it('counts failures in a row only, and hides the count from the step', async () => {
    let runs = 0;
    const memories: string[] = [];
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ operation, now }) => {
            runs += 1;
            memories.push(JSON.stringify(operation.memory));
            if (runs % 5 !== 0) throw new Error('unlucky');
            if (runs === 20) return done;
            return { kind: 'wait', until: now(), memory: { ...operation.memory, runs } };
          },
        },
      }),
    );
    const { id } = await spine.start();
    for (let round = 0; round < 40; round += 1) {
      await spine.settle();
      spine.door.pass(30_000);
    }
    expect((await spine.read(id)).state).toBe('done');
    expect(new Set(memories)).toEqual(new Set(['{}', '{"runs":5}', '{"runs":10}', '{"runs":15}']));
  });

  it('gives up a step that hangs, and tries it again', async () => {
    let runs = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async () => {
            runs += 1;
            return runs === 1 ? new Promise<StepOutcome>(() => undefined) : done;
          },
        },
      }),
      undefined,
      50,
    );
    const { id } = await spine.start();
    await spine.settle();
    spine.door.pass(30_000);
    await spine.settle();
    expect((await spine.read(id)).state).toBe('done');
  });

  it('hands a step back without counting when the desk stops', async () => {
    const stop = new AbortController();
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ signal }) => {
            stop.abort();
            throw signal.reason;
          },
        },
      }),
    );
    const { id } = await spine.start();
    const [claimed] = await spine.store.claimDue('a', leaseMs, 1);
    if (claimed) await spine.engine.advance(claimed, stop.signal);
    const read = await spine.read(id);
    expect(read).toMatchObject({ state: 'open', owner: null, memory: { $failures: 0 } });
    expect(read.due?.getTime()).toBe(spine.door.now().getTime());
    expect(spine.logged).toEqual([]);
  });

  it('does not fail an operation that another version of the desk knows', async () => {
    const spine = createSpine(desk, defineWork({ steps: {}, firstStep: 'start' }));
    const { id } = await spine.start();
    await spine.settle();
    expect((await spine.read(id)).state).toBe('open');
  });

  it('keeps the result of a step while the store is away, and writes it when it is back', async () => {
    const spine = createSpine(desk, defineWork({ steps: { start: async () => done } }));
    const { id } = await spine.start();
    let away = 3;
    const engine = createEngine({
      store: {
        ...spine.store,
        saveStep: (operation, save) => {
          away -= 1;
          if (away >= 0)
            throw new AcuopsError({
              code: 'store-unavailable',
              message: 'away',
              say: 'away',
              retryable: true,
            });
          return spine.store.saveStep(operation, save);
        },
      },
      commands: spine.door.commands,
      now: spine.door.now,
      hint: () => undefined,
      redact: (text) => text,
      log: () => undefined,
    });
    const [claimed] = await spine.store.claimDue('a', leaseMs, 1);
    if (claimed) await engine.advance(claimed, never);
    expect(away).toBe(-1);
    expect((await spine.read(id)).state).toBe('done');
  });

  it('does not blame a step for a store that is away', async () => {
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async () => {
            throw new AcuopsError({
              code: 'store-unavailable',
              message: 'away',
              say: 'away',
              retryable: true,
            });
          },
        },
      }),
    );
    const { id } = await spine.start();
    const [claimed] = await spine.store.claimDue('a', leaseMs, 1);
    if (claimed) await spine.engine.advance(claimed, never);
    const read = await spine.read(id);
    expect(read.memory).toEqual({ $failures: 0 });
    expect(read.due?.getTime()).toBe(spine.door.now().getTime());
  });
});

describe('items', () => {
  const fanOut = (items: readonly ItemPlan[], run: () => Promise<null>, deadlineMs = 10_000) => {
    const joins: string[] = [];
    const command = defineWork({
      steps: {
        start: async ({ now }) => ({
          kind: 'fan',
          items,
          deadline: new Date(now().getTime() + deadlineMs),
          step: 'join',
          memory: {},
        }),
        join: async ({ items: read, now }) => {
          const all = await read();
          joins.push(all.map(({ state }) => state).join(' '));
          return all.some(({ state }) => state === 'open')
            ? { kind: 'wait', until: new Date(now().getTime() + 2_000), memory: {} }
            : { kind: 'done', result: all.map(({ key, state }) => `${key} ${state}`), exit: 0 };
        },
      },
      items: run,
    });
    return { command, joins };
  };

  it('that never come are read as timed out when the deadline passes, and are left open for nobody', async () => {
    const { command, joins } = fanOut(toItems(2), () => Promise.reject(new Error('dead host')));
    const spine = createSpine(desk, command);
    const { id } = await spine.start();
    for (let round = 0; round < 7; round += 1) {
      await spine.settle();
      spine.door.pass(2_000);
    }
    expect(joins.at(-1)).toBe('timed-out timed-out');
    expect((await spine.read(id)).state).toBe('done');
    const { rows } = await sql<{ state: string }>`select distinct state from operation_items`.execute(
      desk.database.db,
    );
    expect(rows).toEqual([{ state: 'late' }]);
    expect((await spine.store.readItems(id)).map(({ state }) => state)).toEqual(['timed-out', 'timed-out']);
  });

  it('that hang past their deadline give their place back', async () => {
    const { command } = fanOut(toItems(1), () => new Promise(() => undefined), 20);
    const spine = createSpine(desk, command);
    await spine.start();
    const [operation] = await spine.store.claimDue('a', leaseMs, 1);
    if (operation) await spine.engine.advance(operation, never);
    const [taken] = await spine.store.takeItems('a', leaseMs, 5);
    if (!taken) throw new Error('nothing taken');
    const startedAt = performance.now();
    await spine.engine.runItem(taken.item, taken.operation, never);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const { rows } = await sql<{
      lease_owner: string | null;
    }>`select lease_owner from operation_items`.execute(desk.database.db);
    expect(rows).toEqual([{ lease_owner: null }]);
  });

  it('of a second fan wake the join although one of the first timed out', async () => {
    let fans = 0;
    const spine = createSpine(
      desk,
      defineWork({
        steps: {
          start: async ({ items, now }) => {
            fans += 1;
            const all = await items();
            if (fans === 1)
              return {
                kind: 'fan',
                items: toItems(1),
                deadline: new Date(now().getTime() + 1_000),
                step: 'start',
                memory: {},
              };
            if (fans === 2)
              return {
                kind: 'fan',
                items: [{ key: 'second', limitKey: 'other', input: null }],
                deadline: new Date(now().getTime() + 60_000),
                step: 'start',
                memory: {},
              };
            return { kind: 'done', result: all.map(({ state }) => state), exit: 0 };
          },
        },
        items: async ({ item }) => {
          if (item.key === 'second') return null;
          throw new Error('dead host');
        },
      }),
    );
    const { id } = await spine.start();
    await spine.settle();
    spine.door.pass(1_000);
    await spine.settle();
    expect(await spine.read(id)).toMatchObject({ state: 'done', result: ['timed-out', 'done'] });
  });

  it('wake the join exactly once, however many end at the same moment', async () => {
    for (let time = 0; time < 20; time += 1) {
      await clearSpine(desk);
      const { command, joins } = fanOut(toItems(50), async () => null);
      const spine = createSpine(desk, command);
      const { id } = await spine.start();
      const [operation] = await spine.store.claimDue('a', leaseMs, 1);
      if (operation) await spine.engine.advance(operation, never);
      const taken = await spine.store.takeItems('a', leaseMs, 50);
      expect(taken).toHaveLength(50);
      const ends = await Promise.all(taken.map(({ item }) => spine.store.finishItem(item, null)));
      expect(ends.filter(({ lastOne }) => lastOne)).toHaveLength(1);
      // Due by the wake alone: the clock has not moved.
      await spine.settle();
      expect((await spine.read(id)).state).toBe('done');
      expect(joins).toHaveLength(1);
    }
  }, 60_000);
});
