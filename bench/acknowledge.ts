/** How long a person waits for the answer to a slash command: the real desk beside a bare Bolt app and beside Bolt with one INSERT into the same Postgres. */
import { createSmallStand } from '../sandbox/stand.ts';
import {
  atMost,
  type Bench,
  type BenchContext,
  type Measure,
  type Row,
  runRounds,
  type Size,
  withParts,
} from './bench.ts';
import { programs, startMeasured } from './child-process.ts';
import { type Answered, createSlackLoad } from './slack-load.ts';
import { quantile, rotate, toRatios } from './spread.ts';

interface Load {
  readonly atOnce: number;
  /** Commands of each side in each round. */
  readonly perRound: number;
  readonly rounds: number;
  readonly withinMs: number;
}

interface Plan {
  readonly whoami: readonly Load[];
  readonly health: readonly Load[];
  readonly warmUp: number;
}

const plans: Readonly<Record<Size, Plan>> = {
  full: {
    whoami: [
      { atOnce: 1, perRound: 200, rounds: 9, withinMs: 12_000 },
      { atOnce: 20, perRound: 300, rounds: 9, withinMs: 12_000 },
      { atOnce: 50, perRound: 400, rounds: 9, withinMs: 12_000 },
    ],
    health: [
      { atOnce: 1, perRound: 40, rounds: 3, withinMs: 3_000 },
      { atOnce: 20, perRound: 100, rounds: 3, withinMs: 5_000 },
    ],
    warmUp: 300,
  },
  quick: {
    whoami: [1, 20, 50].map((atOnce) => ({ atOnce, perRound: 100, rounds: 3, withinMs: 4_000 })),
    health: [{ atOnce: 20, perRound: 60, rounds: 3, withinMs: 4_000 }],
    warmUp: 100,
  },
  tiny: {
    whoami: [{ atOnce: 2, perRound: 4, rounds: 1, withinMs: 0 }],
    health: [{ atOnce: 1, perRound: 1, rounds: 1, withinMs: 0 }],
    warmUp: 1,
  },
};

interface Asked {
  readonly text: string;
  /** In every answer that is not a refusal. */
  readonly expect: string;
}

const whoami: Asked = { text: 'whoami', expect: 'You are' };
const health: Asked = { text: 'health heritage', expect: '*health ' };

type SideName = 'desk' | 'Bolt + insert' | 'bare Bolt';

interface Side {
  readonly name: SideName;
  readonly url: string;
  readonly text: string;
  readonly expect: string;
}

type Rounds = Readonly<Record<SideName, Answered[]>>;

const toSamples = (rounds: readonly Answered[]): readonly number[] => rounds.flatMap(({ took }) => took);
const countWrong = (rounds: Rounds): number =>
  rounds.desk.reduce((sum, { wrong }) => sum + wrong, 0) / Math.max(1, toSamples(rounds.desk).length);

const toMeasures = (rounds: Rounds): readonly Measure[] => [
  ...Object.entries(rounds).flatMap(([name, answered]) =>
    [0.5, 0.99].map((part) => ({
      name: `${name} p${part * 100}`,
      value: quantile(toSamples(answered), part),
      unit: 'ms' as const,
    })),
  ),
  { name: 'desk answers that were refusals', value: countWrong(rounds) * 100, unit: '%' },
];

const toRow = (label: string, rounds: Rounds, withAims: boolean): Row => {
  const each = (name: SideName, part: number) => rounds[name].map(({ took }) => quantile(took, part));
  const beside = (other: SideName, part: number) => toRatios(each('desk', part), each(other, part));
  const ratio = beside('Bolt + insert', 0.99);
  return {
    label,
    measures: toMeasures(rounds),
    ratios: [
      { name: 'p99 desk ÷ Bolt + insert', spread: ratio },
      { name: 'p50 desk ÷ Bolt + insert', spread: beside('Bolt + insert', 0.5) },
      { name: 'p99 desk ÷ bare Bolt', spread: beside('bare Bolt', 0.99) },
    ],
    aims: [
      ...(withAims ? [atMost('p99 beside Bolt + insert', ratio.median, 1.5)] : []),
      atMost('p99 in ms', quantile(toSamples(rounds.desk), 0.99), 300),
    ],
  };
};

const run = (context: BenchContext) =>
  withParts(async (keep) => {
    const plan = plans[context.size];
    const stand = await createSmallStand({
      slack: { limits: false },
      env: { DATABASE_URL: await context.ground.createDatabase() },
    });
    keep(stand.stop);
    const desk = await startMeasured({
      program: programs.desk,
      env: { ...stand.env, LOG_LEVEL: 'error' },
      profileFolder: context.profileFolder,
    });
    keep(desk.stop);
    const bolt = await startMeasured({
      program: programs.bolt,
      env: { ...stand.env, DATABASE_URL: await context.ground.createDatabase() },
    });
    keep(bolt.stop);
    const load = createSlackLoad(stand.slack);
    keep(async () => load.close());

    const toSides = ({ text, expect }: Asked): readonly Side[] => [
      { name: 'desk', url: desk.url, text, expect },
      { name: 'Bolt + insert', url: bolt.url, text: 'insert', expect: 'Noted.' },
      { name: 'bare Bolt', url: bolt.url, text: 'bare', expect: 'Noted.' },
    ];
    const measure = async (asked: Asked, { atOnce, perRound, ...plan }: Load): Promise<Rounds> => {
      const samples: Rounds = { desk: [], 'Bolt + insert': [], 'bare Bolt': [] };
      await runRounds(plan, async (round) => {
        for (const side of rotate(toSides(asked), round))
          samples[side.name].push(await load.send({ ...side, count: perRound, atOnce }));
      });
      return samples;
    };

    for (const side of toSides(whoami)) await load.send({ ...side, count: plan.warmUp, atOnce: 20 });
    const rows: Row[] = [];
    for (const each of plan.whoami) {
      context.say(`whoami, ${each.atOnce} at once`);
      rows.push(toRow(`whoami, ${each.atOnce} at once`, await measure(whoami, each), true));
    }
    for (const each of plan.health) {
      context.say(`health, ${each.atOnce} at once`);
      rows.push(toRow(`health heritage, ${each.atOnce} at once`, await measure(health, each), false));
    }
    return {
      rows,
      notes: [
        'The desk runs bot and worker in one process; `health` is acknowledged while the checks themselves run beside it.',
        'All three sit behind the same HTTPReceiver and verify the same signatures; one Postgres serves both, fsync on.',
      ],
    };
  });

export const acknowledge: Bench = { name: 'acknowledge', title: 'Acknowledging a slash command', run };
