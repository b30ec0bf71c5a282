/** A fleet in the pretend world with latency everywhere, a real desk in a process of its own, and one whole check after another, each measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createStand, type Stand } from '../../sandbox/stand.ts';
import { channelIds, createFleet, personIds } from '../../sandbox/world.ts';
import { type BenchContext, withParts } from '../bench.ts';
import { type MeasuredProcess, programs, startMeasured } from '../child-process.ts';
import { readServerCpuMs } from '../machine.ts';
import { createReplay, type Replay } from './replay-calls.ts';

export interface FleetPlan {
  readonly count: number;
  /** Of each GitHub call and each call to a site. */
  readonly latencyMs: number;
  /** GitHub's own limits; else they are lifted, at the stand-in and in the desk. */
  readonly limited: boolean;
}

/** One `health --all --fresh`. */
export interface Check {
  /** From the row that was written when it was asked to the one that says done. */
  readonly doneMs: number;
  /** Until the card that shows the end was delivered. */
  readonly cardMs: number;
  readonly calls: number;
  readonly charged: number;
  readonly cpuMs: number;
  readonly serverCpuMs: number | null;
  readonly rssMb: number;
  readonly peakMb: number;
  readonly heapMb: number;
  /** How many clients ended in which state. */
  readonly states: Readonly<Record<string, number>>;
}

export interface PretendFleet {
  readonly check: () => Promise<Check>;
  /** The calls of the last check again, with nothing but `fetch`. */
  readonly replay: Replay;
}

const lifted = { perHour: 10_000_000, pointsPerMinute: 10_000_000, atOnce: 1_000 };
const patienceMs = 75_000;

interface FinishedRow {
  readonly id: string;
  readonly doneMs: number;
  readonly states: readonly string[];
}

const finishedQuery = `select id, (extract(epoch from finished_at - created_at) * 1000)::float8 as "doneMs",
    array(select c ->> 'state' from jsonb_array_elements(result -> 'clients') c) as states
  from operations where verb = 'health' and state <> 'open' and created_at >= $1`;

/** Null until it is there. */
const readUntil = async <T>(read: () => Promise<T | undefined>, what: string): Promise<T> => {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const found = await read();
    if (found !== undefined) return found;
    await sleep(40);
  }
  throw new Error(`${what} was not there within ${patienceMs / 1_000} s`);
};

const countStates = (states: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(states, (state) => state)].map(([state, all]) => [state, all.length]));

const createCheck =
  (stand: Stand, desk: MeasuredProcess, database: Client, serverPid: number | undefined) =>
  async (): Promise<Check> => {
    stand.github.resetCounts();
    const before = await desk.usage();
    const serverBefore = readServerCpuMs(serverPid);
    const asked = new Date();
    const since = performance.now();
    const [ack] = await stand.slack.command(personIds.admin, channelIds.ops, 'health --all --fresh');
    if (!ack?.ok) throw new Error(`the check was not taken: ${ack?.text ?? 'no answer'}`);
    const row = await readUntil(
      async () => (await database.query<FinishedRow>(finishedQuery, [asked])).rows[0],
      'the end of the check',
    );
    await readUntil(
      async () =>
        (
          await database.query<{ id: string }>(
            'select id from cards where operation_id = $1 and delivered_version = wanted_version and posted_ts is not null',
            [row.id],
          )
        ).rows[0],
      'the finished card',
    );
    const cardMs = performance.now() - since;
    const serverAfter = readServerCpuMs(serverPid);
    const after = await desk.usage();
    const calls = stand.github.calls();
    return {
      doneMs: row.doneMs,
      cardMs,
      calls: calls.length,
      charged: calls.reduce((sum, call) => sum + call.charged, 0),
      cpuMs: after.cpuMs - before.cpuMs,
      serverCpuMs: serverBefore === null || serverAfter === null ? null : serverAfter - serverBefore,
      rssMb: after.rssMb,
      peakMb: after.peakMb,
      heapMb: after.heapMb,
      states: countStates(row.states),
    };
  };

/** Whatever it opened is closed when `work` ends. */
export const withFleet = <T>(
  context: BenchContext,
  plan: FleetPlan,
  work: (fleet: PretendFleet) => Promise<T>,
): Promise<T> =>
  withParts(async (keep) => {
    const url = await context.ground.createDatabase();
    const stand = await createStand({
      world: createFleet({ count: plan.count, now: new Date() }),
      slack: { limits: false },
      github: { latencyMs: plan.latencyMs, ...(plan.limited ? {} : { limits: lifted }) },
      env: { DATABASE_URL: url, LOG_LEVEL: 'error' },
    });
    keep(stand.stop);
    for (const { site } of stand.world.clients)
      stand.acumatica.setBehaviour(site.prefix, { kind: 'slow', ms: plan.latencyMs });
    const desk = await startMeasured({
      program: programs.fleetDesk,
      env: { ...stand.env, ...(plan.limited ? {} : { BENCH_GITHUB_POINTS: String(lifted.pointsPerMinute) }) },
      collect: true,
      profileFolder: context.profileFolder,
    });
    keep(desk.stop);
    await stand.slack.setRequestUrl(`${desk.url}/slack/events`);
    const database = new Client({ connectionString: url });
    // Where the server is stopped first, because the bench is given up.
    database.on('error', () => undefined);
    await database.connect();
    keep(() => database.end());
    const bare = await startMeasured({ program: programs.replay, env: {} });
    keep(bare.stop);
    return work({
      check: createCheck(stand, desk, database, context.ground.pid),
      replay: createReplay(stand, bare),
    });
  });
