/** Each bench once with tiny sizes: the figures mean nothing here, but code that nobody runs would rot. */
import { describe, expect, inject, it } from 'vitest';
import { acknowledge } from '../../bench/acknowledge.ts';
import type { Bench, Row } from '../../bench/bench.ts';
import { fleet } from '../../bench/fleet.ts';
import { createDatabaseOn, type Ground } from '../../bench/ground.ts';
import { renderBench, toDigits } from '../../bench/print.ts';
import { median, quantile, rotate, toRatios } from '../../bench/spread.ts';
import { start } from '../../bench/start.ts';
import { throughput } from '../../bench/throughput.ts';

const ground: Ground = {
  createDatabase: () => createDatabaseOn(inject('postgresUrl')),
  pid: undefined,
  stop: async () => undefined,
};

const run = async (bench: Bench) => {
  const outcome = await bench.run({ size: 'tiny', ground, profileFolder: null, say: () => undefined });
  expect(renderBench({ ...bench, ...outcome, tookMs: 1 })).toContain(bench.title);
  return outcome.rows;
};

const read = (rows: readonly Row[], label: string, name: string): number | undefined =>
  rows.find((row) => row.label.includes(label))?.measures.find((measure) => measure.name === name)?.value;

describe.concurrent('the benches', () => {
  it('acknowledge: all three sides answer, and none of the desk’s answers is a refusal', async () => {
    const rows = await run(acknowledge);
    for (const side of ['desk', 'Bolt + insert', 'bare Bolt'])
      expect(read(rows, 'whoami', `${side} p50`)).toBeGreaterThan(0);
    for (const asked of ['whoami', 'health'])
      expect(read(rows, asked, 'desk answers that were refusals')).toBe(0);
  });

  it('throughput: both sides finish what they were asked', async () => {
    const rows = await run(throughput);
    expect(read(rows, 'Postgres', 'desk')).toBeGreaterThan(0);
    expect(read(rows, 'Postgres', 'bare BullMQ')).toBeGreaterThan(0);
  });

  it('fleet: a whole check within three calls for each client', async () => {
    const rows = await run(fleet);
    expect(read(rows, 'cold', 'pass')).toBe(2);
    expect(read(rows, 'cold', 'calls per client')).toBeLessThanOrEqual(3);
  });

  it('start: the desk with its own database and the bare app get ready and stop', async () => {
    const rows = await run(start);
    expect(read(rows, 'start to ready', 'bare Bolt')).toBeGreaterThan(0);
    expect(read(rows, 'idle for', 'desk RSS')).toBeGreaterThan(0);
  });
}, 110_000);

describe('figures', () => {
  it('are medians, nearest ranks and ratios round by round', () => {
    expect(median([3, 1, 2, 10])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(9);
    expect(toRatios([2, 9], [1, 3])).toEqual({ median: 2.5, least: 2, most: 3 });
    expect(rotate(['a', 'b', 'c'], 4)).toEqual(['b', 'c', 'a']);
    expect([1_234.5, 12.34, 1.234, Number.NaN].map(toDigits)).toEqual(['1,235', '12.3', '1.23', '–']);
  });
});
