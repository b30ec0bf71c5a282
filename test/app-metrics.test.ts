/** What is counted of steps, items and GitHub calls, and that counting changes nothing of them. */
import { expect, it } from 'vitest';
import { countGithubCalls, countSteps } from '../src/app-metrics.ts';
import { createFencedError } from '../src/errors.ts';
import type { AnyCommand } from '../src/operations/command.ts';
import type { ItemContext, StepContext, StepOutcome } from '../src/operations/operation.ts';
import { createCommandList } from '../src/operations/words.ts';
import type { GitHubAnswer, GitHubClient } from '../src/systems/github/create-client.ts';
import { defineDrawn, makeOperation } from './support/card-memory.ts';

const now = new Date('2026-11-20T08:00:00Z');
const done: StepOutcome = { kind: 'done', result: null, exit: 0 };

const open = (step: () => Promise<StepOutcome>, items: () => Promise<null> = async () => null) => {
  const counts: string[] = [];
  const drawn = defineDrawn('work');
  if (drawn.kind !== 'long') throw new Error('not long');
  const command: AnyCommand = { ...drawn, aliases: ['w'], steps: { look: step }, items };
  const counted = countSteps(createCommandList([command]), {
    countStep: (verb, outcome) => void counts.push(`${verb} ${outcome}`),
    countItem: (outcome) => void counts.push(`item ${outcome}`),
  }).find('w');
  if (counted?.kind !== 'long') throw new Error('not long');
  return { counts, counted };
};
const step = (): StepContext => ({
  operation: makeOperation(),
  now: () => now,
  signal: new AbortController().signal,
  items: async () => [],
});
const item = (deadlineAt: Date, signal: AbortSignal = new AbortController().signal): ItemContext => ({
  operation: makeOperation(),
  item: { operationId: 'o', key: 'k', limitKey: 'l', input: null, fence: 1, attempt: 1, deadlineAt },
  now: () => now,
  signal,
});

it('a step by its outcome, a thrown one as failed or fenced', async () => {
  const well = open(async () => done);
  expect(await well.counted.steps['look']?.(step())).toBe(done);
  expect(well.counts).toEqual(['work done']);
  const errors: readonly [Error, string][] = [
    [new Error('broken'), 'work failed'],
    [createFencedError('it'), 'work fenced'],
  ];
  for (const [error, told] of errors) {
    const bad = open(() => Promise.reject(error));
    await expect(bad.counted.steps['look']?.(step())).rejects.toBe(error);
    expect(bad.counts).toEqual([told]);
  }
});

it('an item as done, failed, handed back or out of time', async () => {
  const later = new Date(now.getTime() + 1_000);
  const well = open(async () => done);
  await well.counted.items?.(item(later));
  expect(well.counts).toEqual(['item done']);
  for (const [context, told] of [
    [item(later), 'item failed'],
    [item(later, AbortSignal.abort()), 'item released'],
    [item(now, AbortSignal.abort()), 'item timed-out'],
  ] as const) {
    const bad = open(
      async () => done,
      () => Promise.reject(new Error('no')),
    );
    await expect(bad.counted.items?.(context)).rejects.toThrow('no');
    expect(bad.counts).toEqual([told]);
  }
});

it('a call to GitHub by what it costs of the hour', async () => {
  const answers: GitHubAnswer[] = [
    { kind: 'answer', etag: null, body: null, scopes: null },
    { kind: 'not-modified' },
    { kind: 'trouble', reason: 'no-access', say: 'no', status: 404, until: null },
    { kind: 'trouble', reason: 'rate-limited', say: 'later', status: 429, until: now },
    { kind: 'trouble', reason: 'unavailable', say: 'away', status: null, until: null },
  ];
  const counts: boolean[] = [];
  const client: GitHubClient = {
    ask: async () => answers.shift() ?? { kind: 'not-modified' },
    octokitFor: () => Promise.reject(new Error('not asked')),
    appOctokit: null,
    budget: () => [],
    close: async () => undefined,
  };
  const counted = countGithubCalls(client, (charged) => void counts.push(charged));
  const question = { route: 'GET /', signal: new AbortController().signal };
  const kinds: string[] = [];
  for (let count = 0; count < 5; count += 1)
    kinds.push((await counted.ask({ owner: 'o', name: 'n' }, question)).kind);
  expect(kinds).toEqual(['answer', 'not-modified', 'trouble', 'trouble', 'trouble']);
  expect(counts).toEqual([true, false, true]);
});
