/** The items of a health check on powers in memory: what a pipeline hands on about deploys, and what an instance is spared. */
import { describe, expect, it } from 'vitest';
import { createHealthItems, readAnswer } from '../../../src/commands/health/items.ts';
import type { HealthPowers } from '../../../src/commands/health/powers.ts';
import type { ItemContext } from '../../../src/operations/operation.ts';
import {
  ago,
  known,
  now,
  run,
  samplePipeline,
  signedIn,
  unknownFact,
} from '../../policy/health/sample-facts.ts';
import { createPretendHealth, sampleTarget } from './pretend-health.ts';

const target = sampleTarget();
const deploying = run(7, { status: 'in_progress', conclusion: null });

const carryOut = async (input: object, powers: Partial<HealthPowers>) => {
  const items = createHealthItems(createPretendHealth([target], powers).powers);
  const context = {
    operation: { input: { fresh: false } },
    item: { key: 'any', input },
    now: () => now,
    signal: new AbortController().signal,
  };
  const result = await items(context as unknown as ItemContext);
  return readAnswer({ key: 'any', state: 'done', result });
};

describe('a pipeline', () => {
  const pipeline = { kind: 'pipeline', targetId: target.id };
  const there = [
    {
      instanceId: 'at-heritage',
      targetId: target.id,
      since: deploying.createdAt.toISOString(),
      runUrl: deploying.url,
    },
  ];

  it('hands on who publishes where', async () => {
    const answer = await carryOut(pipeline, {
      readPipeline: async () => samplePipeline({ runs: known([deploying]) }),
    });
    expect(answer?.publishing).toEqual(there);
  });

  it('that GitHub does not tell of still hands on the deploy that was known a while ago', async () => {
    const readPipeline = async () => samplePipeline({ runs: unknownFact });
    const readKnownRuns = async () => new Map([[target.id, { list: [deploying], readAt: ago(600_000) }]]);
    expect((await carryOut(pipeline, { readPipeline, readKnownRuns }))?.publishing).toEqual(there);
    expect((await carryOut(pipeline, { readPipeline }))?.publishing).toEqual([]);
  });
});

describe('an instance', () => {
  const api = { kind: 'api', targetId: target.id, environment: 'production' };
  const since = ago(60_000).toISOString();

  it('is asked where nobody publishes', async () => {
    const answer = await carryOut({ ...api, publishing: null }, { probe: async () => signedIn });
    expect(answer?.observations).toMatchObject([{ verdict: 'pass', subject: 'production' }]);
  });

  it.each(['https://github.example/runs/7', null])(
    'is not asked while somebody does, by %s',
    async (runUrl) => {
      const answer = await carryOut({ ...api, publishing: { since, runUrl } }, {});
      expect(answer?.observations).toMatchObject([
        { cause: 'publishing', url: runUrl, moment: { word: 'since', at: new Date(since) } },
      ]);
    },
  );
});
