/** The desk as `src/main.ts` starts it, in a process that ends itself at a boundary which the test names by message. */
import { readFile } from 'node:fs/promises';
import { startDesk } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { createSecretValues } from '../../src/config/secret-values.ts';
import { toMessage } from '../../src/errors.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { onSignals } from '../../src/runtime/on-signals.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { createShutdown } from '../../src/runtime/shutdown.ts';
import { type Arming, createCrashPoints } from './crash-points.ts';

const fail = (error: unknown): never => {
  process.stderr.write(`${toMessage(error)}\n`);
  process.exit(1);
};
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, fail);

const read = readConfig();
if (read.kind === 'faulty') fail(new Error(JSON.stringify(read.faults)));
else {
  const { config, secrets } = read;
  const secretValues = createSecretValues(secrets);
  const redactor = createRedactor({ secrets: secretValues.read });
  const log = createLogger({ level: config.logLevel, redactor });
  const points = createCrashPoints();
  const shutdown = createShutdown({ log });
  onSignals({ shutdown, log });
  await startDesk({
    config,
    secrets,
    log,
    redactor,
    remember: secretValues.remember,
    clock: systemClock,
    references: { env: process.env, readFile: async (path) => readFile(path) },
    wrap: points.wrap,
    shutdown,
  });
  process.on('message', (message) => {
    points.arm(message as Arming);
    process.send?.('armed');
  });
}
