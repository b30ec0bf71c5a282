/** A node:http server with bounds against slow and silent callers, and an end that leaves nobody hanging. Where it listens and what it answers are given. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AcuopsError } from '../errors.ts';

export interface ServeLimits {
  readonly headersTimeoutMs: number;
  /** Headers and body together; each door sets a shorter one for its own bodies. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
}

export const defaultLimits: ServeLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5_000,
};

export interface Serving {
  readonly server: Server;
  /** Takes no more connections, lets answers in flight finish, then closes what is still open. */
  readonly stop: (graceMs?: number) => Promise<void>;
}

export const createServing = (listener: RequestListener, limits: ServeLimits = defaultLimits): Serving => {
  const busy = new Map<Socket, number>();
  let stopping = false;

  const release = (socket: Socket): void => {
    const left = (busy.get(socket) ?? 1) - 1;
    if (!busy.has(socket)) return;
    busy.set(socket, left);
    if (stopping && left === 0) socket.destroySoon();
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    busy.set(request.socket, (busy.get(request.socket) ?? 0) + 1);
    response.on('close', () => release(request.socket));
    if (stopping) response.setHeader('connection', 'close');
    listener(request, response);
  };

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
      maxHeaderSize: 16_384,
    },
    onRequest,
  );
  server.on('connection', (socket: Socket) => {
    busy.set(socket, 0);
    socket.on('close', () => busy.delete(socket));
  });

  return {
    server,
    stop: async (graceMs = 5_000) => {
      stopping = true;
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const [socket, requests] of busy) if (requests === 0) socket.destroySoon();
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(force);
    },
  };
};

/** @throws AcuopsError `config` where the address cannot be listened on. */
export const listenOn = async (server: Server, host: string, port: number): Promise<AddressInfo> => {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(
        new AcuopsError({
          code: 'config',
          message: `cannot listen on ${host}:${port}: ${error.code ?? error.message}`,
          say: explainListen(host, port, error),
          cause: error,
        }),
      );
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return server.address() as AddressInfo;
};

const explainListen = (host: string, port: number, error: NodeJS.ErrnoException): string => {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken by another program. Stop that one or choose another port.`;
    case 'EACCES':
      return `Port ${port} on ${host} may not be opened by this user. Choose one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine.`;
    default:
      return `Port ${port} on ${host} cannot be opened (${error.code ?? 'unknown cause'}).`;
  }
};
