/** A wire to Postgres that can be cut, go silent and come back on the same port. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface StoreProxy {
  /** The given database's address, through this wire. */
  readonly url: string;
  /** Every connection breaks and new ones are refused. */
  readonly cut: () => Promise<void>;
  /** Connections stay, new ones are taken, and nothing ever answers. */
  readonly silence: () => void;
  readonly restore: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const createStoreProxy = async (databaseUrl: string): Promise<StoreProxy> => {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isSilent = false;
  let server: Server;
  let port = 0;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const take = (from: Socket): void => {
    track(from);
    const to = connect(Number(target.port || 5432), target.hostname);
    track(to);
    from.on('data', (bytes) => isSilent || to.write(bytes));
    to.on('data', (bytes) => isSilent || from.write(bytes));
    from.on('close', () => to.destroy());
    to.on('close', () => from.destroy());
  };
  const listen = async (): Promise<void> => {
    server = createServer(take);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    port = address.port;
  };
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut: close,
    silence: () => {
      isSilent = true;
    },
    restore: async () => {
      isSilent = false;
      if (server.listening) {
        for (const socket of sockets) socket.destroy();
        return;
      }
      await listen();
    },
    stop: close,
  };
};
