/** How long a desk takes to be ready and to stop, and what it uses while nobody asks it anything, beside a bare Bolt app. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSmallStand, type Stand } from '../sandbox/stand.ts';
import { toDataFolder } from '../src/store/embedded/data-folder.ts';
import { type Bench, type BenchContext, type Measure, type Row, type Size, withParts } from './bench.ts';
import { type MeasuredProcess, programs, startMeasured } from './child-process.ts';
import { readServerCpuMs } from './machine.ts';
import { median, toRatios, toSpread } from './spread.ts';

const allWays = ['embedded, first', 'embedded, later', 'external', 'bare Bolt'] as const;
type Way = (typeof allWays)[number];

interface Plan {
  readonly rounds: number;
  readonly idleMs: number;
  /** In this order. */
  readonly ways: readonly Way[];
}

const plans: Readonly<Record<Size, Plan>> = {
  full: { rounds: 3, idleMs: 30_000, ways: allWays },
  quick: { rounds: 1, idleMs: 10_000, ways: allWays },
  tiny: { rounds: 1, idleMs: 50, ways: ['bare Bolt'] },
};

type Times = Readonly<Record<Way, { readonly ready: number[]; readonly stop: number[] }>>;

const quiet = { LOG_LEVEL: 'error' };

const startDesk = (stand: Stand, more: Readonly<Record<string, string>> = {}) =>
  startMeasured({ program: programs.desk, env: { ...stand.env, ...quiet, ...more } });

/** Each way once: started, and stopped at once. */
const runRound = (times: Times, ways: readonly Way[], externalUrl: string): Promise<void> =>
  withParts(async (keep) => {
    const stand = await createSmallStand();
    keep(stand.stop);
    const open: Readonly<Record<Way, () => Promise<MeasuredProcess>>> = {
      'embedded, first': () => startDesk(stand),
      'embedded, later': () => startDesk(stand),
      external: () => startDesk(stand, { DATABASE_URL: externalUrl }),
      'bare Bolt': () => startMeasured({ program: programs.bolt, env: stand.env }),
    };
    for (const way of ways) {
      const started = await open[way]();
      keep(started.stop);
      times[way].ready.push(started.readyMs);
      times[way].stop.push(await started.stop());
    }
  });

const readPid = (stand: Stand): number | undefined => {
  const { pgData } = toDataFolder(join(stand.folder, 'data', 'postgres'));
  try {
    return Number(readFileSync(join(pgData, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
};

/** Both idle in the same seconds. */
const measureIdle = ({ idleMs }: Plan): Promise<Row> =>
  withParts(async (keep) => {
    const stand = await createSmallStand();
    keep(stand.stop);
    const desk = await startDesk(stand);
    keep(desk.stop);
    const bolt = await startMeasured({ program: programs.bolt, env: stand.env });
    keep(bolt.stop);
    // What a start leaves to do is not idling.
    await sleep(Math.min(1_500, idleMs));
    const serverPid = readPid(stand);
    const serverBefore = readServerCpuMs(serverPid);
    const before = await Promise.all([desk.usage(), bolt.usage()]);
    await sleep(idleMs);
    const after = await Promise.all([desk.usage(), bolt.usage()]);
    const serverAfter = readServerCpuMs(serverPid);
    const toPercent = (ms: number) => (ms / idleMs) * 100;
    const [deskCpu = 0, boltCpu = 0] = after.map((usage, at) =>
      toPercent(usage.cpuMs - (before[at]?.cpuMs ?? 0)),
    );
    const measures: readonly Measure[] = [
      { name: 'desk RSS', value: after[0].rssMb, unit: 'MB' },
      { name: 'bare Bolt RSS', value: after[1].rssMb, unit: 'MB' },
      { name: 'desk CPU', value: deskCpu, unit: '%' },
      { name: 'bare Bolt CPU', value: boltCpu, unit: '%' },
      ...(serverBefore === null || serverAfter === null
        ? []
        : [{ name: 'its Postgres CPU', value: toPercent(serverAfter - serverBefore), unit: '%' as const }]),
    ];
    return {
      label: `idle for ${idleMs / 1_000} s, embedded Postgres`,
      measures,
      ratios: [{ name: 'RSS desk ÷ bare Bolt', spread: toSpread([after[0].rssMb / after[1].rssMb]) }],
      aims: [],
    };
  });

const toRow = (label: string, ways: readonly Way[], times: Times, which: 'ready' | 'stop'): Row => ({
  label,
  measures: ways.map((way) => ({ name: way, value: median(times[way][which]), unit: 'ms' })),
  ratios: ways
    .filter((way) => way !== 'bare Bolt')
    .map((way) => ({
      name: `${way} ÷ bare Bolt`,
      spread: toRatios(times[way][which], times['bare Bolt'][which]),
    })),
  aims: [],
});

const run = async (context: BenchContext) => {
  const plan = plans[context.size];
  const empty = () => ({ ready: [], stop: [] });
  const times: Times = {
    'embedded, first': empty(),
    'embedded, later': empty(),
    external: empty(),
    'bare Bolt': empty(),
  };
  // One database for all rounds: what is measured is a start, not a first migration.
  const externalUrl = await context.ground.createDatabase();
  if (plan.ways.includes('external'))
    await withParts(async (keep) => {
      const stand = await createSmallStand();
      keep(stand.stop);
      keep((await startDesk(stand, { DATABASE_URL: externalUrl })).stop);
    });
  for (let round = 0; round < plan.rounds; round += 1) {
    context.say(`starts, round ${round + 1} of ${plan.rounds}`);
    await runRound(times, plan.ways, externalUrl);
  }
  context.say(`idle for ${plan.idleMs / 1_000} s`);
  return {
    rows: [
      toRow('start to ready', plan.ways, times, 'ready'),
      toRow('SIGTERM to the end, idle', plan.ways, times, 'stop'),
      await measureIdle(plan),
    ],
    notes: [
      '`first` sets the embedded database up and migrates it; `later` and `external` find everything there.',
      'CPU is of one core.',
    ],
  };
};

export const start: Bench = { name: 'start', title: 'Start, idling, stop', run };
