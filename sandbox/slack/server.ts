// The front's one HTTP server on loopback: Web API, response URLs, uploads, files, Socket Mode upgrades.
// It routes; every answer is made elsewhere.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerThrough, sendAnswer } from './api.ts';
import type { FaultBook } from './faults.ts';
import { isJson, parseJson } from './json.ts';
import type { FileMethods } from './methods/files.ts';
import { readBody, readUpload } from './request.ts';
import { takeResponse } from './responses.ts';
import type { Slack } from './slack.ts';
import type { Sockets } from './sockets.ts';

export interface Routes {
  readonly api: (method: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly files: FileMethods;
  readonly sockets: Sockets;
  readonly book: FaultBook;
  readonly slack: Slack;
  /** What local-slack delivers, where it is there. */
  readonly screen: { take: (body: Buffer, type: string) => Promise<unknown> };
}

export interface FrontServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

type Route = (parts: readonly string[], request: IncomingMessage, response: ServerResponse) => Promise<void>;

const createRoutes = ({ api, files, book, slack, screen }: Routes): Readonly<Record<string, Route>> => {
  const takeAnswer: Route = async ([, , id = ''], request, response) => {
    const parsed = parseJson((await readBody(request)).toString('utf8'));
    const args = isJson(parsed) ? parsed : {};
    const finish = slack.record.noteCall({
      method: 'response_url',
      at: slack.now(),
      status: 0,
      ok: false,
      args,
    });
    const carryOut = () => Promise.resolve(takeResponse(id, args, slack));
    const done = await answerThrough(response, book.takeApiFault('response_url'), carryOut);
    if (done) finish({ status: done.isSent ? done.answer.status : 0, ok: done.answer.status === 200 });
  };
  return {
    api: ([, method = ''], request, response) => api(method, request, response),
    actions: takeAnswer,
    commands: takeAnswer,
    upload: async ([, , id = ''], request, response) => {
      const bytes = await readUpload(request);
      const isTaken = files.receive(id, bytes);
      sendAnswer(
        response,
        isTaken ? { status: 200, body: `OK - ${bytes.length}` } : { status: 400, body: 'invalid upload' },
      );
    },
    files: async ([, id = ''], _request, response) => {
      const file = slack.record.file(id);
      if (!file) return sendAnswer(response, { status: 404, body: 'no such file' });
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
    },
    screen: async (_parts, request, response) => {
      const answer = await screen.take(await readBody(request), request.headers['content-type'] ?? '');
      sendAnswer(response, { status: 200, body: isJson(answer) ? answer : '' });
    },
  };
};

export const createFrontServer = async (port: number, routes: Routes): Promise<FrontServer> => {
  const table = createRoutes(routes);
  const server = createServer((request, response) => {
    const parts = new URL(request.url ?? '/', 'http://localhost').pathname.split('/').filter(Boolean);
    const route = table[parts[0] ?? ''];
    if (!route) return sendAnswer(response, { status: 404, body: 'nothing here' });
    route(parts, request, response).catch((error: unknown) => {
      // A fault of the front, not of the bot: say it loudly to both.
      console.error('The pretend Slack failed at', request.url, error);
      if (!response.headersSent)
        sendAnswer(response, { status: 500, body: `The pretend Slack failed: ${String(error)}` });
    });
  });
  server.on('upgrade', (request, socket) => routes.sockets.accept(request, socket));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    stop: () => {
      routes.sockets.stop();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // Swallowed requests hold their connections open; nothing waits for them now.
      server.closeAllConnections();
      return closed;
    },
  };
};
