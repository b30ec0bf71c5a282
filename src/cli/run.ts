/** One command line from its words to its exit code. The process around it (streams, signals, environment) is given. */
import { type CliConfig } from '../config/cli-config.ts';
import { AcuopsError } from '../errors.ts';
import type { CliAnswer } from '../operations/cli-protocol.ts';
import { toDeskSocket } from '../runtime/desk-socket.ts';
import { ask } from './ask.ts';
import { createExchanger, type DeskAddress } from './exchange.ts';
import { follow } from './follow.ts';
import { readHelp } from './help.ts';
import { type CliExit, createFailure, type Outcome } from './outcome.ts';
import { type Args, parseArgs } from './parse-args.ts';
import { createPatience } from './patience.ts';
import { note, printJson, printText, type Terminal } from './print.ts';
import { createProgress } from './progress.ts';

export interface RunParts {
  readonly args: readonly string[];
  readonly readConfig: () => CliConfig;
  readonly terminal: Terminal;
  /** Fires on Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** How long a desk that was there and is not any more is waited for. */
const patienceMs = { ask: 20_000, follow: 60_000 };

export const run = async (parts: RunParts): Promise<CliExit> => {
  const args = parseArgs(parts.args);
  const outcome = await carryOut(parts, args);
  if (args.json) printJson(parts.terminal, outcome);
  else printText(parts.terminal, outcome);
  return outcome.exit;
};

const carryOut = async (parts: RunParts, args: Args): Promise<Outcome> => {
  try {
    if (args.kind === 'usage') return createFailure(2, args.say);
    const address = toAddress(parts.readConfig(), parts.terminal);
    if (args.kind === 'help')
      return await readHelp(address, createExchanger(address), args, parts.interrupted);
    return await carryOutCall(parts, args, address);
  } catch (error) {
    if (error instanceof AcuopsError) return createFailure(error.code === 'config' ? 2 : 4, error.say);
    throw error;
  }
};

const toAddress = (config: CliConfig, terminal: Terminal): DeskAddress => {
  if (config.kind === 'folder') return { kind: 'socket', path: toDeskSocket(config.dataDir) };
  if (config.url.protocol === 'http:' && !isLoopback(config.url.hostname))
    note(terminal, 'Note: ACUOPS_URL is http, so your token travels unencrypted.');
  return config;
};

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(host);

const carryOutCall = async (
  parts: RunParts,
  args: Extract<Args, { kind: 'call' }>,
  address: DeskAddress,
): Promise<Outcome> => {
  const { terminal, interrupted } = parts;
  const late = AbortSignal.timeout(args.timeoutMs);
  const signal = AbortSignal.any([interrupted, late]);
  const exchange = createExchanger(address);
  const say = (text: string): void => note(terminal, text);
  let operation: string | null = null;
  try {
    const answer = await ask(
      { address, exchange, patience: createPatience(patienceMs.ask), note: say, signal },
      args.words,
      args.json,
    );
    if (!('kind' in answer)) return answer;
    if (answer.kind !== 'started') return toOutcome(answer);
    operation = answer.operation;
    return await followShown(parts, args.json, operation, { joined: answer.joined, exchange, signal });
  } catch (error) {
    if (signal.aborted) return explainStop(interrupted.aborted, operation, args.timeoutMs);
    throw error;
  }
};

const followShown = async (
  { terminal }: RunParts,
  json: boolean,
  operation: string,
  how: {
    readonly joined: boolean;
    readonly exchange: ReturnType<typeof createExchanger>;
    readonly signal: AbortSignal;
  },
): Promise<Outcome> => {
  if (how.joined) note(terminal, `The same runs already as operation ${operation}; this waits for it.`);
  const progress = createProgress({ ...terminal, isTty: terminal.isTty && !json }, operation);
  try {
    return await follow(
      {
        exchange: how.exchange,
        signal: how.signal,
        patience: createPatience(patienceMs.follow),
        onProgress: progress.show,
        note: (text) => {
          progress.clear();
          note(terminal, text);
        },
      },
      operation,
    );
  } finally {
    progress.end();
  }
};

const toOutcome = (answer: Exclude<CliAnswer, { kind: 'started' }>): Outcome => {
  const { operation, exit, text, data } = answer;
  if (answer.kind === 'refused') return { operation, state: 'refused', exit, text, data, say: text };
  const secret = answer.secret === undefined ? {} : { secret: answer.secret };
  return { operation, state: 'done', exit, text, data, ...secret };
};

const explainStop = (byHand: boolean, operation: string | null, timeoutMs: number): Outcome => {
  const why = byHand ? 'Stopped waiting.' : `Stopped waiting after ${timeoutMs / 1_000} s.`;
  const what =
    operation === null
      ? 'It is not known whether the desk took the request.'
      : `Operation ${operation} goes on at the desk.`;
  return createFailure(byHand ? 130 : 4, `${why} ${what}`, operation);
};
