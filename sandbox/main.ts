/** `npm run sandbox`: the desk in a pretend world, to be tried with a browser and a terminal. Reads the arguments, says what goes on, and turns Ctrl-C into a clean stop. */
import { createInterface } from 'node:readline';
import { AcuopsError, toMessage } from '../src/errors.ts';
import { createLogger } from '../src/runtime/logger.ts';
import { bearLostOutput } from '../src/runtime/lost-output.ts';
import { onSignals } from '../src/runtime/on-signals.ts';
import { createRedactor } from '../src/runtime/redact.ts';
import { createShutdown, holdClosers } from '../src/runtime/shutdown.ts';
import { bringUp, openFolder, openLog, type SandboxPlan, toSeconds } from './bring-up.ts';
import { causeTrouble } from './fault-console.ts';
import { hasLocalSlack } from './slack/local-slack.ts';
import { renderStartScreen } from './start-screen.ts';

bearLostOutput();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (line: string, code: number): never => {
  process.stderr.write(`${line}\n`);
  process.exit(code);
};

const flags = ['--fresh', '--http'];
const given = process.argv.slice(2);
const unknown = given.find((word) => !flags.includes(word));
if (unknown !== undefined)
  fail(
    `The sandbox knows no "${unknown}". Allowed: --fresh (forget what earlier runs left), --http (instead of Socket Mode).\nExample: npm run sandbox -- --fresh`,
    2,
  );

if (!hasLocalSlack())
  fail(
    `The page of the pretend Slack needs the program local-slack, which npm has for linux-x64 only; this is ${process.platform}-${process.arch}.\nTry \`npm run demo\` instead: the same world without a page.`,
    1,
  );

const explain = (error: unknown): string => (error instanceof AcuopsError ? error.say : toMessage(error));

const plan: SandboxPlan = {
  dataDir: process.env['ACUOPS_DATA']?.trim() || '.acuops',
  fresh: given.includes('--fresh'),
  mode: given.includes('--http') ? 'http' : 'socket',
  page: true,
  say,
};

const since = performance.now();
// The log opens with the folder; until then there is nothing worth keeping.
let keep: (line: string) => void = () => undefined;
const log = createLogger({
  level: 'info',
  redactor: createRedactor({ secrets: () => [] }),
  stream: { write: (line) => keep(line) },
});
const shutdown = createShutdown({ log });
let hasFailed = false;
shutdown.signal.addEventListener('abort', () => hasFailed || say('Stopping …'));
shutdown.add('the last word', () => {
  if (!hasFailed)
    say('Stopped. Clients, notes and the audit are kept for the next start; --fresh forgets them.');
});
onSignals({ shutdown, log });

try {
  say('Starting the sandbox');
  const folder = await openFolder(plan, shutdown);
  const logFile = openLog(folder, shutdown);
  keep = logFile.write;
  const opening = holdClosers(shutdown);
  const sandbox = await bringUp({ plan, folder, log, logFile, shutdown: opening.shutdown }).finally(
    opening.release,
  );
  if (shutdown.signal.aborted) throw new Error('stopped while it started');
  say(`acuops ready in ${toSeconds(performance.now() - since)}\n`);
  say(renderStartScreen(sandbox));
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    const answer = causeTrouble(line, sandbox);
    if (answer !== '') say(answer);
  });
  shutdown.add('the console', () => typed.close());
} catch (error) {
  // A stop in the middle of the start makes parts fail; that is no news.
  if (!shutdown.signal.aborted) {
    hasFailed = true;
    log.error('the sandbox could not start', { error });
    await shutdown.run('the sandbox could not start');
    fail(explain(error), 1);
  }
}
