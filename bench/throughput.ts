/** Operations per second from the request to done, beside plain BullMQ jobs with as many Postgres writes, on both queue backends. */
import { randomUUID } from 'node:crypto';
import {
  atLeast,
  type Bench,
  type BenchContext,
  type Row,
  runRounds,
  type Size,
  withParts,
} from './bench.ts';
import { startRedis } from './redis-server.ts';
import { median, rotate, toRatios } from './spread.ts';
import { openBareSide } from './throughput/bare-side.ts';
import { openDeskSide } from './throughput/desk-side.ts';
import type { Side } from './throughput/side.ts';

interface Plan {
  readonly perRound: number;
  readonly rounds: number;
  readonly withinMs: number;
  readonly warmUp: number;
}

const plans: Readonly<Record<Size, Plan>> = {
  full: { perRound: 500, rounds: 9, withinMs: 20_000, warmUp: 200 },
  quick: { perRound: 200, rounds: 3, withinMs: 8_000, warmUp: 100 },
  tiny: { perRound: 3, rounds: 1, withinMs: 0, warmUp: 1 },
};

/** Askers at once, and pieces of work at once: the desk's own number. */
const askers = 20;
const atOnce = 10;
const patienceMs = 20_000;

/** Per second, from the first request to the last commit. @throws Error where work gets lost */
const drive = async (side: Side, count: number): Promise<number> => {
  let done = 0;
  const allDone = new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${side.name}: ${done} of ${count} were done in ${patienceMs / 1_000} s`)),
      patienceMs,
    );
    side.onDone(() => {
      done += 1;
      if (done < count) return;
      clearTimeout(late);
      resolve();
    });
  });
  const since = performance.now();
  let left = count;
  const askAll = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await side.ask(`bench:${randomUUID()}`);
    }
  };
  await Promise.all([allDone, ...Array.from({ length: Math.min(askers, count) }, askAll)]);
  return (count * 1_000) / (performance.now() - since);
};

const measure = (
  context: BenchContext,
  backend: 'Postgres' | 'Redis',
  redisUrl: string | null,
): Promise<Row> =>
  withParts(async (keep) => {
    const plan = plans[context.size];
    const rates: Record<string, number[]> = {};
    const sides: Side[] = [];
    for (const open of [openDeskSide, openBareSide]) {
      const side = await open({ databaseUrl: await context.ground.createDatabase(), redisUrl, atOnce });
      keep(side.close);
      sides.push(side);
      rates[side.name] = [];
      await drive(side, plan.warmUp);
    }
    context.say(`on ${backend}`);
    await runRounds(plan, async (round) => {
      for (const side of rotate(sides, round)) rates[side.name]?.push(await drive(side, plan.perRound));
    });
    const [desk = [], bare = []] = sides.map(({ name }) => rates[name] ?? []);
    const ratio = toRatios(desk, bare);
    return {
      label: `queue on ${backend}`,
      measures: sides.map(({ name }) => ({ name, value: median(rates[name] ?? []), unit: '/s' as const })),
      ratios: [{ name: 'desk ÷ bare BullMQ', spread: ratio }],
      aims: [atLeast('operations per second beside bare BullMQ', ratio.median, 0.6)],
    };
  });

const run = (context: BenchContext) =>
  withParts(async (keep) => {
    const rows = [await measure(context, 'Postgres', null)];
    const redis = await startRedis();
    if (redis) {
      keep(redis.stop);
      rows.push(await measure(context, 'Redis', redis.url));
    }
    return {
      rows,
      notes: [
        `${askers} askers at once, ${atOnce} carried out at once, all in one process; Postgres with fsync on.`,
        'Writes of each: 2 rows and a commit to take it in, 1 to begin, 2 and a commit to end. The desk also judges access and works under a lease and a fence.',
        ...(redis ? [] : ['Redis is left out: there is no redis-server on this machine.']),
      ],
    };
  });

export const throughput: Bench = { name: 'throughput', title: 'Request → hint → done', run };
