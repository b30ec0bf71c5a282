/** The desk's spine without its edges: request door, hint, worker, engine and store, with one command that has one step and does nothing in it. */
import { z } from 'zod';
import { createHintQueue, migrateQueue, type QueueBackend } from '../../src/jobs/hints.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import { createEngine } from '../../src/operations/engine.ts';
import type { AccessReader, EngineStore } from '../../src/operations/ports.ts';
import { createRequestDoor } from '../../src/operations/request.ts';
import { createCommandList } from '../../src/operations/words.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { openDatabase, openQueuePool } from '../../src/store/database.ts';
import { createEngineStore } from '../../src/store/engine-store.ts';
import { createRequestStore } from '../../src/store/request-store.ts';
import { type Side, type SideOptions, toQueuePool } from './side.ts';

const oneStep: AnyCommand = defineCommand({
  kind: 'long',
  verb: 'bench-step',
  aliases: [],
  summary: 'One step that does nothing',
  words: { positionals: [], flags: {} },
  example: 'bench-step',
  input: z.strictObject({}),
  permission: () => 'operate',
  effect: 'none',
  asks: () => ({ kind: 'none' }),
  joinKey: () => null,
  firstStep: 'only',
  deadlineMs: 60_000,
  steps: { only: async () => ({ kind: 'done', result: { ok: true }, exit: 0 }) },
  render: async () => ({ text: 'done', blocks: [] }),
  toJson: (operation) => operation.result,
});

/** Rights are the bench's own: what reading them costs is measured where a command is acknowledged. */
const access: AccessReader = {
  readAccess: async () => ({
    grants: [{ role: 'operator', targetIds: null }],
    audience: { kind: 'private' },
  }),
};

const quiet = (): void => undefined;

/** Tells of every operation that was saved as done. */
const watchDone = (store: EngineStore, onDone: () => void): EngineStore => ({
  ...store,
  saveStep: async (operation, save) => {
    const saved = await store.saveStep(operation, save);
    if (save.state === 'done') onDone();
    return saved;
  },
});

export const openDeskSide = async ({ databaseUrl, redisUrl, atOnce }: SideOptions): Promise<Side> => {
  const database = openDatabase({ url: databaseUrl, log: quiet });
  await database.migrate();
  const pool = redisUrl === null ? openQueuePool(databaseUrl, 8, quiet) : null;
  if (pool) await migrateQueue(toQueuePool(pool));
  const backend: QueueBackend =
    redisUrl === null && pool
      ? { kind: 'postgres', pool: toQueuePool(pool) }
      : { kind: 'redis', url: redisUrl ?? '' };
  const queue = createHintQueue(backend, quiet);
  let onDone: () => void = quiet;
  const commands = createCommandList([oneStep]);
  const parts = { commands, now: systemClock.now, redact: (text: string) => text, hint: queue.hint };
  const store = watchDone(
    createEngineStore(database, systemClock.now, { byPrefix: { none: 1 }, others: 50 }),
    () => onDone(),
  );
  const door = createRequestDoor({ ...parts, store: createRequestStore(database, systemClock.now), access });
  const worker = startWorker({
    store,
    engine: createEngine({ ...parts, store, log: quiet }),
    queue,
    log: quiet,
    leaseMs: 15_000,
    operationsAtOnce: atOnce,
  });
  return {
    name: 'desk',
    onDone: (listener) => {
      onDone = listener;
    },
    ask: async (key) => {
      const receipt = await door.request({
        deliveryKey: key,
        verb: oneStep.verb,
        input: {},
        via: 'socket',
        actor: { team: 'local', user: 'bench' },
        place: { kind: 'terminal', team: 'local', channel: 'terminal' },
      });
      if (receipt.kind !== 'started') throw new Error(`the door answered ${receipt.kind}`);
    },
    close: async () => {
      await worker.stop(5_000);
      await queue.close();
      await pool?.end();
      await database.close();
    },
  };
};
