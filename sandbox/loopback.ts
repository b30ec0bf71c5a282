/** Servers of the pretend world listen on 127.0.0.1 only, and stop at once even while somebody is still connected. */

import type { Server as HttpServer } from 'node:http';
import { createServer as createNetServer, type Server } from 'node:net';

/** Port 0 picks a free one. Gives the port. */
export const listenOnLoopback = (server: Server | HttpServer, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });

export const stopServer = (server: HttpServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Below those that systems hand out (Linux from 32768): whoever asks for any port gets none of these a moment later. */
const [lowest, highest] = [20_000, 32_000];

/** A port of this machine that nobody listens on, and that nobody gets who asks for any. */
export const findFreePort = async (): Promise<number> => {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = createNetServer();
    const isFree = await listenOnLoopback(server, port).then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    return port;
  }
};
