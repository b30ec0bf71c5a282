/** The daily clean-up over a real database: what is past its time goes, bite by bite; the record stays. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { defineTidy } from '../../../src/commands/tidy/command.ts';
import { createId, createSpokenId } from '../../../src/runtime/ids.ts';
import { writeAnswers } from '../../../src/store/github-store.ts';
import { removeAnswers, removeItems } from '../../../src/store/upkeep-store.ts';
import { makeOperation } from '../../support/card-memory.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => desk.clear());

const now = new Date('2026-11-20T08:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

const addOperation = async (finishedAt: Date | null, parts: number): Promise<string> => {
  const at = finishedAt ?? daysAgo(90);
  const id = createId(at.getTime());
  await desk.database.db
    .insertInto('operations')
    .values({
      id,
      spoken_id: createSpokenId(),
      delivery_key: id,
      verb: 'health',
      input: '{}',
      actor_team: 'T1',
      actor_user: 'U1',
      place: '{}',
      scope: '{}',
      state: finishedAt === null ? 'open' : 'done',
      step: 'judge',
      created_at: at,
      finished_at: finishedAt,
    })
    .execute();
  if (parts > 0)
    await desk.database.db
      .insertInto('operation_items')
      .values(
        Array.from({ length: parts }, (_, index) => ({
          operation_id: id,
          key: `part-${index}`,
          limit_key: 'github',
          input: '{}',
          due_at: at,
          deadline_at: at,
        })),
      )
      .execute();
  return id;
};
const readParts = async () => {
  const rows = await desk.database.db.selectFrom('operation_items').select('operation_id').execute();
  return new Map([...Map.groupBy(rows, (row) => row.operation_id)].map(([id, parts]) => [id, parts.length]));
};

const run = async () => {
  const command = defineTidy({
    removeItems: (before, limit) => removeItems(desk.database.db, before, limit),
    removeAnswers: (before, limit) => removeAnswers(desk.database.db, before, limit),
  });
  const remove = command.kind === 'long' ? command.steps['remove'] : undefined;
  if (!remove) throw new Error('no step');
  let operation = makeOperation({ verb: 'tidy' });
  for (let rounds = 1; ; rounds += 1) {
    const outcome = await remove({
      operation,
      now: () => now,
      signal: new AbortController().signal,
      items: async () => [],
    });
    if (outcome.kind === 'done') return { rounds, result: outcome.result };
    if (outcome.kind !== 'next') throw new Error(outcome.kind);
    operation = { ...operation, memory: outcome.memory };
  }
};

it('takes parts of operations finished over 30 days ago and answers older than 60 days, and nothing else', async () => {
  await addOperation(daysAgo(31), 3);
  const young = await addOperation(daysAgo(29), 2);
  const open = await addOperation(null, 1);
  await writeAnswers(desk.database.db, [
    { key: 'old', etag: null, status: 200, body: {}, fetchedAt: daysAgo(61) },
    { key: 'young', etag: null, status: 200, body: {}, fetchedAt: daysAgo(59) },
  ]);
  expect(await run()).toEqual({ rounds: 1, result: { items: 3, answers: 1 } });
  expect(await readParts()).toEqual(
    new Map([
      [young, 2],
      [open, 1],
    ]),
  );
  expect(await desk.database.db.selectFrom('github_answers').select('key').execute()).toEqual([
    { key: 'young' },
  ]);
  // Every operation is still there to be proved.
  expect(await desk.database.db.selectFrom('operations').select('id').execute()).toHaveLength(3);
  expect(await run()).toEqual({ rounds: 1, result: { items: 0, answers: 0 } });
});

it('goes on bite by bite until nothing is left', async () => {
  await addOperation(daysAgo(40), 4_500);
  expect(await run()).toEqual({ rounds: 3, result: { items: 4_500, answers: 0 } });
  expect(await readParts()).toEqual(new Map());
});
