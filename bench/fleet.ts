/** `health --all --fresh` over a fleet beside what physics allows: GitHub's limits, latency through the desk's own width, and the same calls made by nothing but `fetch`. */
import {
  atMost,
  type Bench,
  type BenchContext,
  type Measure,
  type Outcome,
  type Row,
  type Size,
} from './bench.ts';
import { type Check, type FleetPlan, type PretendFleet, withFleet } from './fleet/pretend-fleet.ts';
import { callsPerSite, githubAtOnce, sitesAtOnce } from './fleet/replay-calls.ts';
import { toSpread } from './spread.ts';

const gitHubPointsPerMinute = 900;
/** The desk's own promise for up to 500 clients. */
const deadlineMs = 60_000;

/** No further check is begun after this time: a slow machine measures less, not longer. */
const lastBeginMs = 45_000;

/** What could not be faster on any machine. */
const toPhysicalMs = ({ count, latencyMs, limited }: FleetPlan, calls: number): number => {
  const byLatency =
    (Math.ceil(calls / githubAtOnce) + Math.ceil((count * callsPerSite) / sitesAtOnce)) * latencyMs;
  const minutesToWait = limited ? Math.max(0, Math.ceil(calls / gitHubPointsPerMinute) - 1) : 0;
  return byLatency + minutesToWait * 60_000;
};

const toMeasures = (plan: FleetPlan, check: Check): readonly Measure[] => [
  { name: 'done', value: check.doneMs / 1_000, unit: 's' },
  { name: 'card', value: check.cardMs / 1_000, unit: 's' },
  { name: 'physical limit', value: toPhysicalMs(plan, check.calls) / 1_000, unit: 's' },
  { name: 'calls per client', value: check.calls / plan.count, unit: '' },
  { name: 'charged per client', value: check.charged / plan.count, unit: '' },
  { name: 'desk CPU per client', value: check.cpuMs / plan.count, unit: 'ms' },
  ...(check.serverCpuMs === null
    ? []
    : [{ name: 'Postgres CPU per client', value: check.serverCpuMs / plan.count, unit: 'ms' as const }]),
  { name: 'RSS', value: check.rssMb, unit: 'MB' },
  { name: 'peak RSS', value: check.peakMb, unit: 'MB' },
  ...Object.entries(check.states).map(([state, value]) => ({ name: state, value, unit: '' as const })),
];

interface Measured {
  readonly check: Check;
  /** The same calls bare, after the first two checks; null where they would have to wait for GitHub's limits. */
  readonly bareMs: number | null;
}

const toRatios = (plan: FleetPlan, measured: readonly Measured[]) => {
  const over = (name: string, values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? [] : [{ name, spread: toSpread(known) }];
  };
  return [
    ...over(
      'done ÷ physical limit',
      measured.map(({ check }) => check.doneMs / toPhysicalMs(plan, check.calls)),
    ),
    ...over(
      'done ÷ the same calls bare',
      measured.map(({ check, bareMs }) => (bareMs === null ? null : check.doneMs / bareMs)),
    ),
  ];
};

const measureOne = async (fleet: PretendFleet, withBare: boolean): Promise<Measured> => {
  const check = await fleet.check();
  return { check, bareMs: withBare ? await fleet.replay() : null };
};

const say = (plan: FleetPlan): string =>
  `${plan.count} clients, ${plan.latencyMs} ms, GitHub's limits ${plan.limited ? 'real' : 'lifted'}`;

const toColdRow = (plan: FleetPlan, cold: Measured): Row => ({
  label: `${say(plan)}, cold`,
  measures: toMeasures(plan, cold.check),
  ratios: toRatios(plan, [cold]),
  aims: [
    atMost('GitHub calls per client, cold', cold.check.calls / plan.count, 3),
    atMost('done in ms', cold.check.doneMs, deadlineMs),
  ],
});

const toAgainRow = (plan: FleetPlan, again: readonly Measured[]): readonly Row[] => {
  const last = again.at(-1);
  if (!last) return [];
  return [
    {
      label: `${say(plan)}, again with nothing changed`,
      measures: toMeasures(plan, last.check),
      ratios: toRatios(plan, again),
      aims: [atMost('GitHub calls charged per client, unchanged', last.check.charged / plan.count, 0)],
    },
  ];
};

const toGrowthRow = (plan: FleetPlan, all: readonly Measured[]): readonly Row[] => {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.length < 3) return [];
  return [
    {
      label: `${say(plan)}, growth over ${all.length} checks`,
      measures: all.flatMap(({ check }, index): readonly Measure[] => [
        { name: `heap after ${index + 1}`, value: check.heapMb, unit: 'MB' },
        { name: 'RSS', value: check.rssMb, unit: 'MB' },
      ]),
      ratios: [{ name: 'heap last ÷ first', spread: toSpread([last.check.heapMb / first.check.heapMb]) }],
      aims: [],
    },
  ];
};

/** One fleet, checked so often: cold, then unchanged. */
const measure = (context: BenchContext, plan: FleetPlan, checks: number): Promise<readonly Row[]> =>
  withFleet(context, plan, async (fleet) => {
    const all: Measured[] = [];
    const since = performance.now();
    for (let index = 0; index < checks; index += 1) {
      if (index > 0 && performance.now() - since > lastBeginMs) {
        context.say('no time for further checks');
        break;
      }
      const bare = !plan.limited && index < 2;
      context.say(`${say(plan)}, check ${index + 1} of ${checks}`);
      all.push(await measureOne(fleet, bare));
    }
    const [cold, ...again] = all;
    if (!cold) return [];
    return [toColdRow(plan, cold), ...toAgainRow(plan, again), ...toGrowthRow(plan, all)];
  });

type Part = FleetPlan & { readonly checks: number };

const create = (name: string, title: string, parts: Readonly<Record<Size, readonly Part[]>>): Bench => ({
  name,
  title,
  run: async (context): Promise<Outcome> => {
    const rows: Row[] = [];
    for (const { checks, ...plan } of parts[context.size])
      rows.push(...(await measure(context, plan, checks)));
    return {
      rows,
      notes: [
        `Physical limit: calls × latency ÷ ${githubAtOnce} at once, then ${callsPerSite} calls per site × latency ÷ ${sitesAtOnce} at once, and a minute of waiting for each further ${gitHubPointsPerMinute} points.`,
        'The desk is a process of its own (bot and worker); GitHub, Slack and the sites are pretended by the bench, on the same machine.',
      ],
    };
  },
});

const hundred = { count: 100, latencyMs: 100 };
const tiny = [{ count: 2, latencyMs: 1, limited: false, checks: 1 }];

export const fleet = create('fleet', 'Health of 100 clients', {
  full: [
    { ...hundred, limited: false, checks: 5 },
    { ...hundred, limited: true, checks: 2 },
  ],
  quick: [{ count: 30, latencyMs: 100, limited: false, checks: 3 }],
  tiny,
});

export const fleetOfThousand = create('fleet-1000', 'Health of 1,000 clients, limits lifted', {
  full: [{ count: 1_000, latencyMs: 100, limited: false, checks: 2 }],
  quick: [{ count: 300, latencyMs: 100, limited: false, checks: 1 }],
  tiny,
});

export const fleetAtLimit = create('fleet-limits', "Health of 1,000 clients within GitHub's limits", {
  full: [{ count: 1_000, latencyMs: 100, limited: true, checks: 1 }],
  quick: [{ count: 300, latencyMs: 100, limited: true, checks: 1 }],
  tiny: [{ count: 2, latencyMs: 1, limited: true, checks: 1 }],
});
