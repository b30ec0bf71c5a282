/** `/cli/v1/*`: the door of the command line, over TCP with a personal token or over the socket as the desk's own user. It asks the same request door as Slack. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../operations/call.ts';
import { CliCall, cliRoot } from '../operations/cli-protocol.ts';
import { parseTarget, sendFault, sendJson, sendNotFound, sendWrongMethod } from './answer.ts';
import type { Door } from './answer-errors.ts';
import { answerCall, type Caller, type CallParts } from './cli-call.ts';
import { toCliHelp } from './cli-help.ts';
import { answerWatch, type WatchParts } from './cli-watch.ts';
import type { FailureLimit } from './failure-limit.ts';
import { findBrowserTrouble } from './origin.ts';
import { type BodyLimits, readBody, refuseBody } from './read-body.ts';

export interface CliDoorParts extends CallParts, WatchParts {
  /** The person a token is bound to; null for one that is unknown, revoked or expired. */
  readonly findActor: (token: string) => Promise<Actor | null>;
  readonly failures: FailureLimit;
  /** Names besides addresses and `localhost` that this desk is reached by. */
  readonly allowedHosts: readonly string[];
  readonly bodyLimits?: BodyLimits;
}

/** How a caller is known; null where it was answered already. */
type Identify = (request: IncomingMessage, response: ServerResponse) => Promise<Caller | null>;

const callLimits: BodyLimits = { maxBytes: 2 * 1024 * 1024, timeoutMs: 10_000 };

export const createCliDoor = (parts: CliDoorParts): Door => createDoor(parts, createTokenCheck(parts));

/** The socket's file mode lets only the desk's own user in, so that user is who calls. */
export const createSocketDoor = (parts: CliDoorParts, localUser: string): Door =>
  createDoor(parts, () => Promise.resolve({ actor: { team: 'local', user: localUser }, via: 'socket' }));

const createDoor =
  (parts: CliDoorParts, identify: Identify): Door =>
  async (request, response) => {
    const trouble = findBrowserTrouble(request, parts.allowedHosts);
    if (trouble !== null) return sendFault(response, 403, 'not-for-pages', trouble);
    const caller = await identify(request, response);
    if (caller) await route(parts, caller, request, response);
  };

const createTokenCheck =
  ({ findActor, failures }: CliDoorParts): Identify =>
  async (request, response) => {
    const token = /^Bearer ([\x21-\x7E]{1,500})$/iu.exec(request.headers.authorization ?? '')?.[1];
    const address = request.socket.remoteAddress ?? 'unknown';
    // A good token is looked up and passes even where its address, which may be a proxy's, failed too often.
    const actor = await failures.check(address, async () => (token ? findActor(token) : null));
    if (actor === 'limited') {
      sendFault(
        response,
        429,
        'too-many-failures',
        'Too many failed sign-ins from this address. Wait a minute.',
        {
          'retry-after': '60',
          connection: 'close',
        },
      );
      return null;
    }
    if (actor) return { actor, via: 'http' };
    // One text for every cause: nobody learns whether a token was once good.
    sendFault(
      response,
      401,
      'unauthorised',
      'No valid token. In Slack, `/acuops token create laptop` gives one.',
      {
        'www-authenticate': 'Bearer realm="acuops"',
        connection: 'close',
      },
    );
    return null;
  };

const route = async (
  parts: CliDoorParts,
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const target = parseTarget(request);
  const path = target?.pathname.slice(cliRoot.length) ?? '';
  const operation = /^\/operations\/([^/]+)$/u.exec(path)?.[1];
  if (path === '/call')
    return request.method === 'POST'
      ? receiveCall(parts, caller, request, response)
      : sendWrongMethod(response, 'POST');
  if (path !== '/help' && operation === undefined) return sendNotFound(response);
  if (request.method !== 'GET') return sendWrongMethod(response, 'GET');
  if (operation === undefined) return sendJson(response, 200, toCliHelp(parts.commands));
  const asked = { spokenId: operation, waitMs: target?.searchParams.get('waitMs') ?? null };
  return answerWatch(parts, caller.actor, asked, response);
};

const receiveCall = async (
  parts: CliDoorParts,
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const limits = parts.bodyLimits ?? callLimits;
  // A page may send text/plain anywhere without asking; JSON it may not.
  if (!/^application\/json\s*(?:;|$)/iu.test(request.headers['content-type'] ?? ''))
    return sendFault(response, 415, 'not-json', 'The body must be application/json.');
  const read = await readBody(request, limits);
  if (read.kind !== 'read') return refuseBody(request, response, read.kind, limits);
  const call = CliCall.safeParse(parseJson(read.body));
  if (!call.success) {
    const [fault] = call.error.issues;
    const where = fault?.path.map(String).join('.') || 'body';
    return sendFault(response, 400, 'usage', `${where}: ${fault?.message ?? 'not understood'}.`);
  }
  sendJson(response, 200, await answerCall(parts, caller, call.data));
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};
