/** The engine on a real database: what each outcome leaves behind, who may write, and that trouble ends in a retry or a named failure. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { createEngine } from '../../src/operations/engine.ts';
import type { StepOutcome } from '../../src/operations/operation.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { wake } from '../../src/store/request-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { clearSpine, createSpine, defineWork, leaseMs, toItems } from './spine.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => clearSpine(desk));

const never = new AbortController().signal;
const done: StepOutcome = { kind: 'done', result: { ok: true }, exit: 0 };

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
