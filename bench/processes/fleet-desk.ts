/** The real desk, bot and worker, whose own GitHub budget can be lifted (`BENCH_GITHUB_POINTS`): with the usual one a thousand clients would measure nothing but waiting. */
import { readFile } from 'node:fs/promises';
import { startDesk } from '../../src/app.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { renderConfigFaults } from '../../src/config/read-config.ts';
import { createSecretValues } from '../../src/config/secret-values.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { onSignals } from '../../src/runtime/on-signals.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { answerUsage } from './answer-usage.ts';

answerUsage();
const { BENCH_GITHUB_POINTS: points, ...env } = process.env;
const read = parseConfig(env, process.cwd());
if (read.kind === 'faulty') throw new Error(renderConfigFaults(read.faults));
const { config, secrets } = read;
const secretValues = createSecretValues(secrets);
const redactor = createRedactor({ secrets: secretValues.read });
const log = createLogger({ level: config.logLevel, redactor });
const desk = await startDesk({
  config,
  secrets,
  log,
  redactor,
  remember: secretValues.remember,
  clock: systemClock,
  references: { env: {}, readFile: async (path) => readFile(path) },
  githubPointsPerMinute: points === undefined ? undefined : Number(points),
});
onSignals({ shutdown: desk.shutdown, log });
process.stdout.write(`desk ready at ${desk.url ?? ''}\n`);
