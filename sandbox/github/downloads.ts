/** The file host that log addresses lead to: another origin than the API, each address good once and for one minute, and refused when the API's token is sent along. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback, stopServer } from '../loopback.ts';

interface Download {
  readonly type: string;
  readonly content: Buffer | string;
  readonly goodUntil: number;
}

export interface Downloads {
  /** A new address for this content. */
  offer(type: string, content: Buffer | string): string;
  stop(): Promise<void>;
}

export const createDownloads = async (clock: () => number): Promise<Downloads> => {
  const offered = new Map<string, Download>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const key = new URL(request.url ?? '/', 'http://localhost').pathname;
    const found = offered.get(key);
    if (request.headers.authorization !== undefined) {
      response
        .writeHead(401, { 'content-type': 'application/xml' })
        .end('<Error><Code>InvalidAuthenticationInfo</Code></Error>');
      return;
    }
    offered.delete(key);
    if (!found || clock() > found.goodUntil) {
      response
        .writeHead(403, { 'content-type': 'application/xml' })
        .end('<Error><Code>AuthenticationFailed</Code></Error>');
      return;
    }
    response.writeHead(200, { 'content-type': found.type }).end(found.content);
  };
  const server = createServer(answer);
  const port = await listenOnLoopback(server, 0);
  return {
    offer: (type, content) => {
      const path = `/logs/${randomBytes(12).toString('hex')}`;
      offered.set(path, { type, content, goodUntil: clock() + 60_000 });
      return `http://127.0.0.1:${port}${path}`;
    },
    stop: () => stopServer(server),
  };
};
