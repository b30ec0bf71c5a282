/** What a call came to, in the one form that both prints are made from, and the sentences for a desk that could not be asked. */
import { CliFault } from '../operations/cli-protocol.ts';
import type { Json } from '../operations/json.ts';
import type { DeskAddress, Exchange } from './exchange.ts';

/** 0 healthy or done, 1 failing, 2 usage, 3 denied, 4 unknown or unavailable, 130 stopped waiting by Ctrl-C. */
export type CliExit = 0 | 1 | 2 | 3 | 4 | 130;

export interface Outcome {
  readonly operation: string | null;
  readonly state: 'done' | 'refused' | 'failed' | 'open' | 'unavailable';
  readonly exit: CliExit;
  /** The answer itself; empty where there is none. */
  readonly text: string;
  readonly data: Json;
  /** Why there is no answer, or not the one hoped for. */
  readonly say?: string;
  readonly secret?: string;
}

export const createFailure = (exit: CliExit, say: string, operation: string | null = null): Outcome => ({
  operation,
  state: operation === null ? 'unavailable' : 'open',
  exit,
  text: '',
  data: null,
  say,
});

export const explainUnreachable = (address: DeskAddress, code: string): Outcome => {
  if (code === 'EACCES' || code === 'EPERM')
    return createFailure(
      3,
      'The desk on this machine runs as another user. Set ACUOPS_URL and a token of your own in ACUOPS_TOKEN; in Slack, `/acuops token create laptop` gives you one.',
    );
  if (address.kind === 'socket')
    return createFailure(
      4,
      `No desk is running here (${address.path}). Start one with \`npm start\`, or \`npm run sandbox\` to try it; ACUOPS_DATA names its folder, ACUOPS_URL a desk elsewhere.`,
    );
  if (code === 'ENOTFOUND')
    return createFailure(4, `The host ${address.url.host} of ACUOPS_URL is not known to the network.`);
  return createFailure(
    4,
    `No desk answers at ${address.url.origin} (${code}). Check that it runs (\`npm start\`) and that ACUOPS_URL is right.`,
  );
};

/** An answer other than 200: the desk's own sentence where it is one. */
export const explainStatus = (answer: Extract<Exchange, { kind: 'answer' }>): Outcome => {
  const fault = CliFault.safeParse(answer.body);
  if (!fault.success)
    return createFailure(
      4,
      `Something answers there with HTTP ${answer.status}, but it is no desk of this version.`,
    );
  return createFailure(toExit(answer.status), fault.data.say);
};

const toExit = (status: number): CliExit => {
  if (status === 401 || status === 403) return 3;
  return status === 400 || status === 413 ? 2 : 4;
};

export const explainVersion = (): Outcome =>
  createFailure(
    4,
    'The desk answered in a form that this command does not know. Use the same version of both.',
  );
