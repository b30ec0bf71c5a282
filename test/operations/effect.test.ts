/** The effect door over the real store: killed anywhere it neither loses nor doubles, and the killswitch stops the next effect, not the last one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createEffectDoor,
  type EffectActions,
  type EffectDoor,
  type EffectIntent,
  type EffectResult,
  type EffectStore,
} from '../../src/operations/effect.ts';
import type { Operation, StepOutcome } from '../../src/operations/operation.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { createEffectStore } from '../../src/store/effect-store.ts';
import { ensureKillswitch, setKillswitch } from '../../src/store/killswitch-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { people } from '../support/door.ts';
import { clearSpine, createSpine, defineWork } from './spine.ts';

let desk: DeskDatabase;
const at = new Date('2026-11-20T08:00:00Z');
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  await ensureKillswitch(desk.database.db, at);
});

const toIntent = (given: Partial<EffectIntent> = {}): EffectIntent => ({
  key: 'dispatch:1',
  kind: 'dispatch',
  holder: null,
  operationId: null,
  targetId: null,
  subject: 'repo',
  underKillswitch: 'stops',
  detail: {},
  ...given,
});

class Killed extends Error {}

/** A place outside that counts what was really done, and can be looked at. */
const createWorld = () => {
  const done: string[] = [];
  const actions: EffectActions = {
    send: async (effect) => {
      done.push(effect.key);
      return { kind: 'confirmed', externalId: `run-${done.length}` };
    },
    look: async (effect) => {
      const found = done.indexOf(effect.key);
      return found === -1 ? { kind: 'absent' } : { kind: 'found', externalId: `run-${found + 1}` };
    },
  };
  return { done, actions };
};

const readStates = async () =>
  (await desk.database.db.selectFrom('effects').select(['state', 'attempt']).execute()).map(
    ({ state, attempt }) => `${state} ${attempt}`,
  );

/** Abandons the work where a process would have been killed: nothing after that point runs. */
const killPoints: Record<
  string,
  (world: ReturnType<typeof createWorld>, store: EffectStore) => Promise<unknown>
> = {
  'before the intent': async () => undefined,
  'after the intent': (world, store) =>
    createEffectDoor({ ...store, settle: () => new Promise(() => undefined) }).perform(toIntent(), {
      ...world.actions,
      send: () => Promise.reject(new Killed()),
    }),
  'after the call': (world, store) =>
    createEffectDoor({ ...store, settle: () => Promise.reject(new Killed()) }).perform(
      toIntent(),
      world.actions,
    ),
  'after the outcome': (world, store) => createEffectDoor(store).perform(toIntent(), world.actions),
};

describe('an effect whose process was killed', () => {
  it.each(Object.entries(killPoints))('%s is done once in the end', async (_, kill) => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    await Promise.race([
      kill(world, store).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 100)),
    ]);
    const result = await createEffectDoor(store).perform(toIntent(), world.actions);
    expect(result).toMatchObject({ kind: 'confirmed', externalId: 'run-1' });
    expect(world.done).toEqual(['dispatch:1']);
    const states = await readStates();
    expect(states).toHaveLength(1);
    expect(states[0]).toMatch(/^confirmed [12]$/u);
    // And however often it is asked for afterwards.
    await createEffectDoor(store).perform(toIntent(), world.actions);
    expect(world.done).toEqual(['dispatch:1']);
  });

  it('is sent again by one of two that look at the same moment', async () => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    await createEffectDoor(store).perform(toIntent(), {
      ...world.actions,
      send: () => Promise.reject(new Error('lost')),
    });
    expect(await readStates()).toEqual(['ambiguous 1']);
    const bothLooked = Promise.withResolvers<void>();
    let looks = 0;
    const look: EffectActions['look'] = async () => {
      looks += 1;
      if (looks === 2) bothLooked.resolve();
      await bothLooked.promise;
      return { kind: 'absent' };
    };
    const results = await Promise.all(
      [1, 2].map(() => createEffectDoor(store).perform(toIntent(), { ...world.actions, look })),
    );
    expect(world.done).toEqual(['dispatch:1']);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['confirmed', 'unclear']);
  });
});

describe('an answer that was lost', () => {
  const lose = async (store: EffectStore): Promise<EffectResult> =>
    createEffectDoor(store).perform(toIntent(), {
      send: () => Promise.reject(new Error('no answer')),
      look: async () => ({ kind: 'absent' }),
    });

  it('is unclear at once, and never sent again at once', async () => {
    const store = createEffectStore(desk.database, () => at);
    expect(await lose(store)).toMatchObject({ kind: 'unclear', until: null });
    expect(await readStates()).toEqual(['ambiguous 1']);
  });

  it('stays unclear as long as looking says so, and is not sent', async () => {
    const store = createEffectStore(desk.database, () => at);
    await lose(store);
    const until = new Date(at.getTime() + 5_000);
    const world = createWorld();
    const result = await createEffectDoor(store).perform(toIntent(), {
      ...world.actions,
      look: async () => ({ kind: 'unclear', until }),
    });
    expect(result).toEqual({ kind: 'unclear', until });
    expect(world.done).toEqual([]);
  });

  it('is not sent again while the killswitch is on', async () => {
    const store = createEffectStore(desk.database, () => at);
    await lose(store);
    await desk.database.transact((tx) =>
      setKillswitch(tx, { targetKey: '*', state: 'on', by: people.admin, reason: 'wrong package', at }),
    );
    const world = createWorld();
    const result = await createEffectDoor(store).perform(toIntent(), world.actions);
    expect(result).toMatchObject({ kind: 'stopped', say: expect.stringContaining('wrong package') });
    expect(world.done).toEqual([]);
  });

  it('that comes after all is written down with what it said', async () => {
    const store = createEffectStore(desk.database, () => at);
    await lose(store);
    const effect = await desk.database.db.selectFrom('effects').select('id').executeTakeFirstOrThrow();
    await createEffectDoor(store).confirmLate(effect.id, { said: 'yes' });
    const result = await createEffectDoor(store).perform(toIntent(), createWorld().actions);
    expect(result).toMatchObject({ kind: 'confirmed', effect: { detail: { said: 'yes' } } });
  });
});

describe('a refusal', () => {
  it('is final for its key: it is told again and not sent again', async () => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    const reject: EffectActions = {
      ...world.actions,
      send: async () => ({ kind: 'rejected', say: 'no such workflow' }),
    };
    for (let time = 0; time < 2; time += 1)
      expect(await createEffectDoor(store).perform(toIntent(), reject)).toEqual({
        kind: 'rejected',
        say: 'no such workflow',
      });
    expect(await readStates()).toEqual(['rejected 1']);
  });
});

/** `outside`: two dispatches, one after the other. What a deploy will be, as small as it can be. */
const defineOutside = (effects: EffectDoor, actions: EffectActions, between: () => Promise<void>) => {
  const dispatch = (operation: Operation, key: string) =>
    effects.perform(
      toIntent({ key: `${operation.id}:${key}`, holder: { operation }, operationId: operation.id }),
      actions,
    );
  const toOutcome = (result: EffectResult, next: StepOutcome): StepOutcome => {
    if (result.kind === 'confirmed') return next;
    if (result.kind === 'stopped') return { kind: 'refuse', refusal: refuse('stopped', result.say) };
    throw new Error(`unexpected ${result.kind}`);
  };
  return defineWork({
    verb: 'outside',
    effect: 'outside',
    steps: {
      start: async ({ operation }) => {
        const result = await dispatch(operation, 'one');
        await between();
        return toOutcome(result, { kind: 'next', step: 'second', memory: {} });
      },
      second: async ({ operation }) =>
        toOutcome(await dispatch(operation, 'two'), { kind: 'done', result: null, exit: 0 }),
    },
  });
};

describe('a command with two effects outside', () => {
  it('does both while nothing stops it', async () => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    const spine = createSpine(
      desk,
      defineOutside(createEffectDoor(store), world.actions, async () => undefined),
    );
    const { id } = await spine.start('outside');
    await spine.settle();
    expect((await spine.read(id)).state).toBe('done');
    expect(world.done).toHaveLength(2);
  });

  it('is stopped between its steps by the killswitch, and says so', async () => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    const turnOn = () =>
      desk.database.transact((tx) =>
        setKillswitch(tx, { targetKey: '*', state: 'on', by: people.admin, reason: 'wrong package', at }),
      );
    const spine = createSpine(desk, defineOutside(createEffectDoor(store), world.actions, turnOn));
    const { id } = await spine.start('outside');
    await spine.settle();
    const read = await spine.read(id);
    expect(world.done).toEqual([`${id}:one`]);
    expect(read).toMatchObject({ state: 'refused', exit: 4 });
    expect(read.result).toMatchObject({ refused: 'stopped', say: expect.stringContaining('wrong package') });
    expect((await spine.door.readAuditRows())[0]).toMatchObject({
      event: 'finished',
      detail: { refused: 'stopped' },
    });
  });

  it('sends nothing for a worker that lost its lease before the effect', async () => {
    const store = createEffectStore(desk.database, () => at);
    const world = createWorld();
    const spine = createSpine(
      desk,
      defineOutside(createEffectDoor(store), world.actions, async () => undefined),
    );
    const { id } = await spine.start('outside');
    const [slow] = await spine.store.claimDue('slow', 60_000, 1);
    await spine.expireLeases();
    if (slow) await spine.engine.advance(slow, new AbortController().signal);
    expect(world.done).toEqual([]);
    await spine.settle('quick');
    expect(world.done).toEqual([`${id}:one`, `${id}:two`]);
  });
});
