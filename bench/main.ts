/** `npm run bench [-- name …] [--json] [--quick] [--profile folder]`: runs the benches one after another, prints ratios, and leaves nothing behind. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { acknowledge } from './acknowledge.ts';
import type { Bench, BenchContext } from './bench.ts';
import { fleet, fleetAtLimit, fleetOfThousand } from './fleet.ts';
import { type Ground, startGround } from './ground.ts';
import { readMachine } from './machine.ts';
import { type Report, renderBench, renderMachine } from './print.ts';
import { start } from './start.ts';
import { throughput } from './throughput.ts';

const benches: readonly Bench[] = [acknowledge, throughput, fleet, fleetOfThousand, fleetAtLimit, start];
/** Each is made to end within a minute; one that hangs is given up. */
const longestMs = 120_000;

const readArguments = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new Error(`no bench "${unknown}"; there are ${benches.map(({ name }) => name).join(', ')}`);
  const chosen = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { ...values, chosen };
};

const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const runOne = async (bench: Bench, context: BenchContext): Promise<Report['benches'][number]> => {
  const since = performance.now();
  const outcome = await bench
    .run(context)
    .catch((error: unknown) => ({ rows: [], notes: [`it could not be measured: ${explain(error)}`] }));
  return { name: bench.name, title: bench.title, ...outcome, tookMs: performance.now() - since };
};

const runAll = async (ground: Ground, { chosen, json, quick, profile }: ReturnType<typeof readArguments>) => {
  const size = quick ? 'quick' : 'full';
  const profileFolder = profile === undefined ? null : resolve(profile);
  if (profileFolder !== null) mkdirSync(profileFolder, { recursive: true });
  const machine = readMachine();
  if (!json) console.log(`${renderMachine(machine, size)}\n`);
  const reports: Report['benches'][number][] = [];
  for (const bench of chosen) {
    const say = (line: string) => process.stderr.write(`… ${bench.name}: ${line}\n`);
    const late = setTimeout(() => {
      process.stderr.write(`${bench.name} did not end in ${longestMs / 1_000} s and is given up\n`);
      if (json) printJson({ machine, size, benches: reports });
      void giveUp(ground, 1);
    }, longestMs);
    const report = await runOne(bench, { size, ground, profileFolder, say });
    clearTimeout(late);
    reports.push(report);
    if (!json) console.log(renderBench(report));
  }
  if (json) printJson({ machine, size, benches: reports });
};

const printJson = (report: Report): void => console.log(JSON.stringify(report, null, 2));

/** Measured processes end by themselves when their parent does; the database server would not. */
const giveUp = async (ground: Ground, code: number): Promise<never> => {
  await ground.stop().catch(() => undefined);
  process.exit(code);
};

const runFromCommandLine = async (): Promise<void> => {
  const plan = readArguments();
  const ground = await startGround();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(ground, 130));
  try {
    await runAll(ground, plan);
  } finally {
    await ground.stop();
  }
};

try {
  await runFromCommandLine();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
