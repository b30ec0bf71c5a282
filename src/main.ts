/** Reads the configuration, starts the desk in its roles and turns signals into an orderly stop. */
import { readFile } from 'node:fs/promises';
import { startDesk } from './app.ts';
import { readConfig, renderConfigFaults } from './config/read-config.ts';
import { createSecretValues } from './config/secret-values.ts';
import { AcuopsError, toMessage } from './errors.ts';
import { systemClock } from './runtime/clock.ts';
import { createLogger } from './runtime/logger.ts';
import { bearLostOutput } from './runtime/lost-output.ts';
import { onSignals } from './runtime/on-signals.ts';
import { createRedactor } from './runtime/redact.ts';
import { createShutdown } from './runtime/shutdown.ts';

bearLostOutput();
const read = readConfig();
if (read.kind === 'faulty') {
  process.stderr.write(`${renderConfigFaults(read.faults)}\n`);
  process.exit(2);
}
const { config, secrets } = read;
const secretValues = createSecretValues(secrets);
const redactor = createRedactor({ secrets: secretValues.read });
const log = createLogger({ level: config.logLevel, redactor });

// Before anything is opened: process number 1 of a container does not hear a signal that nobody listens to, and any other would leave its database running.
const shutdown = createShutdown({ log });
onSignals({ shutdown, log });

for (const warning of read.warnings) log.warn(warning);

// What nobody caught is unknown state: say it, end, and let whoever runs the desk start it again. Nothing is lost: it is in Postgres.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    log.fatal('the desk ends: something was not caught', { event, error });
    process.exit(1);
  });

try {
  const desk = await startDesk({
    config,
    secrets,
    log,
    redactor,
    remember: secretValues.remember,
    clock: systemClock,
    references: { env: process.env, readFile: async (path) => readFile(path) },
    shutdown,
  });
  process.stdout.write(`acuops ready${desk.url === null ? '' : ` at ${desk.url}`}\n`);
} catch (error) {
  // Told to stop meanwhile: the signal ends the process, with its own code.
  if (error !== shutdown.signal.reason) {
    log.fatal('the desk could not start', { error });
    process.stderr.write(`${error instanceof AcuopsError ? error.say : toMessage(error)}\n`);
    process.exit(1);
  }
}
